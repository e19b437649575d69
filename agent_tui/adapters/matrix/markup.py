"""The little Markdown of a chat message as Matrix's HTML: emphasis, code and links, no more."""

import html
import re

_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[([^\[\]\n]+)\]\((https?://[^\s()<>\"]+)\)")
_BOLD = re.compile(r"(?<![\w*])\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*(?![\w*])")
_STARRED = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_SPOKEN = re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])")


def formatted(text: str) -> str:
    """``text`` as HTML; empty where it reads the same without."""
    # What stands between backquotes is taken as it is: the odd parts of the split.
    parts = _CODE.split(html.escape(text, quote=False))
    done = [
        f"<code>{part}</code>" if number % 2 else _emphasised(part)
        for number, part in enumerate(parts)
    ]
    page = "".join(done)
    return page.replace("\n", "<br>") if page != html.escape(text, quote=False) else ""


def _emphasised(text: str) -> str:
    # Links stay out of it, too: an address may hold underscores.
    parts = _LINK.split(text)
    done = []
    for number in range(0, len(parts), 3):
        done.append(_styled(parts[number]))
        if number + 2 < len(parts):
            label, address = parts[number + 1 : number + 3]
            done.append(f'<a href="{address}">{_styled(label)}</a>')
    return "".join(done)


def _styled(text: str) -> str:
    text = _BOLD.sub(r"<strong>\1</strong>", text)
    text = _STARRED.sub(r"<em>\1</em>", text)
    return _SPOKEN.sub(r"<em>\1</em>", text)

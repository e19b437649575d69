"""Makes plain text of mails, chats and reviews display-ready: unwrapped, safe, links numbered."""

import re

from agent_tui.content.links import LinkList
from agent_tui.content.safe import safe_text


def plain_lines(text: str, links: LinkList) -> list[str]:
    """The lines of ``text``, safe, without blanks at their ends, web addresses numbered."""
    lines = [line.rstrip() for line in safe_text(text).strip("\n").split("\n")]
    return [_numbered(line, links) if "://" in line or "www." in line else line for line in lines]


def unflowed(text: str, *, delete_space: bool) -> str:
    """``text`` of format=flowed (RFC 3676) with its soft line breaks taken out again."""
    paragraphs: list[list[str]] = []
    depth_before = -1  # no paragraph is open
    for row in text.replace("\r\n", "\n").split("\n"):
        bare = row.lstrip(">")
        depth = len(row) - len(bare)
        stuffed = bare.removeprefix(" ")
        soft = stuffed.endswith(" ") and stuffed != "-- "
        if soft and delete_space:
            stuffed = stuffed[:-1]
        if depth == depth_before and stuffed != "-- ":
            paragraphs[-1].append(stuffed)
        else:
            paragraphs.append([f"{'>' * depth} {stuffed}" if depth else stuffed])
        depth_before = depth if soft else -1
    return "\n".join("".join(paragraph) for paragraph in paragraphs)


def enriched_as_html(text: str) -> str:
    """``text`` of text/enriched (RFC 1896) or richtext (RFC 1341) in the words of HTML."""
    plain = _PARAM.sub("", text.replace("\r\n", "\n").replace("<<", "&lt;"))
    return _LINE_ENDS.sub(lambda match: "<br>" * (len(match[0]) - 1) or " ", plain)


def _numbered(line: str, links: LinkList) -> str:
    return _ADDRESS.sub(lambda match: _marked(match[0], links), line)


def _marked(found: str, links: LinkList) -> str:
    address = found.rstrip(".,;:!?'\"*_")
    unopened = address.count(")") - address.count("(")
    if unopened > 0:  # "(see https://example.com/a)": the closing one is the sentence's
        bare = address.rstrip(")")
        address = bare + ")" * (len(address) - len(bare) - unopened)
    url = address if "://" in address else f"https://{address}"
    marker = links.marker(address, url)
    return f"{address} {marker}{found[len(address) :]}" if marker else found


_PARAM = re.compile(r"<param>[^<]*+</param>", re.IGNORECASE)
_LINE_ENDS = re.compile(r"\n+")
_ADDRESS = re.compile(r"(?<![\w@.])(?:https?://|www\.)[^\s<>\"]{3,4000}", re.IGNORECASE)

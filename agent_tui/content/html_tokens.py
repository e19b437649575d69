"""Cuts HTML into texts and tags the way browsers do, in linear time, whatever it is."""

import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent_tui.content.safe import safe_text


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or end tag; attributes are taken apart when somebody asks."""

    name: str  # in lower case
    closing: bool
    source: str  # what stood between the name and the bracket

    def attributes(self) -> dict[str, str]:
        """The attributes with entities decoded, safe; names in lower case, first one wins."""
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(self.source):
            value = match[2] or match[3] or match[4] or ""
            found.setdefault(match[1].lower(), safe_text(entities.unescape(value)))
        return found


def tokens(html: str) -> Iterator[str | Tag]:
    """The texts (entities still in them) and tags of ``html``, in order.

    Comments, declarations and the contents of scripts and styles are left out. A bracket that
    begins no tag is text, and so is a tag that never ends.
    """
    position = 0
    while position < len(html):
        bracket = html.find("<", position)
        if bracket < 0:
            yield html[position:]
            return
        if bracket > position:
            yield html[position:bracket]
        quick = _TAG.match(html, bracket)
        if quick:
            tag, position = Tag(quick[2].lower(), bool(quick[1]), quick[3]), quick.end()
        elif lone := _NO_TAG.match(html, bracket):
            yield lone[0]
            position = lone.end()
            continue
        elif html.startswith(("<!", "<?"), bracket):
            position = _after_comment(html, bracket)
            continue
        else:
            end = _tag_end(html, bracket)
            if end < 0:
                yield html[bracket:]
                return
            tag, position = _long_tag(html[bracket + 1 : end]), end + 1
        yield tag
        if tag.name in _UNREAD and not tag.closing:
            position = _unread_end(html, position, tag.name)


def _after_comment(html: str, start: int) -> int:
    if html.startswith("<!--", start) and not html.startswith(("<!-->", "<!--->"), start):
        end = html.find("-->", start + 4)
        if end >= 0:
            return end + 3
    end = html.find(">", start)
    return end + 1 if end >= 0 else len(html)


def _tag_end(html: str, start: int) -> int:
    """Where the tag at ``start`` ends; brackets in quoted values do not count; -1 for nowhere."""
    position = start
    while True:
        found = _QUOTE_OR_END.search(html, position)
        if found is None:
            return -1
        if found[1] is None:
            return found.start()
        close = html.find(found[1], found.end())
        if close < 0:
            return html.find(">", found.end())
        position = close + 1


def _long_tag(inside: str) -> Tag:
    name = _NAME.match(inside)
    closing = inside.startswith("/")
    if name is None:
        return Tag("", closing, "")
    return Tag(name[1].lower(), closing, inside[name.end() :][:_LONGEST_TAG])


def _unread_end(html: str, position: int, name: str) -> int:
    end = _UNREAD[name].search(html, position)
    if end:
        return end.start()
    return position if name == "title" else len(html)


_LONGEST_TAG = 20_000
_TAG = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9:_-]*+)((?:[^<>\"']++|\"[^\"<>]*+\"|'[^'<>]*+'){0,500}+)>"
)
_NO_TAG = re.compile(r"<(?![a-zA-Z/!?])(?:<++(?![a-zA-Z/!?]))?+")
_NAME = re.compile(r"/?([a-zA-Z][^\s/>]{0,50})")
_QUOTE_OR_END = re.compile(r"=\s*+([\"'])|>")
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++)))?")
_UNREAD = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "title", "iframe", "noembed", "noframes", "xmp")
}

"""Makes text from outside harmless to a terminal, a title bar, a log and a file system.

Every external string passes here when it is stored and again when it is drawn. All functions
are idempotent, so the second pass changes nothing.
"""

import re
import unicodedata

MARK = "\ufffd"
"""Stands where something was that a terminal would obey or a reader would not see."""

_MOST_MARKS = 8
"""Combining or invisible characters in a row that are kept: real scripts need up to seven
(Tibetan stacks), Zalgo text has hundreds and spills over its neighbours' lines."""

_OBEYED = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 and C1 but tab and line ends
    "\u2028\u2029"  # line and paragraph separator: a line break that nobody counts
    "\u202a-\u202e\u2066-\u2069"  # bidirectional embeddings, overrides and isolates
    "\ufff9-\ufffb"  # interlinear annotation
    "\ud800-\udfff"  # lone surrogates: cannot be encoded
    "\U000e0000-\U000e007f"  # tags: invisible text
)
_STACKED = (
    "\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u06d6-\u06ed"
    "\u0900-\u0903\u093a-\u094f\u0e31-\u0e4e\u0f71-\u0f84\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u200b-\u200f\u2060-\u2064\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff"
    "\U000e0100-\U000e01ef"
)
_SUSPECT = re.compile(f"[\r{_OBEYED}{_STACKED}]")
_TO_MARK = re.compile(
    # Flags of regions are a black flag spelt out in tags (UTS 51, ED-14a): they stay.
    "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)"
    f"|(\r\n?)|[{_OBEYED}]+"
)
_FLOOD = re.compile(f"([{_STACKED}]{{{_MOST_MARKS}}})[{_STACKED}]+")
_JOINS_LEFT = re.compile(f"[{_STACKED}\U000e0020-\U000e007f\U0001f3fb-\U0001f3ff]")
_ZWJ = "\u200d"

_SLASHES = re.compile("[/\\\\\u2044\u2215\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c]")
_NOT_IN_NAMES = re.compile(
    f'[{MARK}:*?"<>|\u00ad\u200b\u200e\u200f\u2060-\u2064\u061c\ufeff\U000e0000-\U000e007f]+'
)
_RESERVED = re.compile(  # Windows takes these as devices, whatever the extension
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(?=\s*(\.|$))", re.IGNORECASE
)
_LONGEST_NAME = 150
"""Bytes; file systems allow 255, and a suffix against overwriting still has to fit."""


def safe_text(text: str) -> str:
    """``text`` for several lines: line feeds and tabs stay, CRLF and CR become line feeds.

    Control characters, bidirectional overrides, lone surrogates and invisible tags become
    :data:`MARK` (one for a run), floods of combining characters are capped. Joined emoji, flags
    and right-to-left scripts are left as they are.
    """
    if _SUSPECT.search(text) is None:
        return text
    return _FLOOD.sub(r"\1", _TO_MARK.sub(_marked, text))


def safe_line(text: str, limit: int | None = None) -> str:
    """``text`` on one line: each run of blanks is one space, none at the ends.

    With ``limit``, at most so many characters, the last of them an ellipsis where some are
    missing; a joined character is never cut in two.
    """
    line = " ".join(safe_text(text).split())
    if limit is None or len(line) <= limit:
        return line
    cut = max(limit - 1, 0)
    while cut and (_JOINS_LEFT.match(line, cut) or line[cut - 1] == _ZWJ):
        cut -= 1
    return line[:cut].rstrip() + "…" if limit > 0 else ""


def safe_name(name: str) -> str:
    """A file name made of ``name`` that stays in its folder on every system; never empty.

    No path, no leading dot, dash or tilde, no device of Windows, nothing invisible or
    overriding that hides an extension; at most 150 bytes with the extension kept.
    """
    last = _SLASHES.split(name.rstrip("/\\"))[-1]
    line = safe_line(_NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", safe_line(last))))
    plain = line.lstrip(".-~ ").rstrip(". ")
    if _RESERVED.match(plain):
        plain = f"_{plain}"
    return _fitted(plain) or "attachment"


def _marked(match: re.Match[str]) -> str:
    flag, line_end = match.groups()
    if flag:
        return str(flag)
    return "\n" if line_end else MARK


def _fitted(name: str) -> str:
    encoded = name.encode()
    if len(encoded) <= _LONGEST_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    tail = f".{extension}" if dot and stem and len(extension.encode()) <= 16 else ""
    room = _LONGEST_NAME - len(tail.encode())
    return encoded[:room].decode(errors="ignore").rstrip(". ") + tail

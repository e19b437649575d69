"""The parts of a mail: how they nest, which of them are read and which are files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from agent_tui.content.headers import Headers, message_ids, parameterised, plain_text, read_headers
from agent_tui.content.mail import AttachmentPart
from agent_tui.content.safe import safe_line, safe_name


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a mail, from its own header or from an IMAP server's BODYSTRUCTURE."""

    section: str  # IMAP section number (RFC 3501, 6.4.5); empty for a multipart mail itself
    type: str = "text/plain"
    charset: str = ""
    encoding: str = ""  # Content-Transfer-Encoding
    disposition: str = ""  # "inline", "attachment" or nothing
    name: str = ""  # as the sender gave it
    content_id: str | None = None
    flowed: bool = False  # format=flowed (RFC 3676)
    delete_space: bool = False  # delsp=yes (RFC 3676)
    size: int = 0  # octets before decoding
    caption: tuple[str, ...] = ()  # From, Date, Subject of an embedded mail
    children: tuple["Part", ...] = ()
    start: int = 0  # where its octets lie in the raw mail; unused when a server described it
    end: int = 0


@dataclass(frozen=True, slots=True)
class Structure:
    """The parts of a raw mail, and what had to be left out of them."""

    root: Part
    notes: tuple[str, ...]


def read_structure(raw: bytes, headers: Headers, start: int) -> Structure:
    """The parts of ``raw``, whose ``headers`` end and whose body begins at ``start``.

    At most 30 levels and 1,000 parts are told apart; what lies beyond them is one file.
    """
    reader = _Reader(raw)
    root = reader.part(_Place("", start, len(raw), 0), headers, "text/plain")
    return Structure(root, tuple(reader.notes))


def walk(part: Part) -> Iterator[Part]:
    """``part`` and all parts below it, in the order of the mail."""
    yield part
    for child in part.children:
        yield from walk(child)


def texts(root: Part) -> tuple[Part, ...]:
    """The parts that are read as the text of the mail, alternatives included.

    A part with a file name is text only where no other was before it, or where its sender meant
    plain text to be seen in line; one that is declared an attachment never is.
    """
    found: list[Part] = []
    for part in walk(root):
        if not _is_readable(part) or part.disposition == "attachment":
            continue
        if not part.name or not found or (part.disposition, part.type) == ("inline", "text/plain"):
            found.append(part)
    return tuple(found)


def files(root: Part) -> tuple[AttachmentPart, ...]:
    """The parts to be offered as files, texts that carry a file name among them."""
    read = {part.section for part in texts(root) if not part.name}
    return tuple(
        _file(part)
        for part in walk(root)
        if not part.type.startswith("multipart/") and part.section not in read
    )


def _is_readable(part: Part) -> bool:
    if part.type.startswith("text/"):
        return part.type not in _TEXT_FOR_PROGRAMS
    return part.type in _REPORTS


def _file(part: Part) -> AttachmentPart:
    """``part`` as a file; one without a name is called after its place and type."""
    extension = _EXTENSIONS.get(part.type, "")
    subject = part.caption[-1].partition(": ")[2] if part.caption else ""
    name = part.name or (f"{subject[:80]}.eml" if subject else f"part-{part.section}{extension}")
    inline = part.disposition == "inline" or (
        part.content_id is not None and part.disposition != "attachment"
    )
    return AttachmentPart(
        part=part.section,
        name=safe_name(name),
        type=safe_line(part.type, 100),
        size=part.size,
        content_id=part.content_id,
        inline=inline and part.type.startswith("image/"),
    )


EMBEDDED = frozenset({"message/rfc822", "message/global", "message/news"})
"""Types of a mail within a mail (RFC 2046, 6532, 5537)."""


@dataclass(frozen=True, slots=True)
class _Place:
    section: str
    start: int
    end: int
    depth: int


class _Reader:
    """Reads one mail's parts; its limits hold for the mail as a whole."""

    def __init__(self, raw: bytes) -> None:
        self.notes: list[str] = []
        self._raw = raw
        self._room = _MOST_PARTS

    def part(self, place: _Place, headers: Headers, default: str) -> Part:
        """The part at ``place``; ``default`` is its type where it names none."""
        content = parameterised(headers.first("content-type"))
        disposition = parameterised(headers.first("content-disposition"))
        options = content.parameters
        kind = content.value if _TYPE.fullmatch(content.value) else _ALIASES.get(content.value, "")
        ids = message_ids(headers.first("content-id"))
        encoding = parameterised(headers.first("content-transfer-encoding")).value
        part = Part(
            section=place.section or "1",
            type=kind or default,
            charset=options.get("charset", ""),
            encoding=safe_line(encoding, 40),
            disposition=disposition.value,
            name=disposition.parameters.get("filename", "") or options.get("name", ""),
            content_id=ids[0] if ids else None,
            flowed=options.get("format", "").lower() == "flowed",
            delete_space=options.get("delsp", "").lower() == "yes",
            size=max(0, place.end - place.start),
            start=place.start,
            end=place.end,
        )
        if part.type.startswith("multipart/"):
            return self._multipart(part, place, options.get("boundary", ""))
        if part.type in EMBEDDED and encoding not in {"base64", "quoted-printable"}:
            return self._embedded(part, place)
        return part

    def _multipart(self, part: Part, place: _Place, boundary: str) -> Part:
        if place.depth >= _DEEPEST:
            self._note(f"Parts nested deeper than {_DEEPEST} levels are not shown.")
            return replace(part, type="application/octet-stream")
        prefix = f"{place.section}." if place.section else ""
        regions = self._regions(place, boundary.rstrip())
        if not regions:
            if part.size:
                self._note("The parts of this mail could not be told apart.")
            # Servers take the whole of it as its only part: 1 in a mail, 2.1 in a part 2.
            whole = replace(part, section=f"{prefix}1", type="text/plain")
            return replace(part, section=place.section, children=(whole,)) if prefix else whole
        default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        children = []
        for number, (start, end) in enumerate(regions, 1):
            header = read_headers(self._raw, start, end)
            inner = _Place(f"{prefix}{number}", header.body, end, place.depth + 1)
            children.append(self.part(inner, header.headers, default))
        return replace(part, section=place.section, children=tuple(children))

    def _embedded(self, part: Part, place: _Place) -> Part:
        if place.depth >= _DEEPEST:
            self._note(f"Mails nested deeper than {_DEEPEST} levels are not shown.")
            return part
        header = read_headers(self._raw, place.start, place.end)
        headers = header.headers
        # RFC 3501, 6.4.5: parts of a multipart mail continue the number of the mail itself.
        several = headers.first("content-type").strip().lower().startswith("multipart/")
        section = part.section if several else f"{part.section}.1"
        inner = _Place(section, header.body, place.end, place.depth + 1)
        child = self.part(inner, headers, "text/plain")
        if several:
            child = replace(child, section=f"{part.section}.TEXT")
        caption = tuple(
            f"{name}: {plain_text(headers.first(name.lower()), 300)}"
            for name in ("From", "Date", "Subject")
            if headers.first(name.lower())
        )
        return replace(part, children=(child,), caption=caption)

    def _regions(self, place: _Place, boundary: str) -> list[tuple[int, int]]:
        """Where the parts between the lines of ``boundary`` lie (RFC 2046, 5.1.1)."""
        if not boundary:
            return []
        raw, end = self._raw, place.end
        regions: list[tuple[int, int]] = []
        opened: int | None = None
        for line, closing, after in self._delimiters(place, boundary):
            if opened is not None:
                stop = line - raw.startswith(b"\r", line - 1)
                regions.append((opened, max(opened, stop)))
            opened = None if closing else self._after_line_end(after, end)
            self._room -= 1
            if self._room <= 0:
                self._note(f"Parts after the first {_MOST_PARTS} are not shown.")
                return regions
        if opened is not None:
            regions.append((opened, end))
        return regions

    def _delimiters(self, place: _Place, boundary: str) -> Iterator[tuple[int, bool, int]]:
        """The line feed before each delimiter, whether it is the last, and its end."""
        sought = b"\n--" + boundary.encode("utf-8", "replace")
        # The first delimiter may be the first line of the body: begin one line end earlier.
        found = self._raw.find(sought, max(0, place.start - 1), place.end)
        while found >= 0:
            rest = _DELIMITER_END.match(self._raw, found + len(sought), place.end)
            if rest:
                yield found, rest[1] is not None, rest.end()
            found = self._raw.find(sought, found + 3, place.end)

    def _after_line_end(self, position: int, end: int) -> int:
        found = self._raw.find(b"\n", position, end)
        return end if found < 0 else found + 1

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


_DEEPEST = 30
_MOST_PARTS = 1000
_DELIMITER_END = re.compile(rb"(--)?[ \t]*(?=\r?\n|\Z)")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+*-]+")
_ALIASES = {"text": "text/plain", "html": "text/html", "multipart": "multipart/mixed"}
_REPORTS = frozenset(
    # RFC 3464, 5965, 8098, 6533: fields for people who look closely
    "message/delivery-status message/feedback-report message/disposition-notification"
    " message/global-delivery-status message/global-disposition-notification"
    " message/global-headers".split()
)
_TEXT_FOR_PROGRAMS = frozenset(
    "text/calendar text/css text/csv text/directory text/javascript text/rtf text/vcard"
    " text/x-amp-html text/x-vcard text/xml".split()
)
_EXTENSIONS = {
    "application/pdf": ".pdf",
    "application/pgp-signature": ".asc",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "message/delivery-status": ".txt",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
}

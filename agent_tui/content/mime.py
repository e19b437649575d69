"""Reads a mail of any kind, however broken or hostile, into what a person wants to see of it.

The whole of a raw mail: :func:`read_mail`, and :func:`read_part` for one of its files. Where a
server describes the mail (IMAP's BODYSTRUCTURE), make :class:`parts.Part` of its description,
fetch ``parts.texts(root)``, and let :func:`assembled` do the rest.
"""

import hashlib
import re
from collections.abc import Mapping

from agent_tui.content.body import Composer, prepare_html, prepare_text
from agent_tui.content.charset import decoded_octets, decoded_text
from agent_tui.content.envelope import (
    MOST_PEOPLE,
    delivered_to,
    is_automatic,
    is_bounce,
    mail_id,
    people,
    references,
    sender,
    shown_fields,
)
from agent_tui.content.headers import Headers, message_ids, milliseconds, plain_text, read_headers
from agent_tui.content.mail import AttachmentPart, Mail
from agent_tui.content.parts import Part, files, read_structure, texts, walk
from agent_tui.model.message import Address, Body

__all__ = [
    "Address",
    "AttachmentPart",
    "Body",
    "Mail",
    "assembled",
    "prepare_html",
    "prepare_text",
    "read_header",
    "read_mail",
    "read_part",
]


def read_mail(raw: bytes) -> Mail:
    """The mail in ``raw``; never raises, and takes time in proportion to its size.

    What is broken or beyond the limits is left out and named in ``notes``.
    """
    raw = _with_line_feeds(raw)
    header = read_headers(raw, 0, len(raw))
    structure = read_structure(raw, header.headers, header.body)
    data = {p.section: raw[p.start : p.end][:_MOST_OCTETS] for p in texts(structure.root)}
    cut = ("The header is very long; some of it was left out.",) if header.cut else ()
    return assembled(header.headers, structure.root, data, cut + structure.notes)


def read_header(raw_header: bytes) -> Mail:
    """The mail whose header is ``raw_header``, with an empty body and no attachments."""
    header = read_headers(_with_line_feeds(raw_header), 0, len(raw_header))
    return assembled(header.headers, Part("1"), {})


def read_part(raw: bytes, part: str) -> bytes | None:
    """The decoded octets of the part with the IMAP section number ``part``; None where none is."""
    raw = _with_line_feeds(raw)
    header = read_headers(raw, 0, len(raw))
    for found in walk(read_structure(raw, header.headers, header.body).root):
        if found.section == part and not found.type.startswith("multipart/"):
            return decoded_octets(raw[found.start : found.end], found.encoding).data
    return None


def assembled(
    headers: Headers, root: Part, data: Mapping[str, bytes], notes: tuple[str, ...] = ()
) -> Mail:
    """The mail with ``headers`` and the parts below ``root``.

    ``data`` has the octets of the texts by section, still in their transfer encoding; a text
    that is not there is left out.
    """
    reading = _Reading(data, {part.section for part in texts(root)})
    reading.show(root)
    boxes = {name: people(headers, name) for name in ("reply-to", "to", "cc", "bcc")}
    if any(len(found) >= MOST_PEOPLE for found in boxes.values()):
        reading.notes.append(f"Only the first {MOST_PEOPLE} recipients are shown.")
    return Mail(
        message_id=mail_id(headers),
        in_reply_to=message_ids(headers.first("in-reply-to"))[:10],
        references=references(headers),
        subject=plain_text(headers.first("subject"), 1000),
        sender=sender(headers),
        reply_to=boxes["reply-to"],
        to=boxes["to"],
        cc=boxes["cc"],
        bcc=boxes["bcc"],
        sent_at=milliseconds(headers.first("date")),
        body=reading.body(),
        attachments=files(root) if data or root.children else (),
        headers=shown_fields(headers),
        automatic=is_automatic(headers),
        bounce=is_bounce(headers),
        delivered_to=delivered_to(headers),
        notes=(*notes, *reading.notes),
        content_hash=_content_hash(headers, root, data),
    )


class _Reading:
    """Shows the texts of one mail in the order a reader expects."""

    def __init__(self, data: Mapping[str, bytes], sections: set[str]) -> None:
        self.notes: list[str] = []
        self._data = data
        self._sections = sections
        self._composer = Composer()

    def show(self, part: Part) -> None:
        """Adds the text of ``part`` and of those below it."""
        if part.type == "multipart/alternative":
            self._alternative(part)
        elif part.type == "message/rfc822":
            self._embedded(part)
        elif part.children:
            for child in part.children:
                self.show(child)
        elif part.section in self._sections and part.section in self._data:
            self._text(part)

    def body(self) -> Body:
        """What was shown."""
        if self._composer.cut:
            self.notes.append("The text is very long; the end of it was left out.")
        return self._composer.body()

    def _alternative(self, part: Part) -> None:
        shown = [c for c in part.children if any(p.section in self._sections for p in walk(c))]
        if shown:
            self.show(shown[0])

    def _embedded(self, part: Part) -> None:
        mark = self._composer.mark()
        self._composer.add_caption(part.caption)
        for child in part.children:
            self.show(child)
        self._composer.fold_from(mark)

    def _text(self, part: Part) -> None:
        text = self._decoded(part)
        if part.type in {"text/plain", "text/markdown", "text/x-markdown"}:
            self._composer.add_text(text, flowed=part.flowed, delete_space=part.delete_space)
        else:
            self._composer.add_html(text)

    def _decoded(self, part: Part) -> str:
        octets = decoded_octets(self._data[part.section], part.encoding)
        if not octets.whole:
            self.notes.append(f"Part {part.section} is damaged; what could be read is shown.")
        return decoded_text(octets.data, part.charset)


def _with_line_feeds(raw: bytes) -> bytes:
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def _content_hash(headers: Headers, root: Part, data: Mapping[str, bytes]) -> str:
    """Of what stays the same however a mail is fetched: line ends and sizes do not."""
    digest = hashlib.sha256()
    for name in ("from", "date", "subject"):
        digest.update(headers.first(name).encode("utf-8", "replace") + b"\0")
    for section in sorted(data):
        digest.update(_LINE_END.sub(b"\n", data[section]) + b"\0")
    for file in files(root):
        digest.update(f"{file.name}\0{file.type}\0".encode())
    return digest.hexdigest()


_MOST_OCTETS = 2_000_000
_LINE_END = re.compile(rb"\r\n")

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
    is_automatic,
    is_bounce,
    mail_id,
    people,
    references,
    sender,
    shown_fields,
)
from agent_tui.content.headers import Headers, message_ids, milliseconds, plain_text, read_headers
from agent_tui.content.mail import Mail
from agent_tui.content.parts import EMBEDDED, Part, files, read_structure, texts, walk
from agent_tui.content.text import enriched_as_html
from agent_tui.model.message import Body

__all__ = [
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
    bounce = is_bounce(headers)
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
        attachments=files(root),
        headers=shown_fields(headers),
        automatic=bounce or is_automatic(headers),
        bounce=bounce,
        notes=(*notes, *reading.notes),
        writers=len(people(headers, "from")),
        authentication=tuple(headers.every("authentication-results"))[:_MOST_RESULTS],
        content_hash=_content_hash(headers, root, data),
    )


class _Reading:
    """Shows the texts of one mail in the order a reader expects."""

    def __init__(self, data: Mapping[str, bytes], sections: set[str]) -> None:
        self.notes: list[str] = []
        self._texts = sections & data.keys()
        self._data = data
        self._decoded: dict[str, str] = {}
        self._composer = Composer()

    def show(self, part: Part) -> None:
        """Adds the text of ``part`` and of those below it."""
        if part.type == "multipart/alternative":
            self._alternative(part)
        elif part.type in EMBEDDED:
            self._embedded(part)
        elif part.children:
            if part.type == "multipart/encrypted":
                self.notes.append("This mail is encrypted; only its key opens it.")
            for child in part.children:
                self.show(child)
        elif part.section in self._texts:
            self._text(part)

    def body(self) -> Body:
        """What was shown."""
        if self._composer.cut:
            self.notes.append("The text is very long; the end of it was left out.")
        return self._composer.body()

    def _alternative(self, part: Part) -> None:
        """Shows the plain text where it says what the page says, else the page."""
        shown = [child for child in part.children if self._leaves(child)]
        pages = [child for child in shown if any(p.type == "text/html" for p in walk(child))]
        plain = [child for child in shown if child not in pages]
        if plain and pages:
            self.show(plain[0] if self._says_the_same(plain[0], pages[-1]) else pages[-1])
        elif shown:
            self.show(shown[0])

    def _says_the_same(self, plain: Part, page: Part) -> bool:
        text = "".join(self._text_of(part) for part in self._leaves(plain))
        html = "".join(self._text_of(part) for part in self._leaves(page))
        if len(_TAGS.findall(text, 0, 5000)) > 5:
            return False
        said = _weight(text)
        if said > _REAL_TEXT and len(html) < 50 * len(text):
            return True
        return 3 * said > 2 * _weight(prepare_html(html).text)

    def _leaves(self, part: Part) -> list[Part]:
        return [leaf for leaf in walk(part) if leaf.section in self._texts]

    def _embedded(self, part: Part) -> None:
        mark = self._composer.mark()
        self._composer.add_text("\n".join(part.caption))
        for child in part.children:
            self.show(child)
        self._composer.fold_from(mark)

    def _text(self, part: Part) -> None:
        text = self._text_of(part)
        mark = self._composer.mark()
        if part.type == "text/html":
            self._composer.add_html(text)
        elif part.type in {"text/enriched", "text/richtext"}:
            self._composer.add_html(enriched_as_html(text))
        else:
            self._composer.add_text(text, flowed=part.flowed, delete_space=part.delete_space)
        if part.type.startswith("message/") or part.type == "text/rfc822-headers":
            self._composer.fold_from(mark)

    def _text_of(self, part: Part) -> str:
        if part.section not in self._decoded:
            octets = decoded_octets(self._data[part.section], part.encoding)
            if not octets.whole:
                self.notes.append(f"Part {part.section} is damaged; what could be read is shown.")
            charset = part.charset
            if not charset and part.type == "text/html":
                declared = _META_CHARSET.search(octets.data, 0, 2048)
                charset = declared[1].decode() if declared else ""
            self._decoded[part.section] = decoded_text(octets.data, charset)
        return self._decoded[part.section]


def _weight(text: str) -> int:
    """Characters of words in ``text``, web addresses aside."""
    return sum(map(len, _WORDS.findall(_URLS.sub("", text))))


def _with_line_feeds(raw: bytes) -> bytes:
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def _content_hash(headers: Headers, root: Part, data: Mapping[str, bytes]) -> str:
    """Of what stays the same however a mail comes and is fetched: line ends, sizes and blank lines
    at the end do not."""
    digest = hashlib.sha256()
    for name in ("from", "date", "subject"):
        digest.update(headers.first(name).encode("utf-8", "replace") + b"\0")
    for section in sorted(data):
        digest.update(_LINE_END.sub(b"\n", data[section]).rstrip() + b"\0")
    for file in files(root):
        digest.update(f"{file.name}\0{file.type}\0".encode())
    return digest.hexdigest()


_MOST_OCTETS = 2_000_000
_MOST_RESULTS = 10
_REAL_TEXT = 400  # characters of words; stubs such as "view this in a browser" have fewer
_TAGS = re.compile(r"</?(?:div|table|tr|td|p|br|span|font|style)\b[^<>]*>", re.IGNORECASE)
_WORDS = re.compile(r"\w+")
_URLS = re.compile(r"https?://\S+")
_META_CHARSET = re.compile(rb"<meta\s[^>]*charset=[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_LINE_END = re.compile(rb"\r\n")

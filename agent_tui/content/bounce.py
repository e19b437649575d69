"""What a bounce says: which mail of ours, to whom it did not get, and why (RFC 3464, RFC 6522)."""

import re
from collections.abc import Iterator

from agent_tui.content.charset import decoded_octets, decoded_text
from agent_tui.content.envelope import is_bounce, mail_id
from agent_tui.content.headers import Headers, plain_text, read_headers
from agent_tui.content.parts import EMBEDDED, Part, read_structure, walk
from agent_tui.content.safe import safe_line
from agent_tui.model.incoming import Bounce

_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_ORIGINAL = EMBEDDED | {"text/rfc822-headers", "message/global-headers"}
_MOST_RECIPIENTS = 50
_LONGEST_REASON = 300
_BLANK = re.compile(r"\n[ \t]*\n")
_NAMED = re.compile(rb"^message-id:[ \t\r\n]*<([^<>\s]{3,250})>", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(r"^(?:smtp|x-[\w-]+|rfc822|utf-8|dns);\s*", re.IGNORECASE)


def read_bounce(raw: bytes) -> Bounce | None:
    """The bounce in ``raw``, its beginning is enough; None when it is none, or names no mail."""
    header = read_headers(raw, 0, len(raw))
    if not is_bounce(header.headers):
        return None
    parts = list(walk(read_structure(raw, header.headers, header.body).root))
    original = _original(raw, parts) or _named_in_text(raw, header.body)
    if original is None:
        return None
    groups = [group for part in parts if part.type in _STATUS for group in _groups(raw, part)]
    failed = tuple(_outcomes(groups, "failed"))
    if not groups:  # an older kind of bounce: it says who, at most
        listed = plain_text(header.headers.first("x-failed-recipients"), 1000).split(",")
        failed = tuple((safe_line(who.strip(), 320), "") for who in listed)
    return Bounce(original, failed, tuple(_outcomes(groups, "delayed")))


def _original(raw: bytes, parts: list[Part]) -> str | None:
    """The Message-ID of the mail that came back, whole or by its header."""
    for part in parts:
        if part.type in _ORIGINAL:
            octets = decoded_octets(raw[part.start : part.end], part.encoding).data
            found = mail_id(read_headers(octets, 0, len(octets)).headers)
            if found:
                return found
    return None


def _named_in_text(raw: bytes, body: int) -> str | None:
    found = _NAMED.search(raw, body)
    return safe_line(found[1].decode("ascii", "replace"), 250) if found else None


def _groups(raw: bytes, part: Part) -> Iterator[Headers]:
    """The fields about the report, then those about each recipient (RFC 3464, 2.1)."""
    octets = decoded_octets(raw[part.start : part.end], part.encoding).data
    text = decoded_text(octets, part.charset).replace("\r\n", "\n")
    for group in _BLANK.split(text)[: _MOST_RECIPIENTS + 1]:
        written = group.strip("\n").encode() + b"\n\n"
        yield read_headers(written, 0, len(written)).headers


def _outcomes(groups: list[Headers], action: str) -> Iterator[tuple[str, str]]:
    """Each recipient to whom that happened, and why."""
    for group in groups:
        if group.first("action").strip().lower() != action:
            continue
        who = _value(group, "original-recipient") or _value(group, "final-recipient")
        why = _value(group, "diagnostic-code") or _value(group, "status")
        yield safe_line(who, 320), safe_line(why, _LONGEST_REASON)


def _value(group: Headers, name: str) -> str:
    """A field without its type, such as ``rfc822;``."""
    return _QUOTED.sub("", plain_text(group.first(name), 1000).strip())

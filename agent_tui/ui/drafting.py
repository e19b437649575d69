"""What a draft begins with: a signature, a quoted or a forwarded message. Pure."""

import re
from datetime import datetime, tzinfo
from pathlib import Path

from agent_tui.content.safe import safe_line
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.message import Address, Attachment, Body, Direction, FetchState, Message
from agent_tui.ui.lines import is_gone, say_size

_SIGNATURE_LINE = "-- "
"""Separates text and signature (RFC 3676, 4.3)."""

_ADDRESS = re.compile(r'\s*(?:"(?P<quoted>[^"]*)"|(?P<plain>[^<>,;"]*?))\s*<(?P<email>[^<>]*)>\s*')
_SEPARATOR = re.compile(r'[,;](?=(?:[^"]*"[^"]*")*[^"]*$)')


def signed(body: str, signature: str) -> str:
    """``body`` with the signature below it, once; empty signatures add nothing."""
    signature = signature.strip("\n")
    if not signature or is_signed(body, signature):
        return body
    return f"{body.rstrip()}\n\n{_SIGNATURE_LINE}\n{signature}\n"


def is_signed(body: str, signature: str) -> bool:
    """Whether ``body`` already ends in, or holds, the signature."""
    signature = signature.strip("\n")
    return bool(signature) and f"{_SIGNATURE_LINE}\n{signature}" in body


def says_nothing(body: str, signature: str) -> bool:
    """Whether nothing but the signature has been written."""
    signature = signature.strip("\n")
    return not body.replace(f"{_SIGNATURE_LINE}\n{signature}", "").strip()


def quoted(message: Message, zone: tzinfo | None = None) -> str:
    """The message as a quote to answer: who wrote when, then its text behind ``>``.

    What it quoted itself and its signature stay out.
    """
    lines = "\n".join(f"> {line}".rstrip() for line in own_text(message.body).split("\n"))
    return f"On {_said(message, zone)}, {message.author} wrote:\n{lines}\n"


def forwarded(message: Message, zone: tzinfo | None = None) -> str:
    """The message as it is passed on: its header in words, then all of its text."""
    to = ", ".join(map(str, message.recipients.to))
    header = [
        "---------- Forwarded message ----------",
        f"From: {Address(message.author, message.address)}",
        f"Date: {_said(message, zone)}",
        f"Subject: {message.subject}",
        *([f"To: {to}"] if to else []),
    ]
    return "\n\n" + "\n".join(header) + f"\n\n{message.body.text.strip()}\n"


def fetched_files(message: Message) -> tuple[str, ...]:
    """The paths of the message's attachments that are on this machine."""
    return tuple(file.path for file in message.attachments if _is_here(file) and file.path)


def left_behind(message: Message) -> tuple[Attachment, ...]:
    """The message's attachments that are not; no pictures within its text."""
    return tuple(f for f in message.attachments if not f.inline and not _is_here(f))


def own_text(body: Body) -> str:
    """What the author wrote: the text without its folds, which are quotes and signatures."""
    hidden = {number for fold in body.folds for number in range(fold.start, fold.end)}
    lines = [line for n, line in enumerate(body.text.split("\n")) if n not in hidden]
    return "\n".join(lines).strip() or body.text.strip()


def answered(thread: list[Message]) -> Message | None:
    """The message that an answer answers: the customer's last one, else the last."""
    public = [message for message in thread if message.direction is not Direction.NOTE]
    inbound = [message for message in public if message.direction is Direction.INBOUND]
    return next(reversed(inbound or public), None)


def addresses(text: str) -> tuple[Address, ...]:
    """The addresses typed into a field, separated by commas or semicolons."""
    return tuple(_address(part) for part in _SEPARATOR.split(text) if part.strip())


def address_text(people: tuple[Address, ...]) -> str:
    """Addresses as a field shows them; names with a comma are quoted."""
    return ", ".join(
        f'"{a.name}" <{a.email}>' if "," in a.name or ";" in a.name else str(a) for a in people
    )


def heading(draft: Draft, who: str, *, public: bool = False, again: bool = False) -> str:
    """The composer's title; ``public``: everybody reads the answer, ``again``: it has been there
    before and is changed."""
    match draft.kind:
        case DraftKind.REPLY if public and again:
            return f"This changes your public answer to {who}"
        case DraftKind.REPLY if public:
            return f"Public answer to {who}"
        case DraftKind.REPLY:
            return f"Reply to {who}"
        case DraftKind.FORWARD:
            return "Forward"
        case DraftKind.NEW:
            return f"New conversation from {draft.account}"
        case DraftKind.NOTE:
            return "Internal note, only colleagues see it"


def file_text(path: str) -> str:
    """An attachment as the composer lists it: name and size, or that it is gone."""
    file = Path(path)
    try:
        return f"{file.name} ({say_size(file.stat().st_size)})"
    except OSError:
        return f"{file.name} (missing)"


def files_text(paths: tuple[str, ...]) -> str:
    """All attachments in a line, their names made safe."""
    return ", ".join(safe_line(file_text(path)) for path in paths)


def _is_here(file: Attachment) -> bool:
    return file.state is FetchState.HERE and not is_gone(file)


def _address(text: str) -> Address:
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return Address("", text.strip().strip("<>"))
    name = found["quoted"] if found["quoted"] is not None else found["plain"]
    return Address(name.strip(), found["email"].strip())


def _said(message: Message, zone: tzinfo | None) -> str:
    return f"{datetime.fromtimestamp(message.at / 1000, zone):%Y-%m-%d %H:%M}"

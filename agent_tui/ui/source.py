"""A mail as it came: fetched by the engine when it is asked for, every control spelt out."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len, chop_cells

from agent_tui.actions.action import ActionError
from agent_tui.content import source
from agent_tui.content.safe import safe_line
from agent_tui.model.conversation import Channel
from agent_tui.model.message import Direction, FetchState, Message, Source
from agent_tui.store import accounts, sources
from agent_tui.ui.cells import folded
from agent_tui.ui.files import brief_path
from agent_tui.ui.lines import is_gone, say_size
from agent_tui.ui.markup import Line, plain_lines
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import Shell, Where
from agent_tui.ui.text_pane import PagePane
from agent_tui.ui.theme import Part

_TICK_S = 0.25
_FIELD = re.compile(r"[!-9;-~]+:")
"""The name of a header field (RFC 5322, section 2.2)."""


def show(shell: Shell) -> None:
    """Open the source of the message at the top of the view. Raises ActionError without one."""
    message = shell.desk.reading.first_message()
    _refuse(shell, message)
    assert message is not None
    known = sources.of_message(shell.db, message.id)
    if known is None or known.problem or is_gone(known):
        sources.want(shell.db, message.id)
    shell.open_pane(SourcePane(shell, message))


class SourcePane(PagePane):
    """The source, or why it is not here yet."""

    where: ClassVar[Where] = Where.VIEWER

    def __init__(self, shell: Shell, message: Message) -> None:
        super().__init__(shell, _title(message), lambda _: ())
        self._message = message
        self._looked = False
        self._now: Source | None = None

    def on_mount(self) -> None:
        self._look()
        self.set_interval(_TICK_S, self._look)

    @property
    def file(self) -> str:
        return (self._now.path or "") if self._now is not None else ""

    def _look(self) -> None:
        """Show what the store says of the source, when that is new."""
        now = sources.of_message(self.shell.db, self._message.id)
        if self._looked and now == self._now:
            return
        self._looked, self._now = True, now
        size, octets = _read(self._now)
        right = "" if octets is None else f"{say_size(size)} "
        if octets is None:
            sentence, part = _sentence(self._now)
            self.show(_title(self._message), lambda w: list(plain_lines(sentence, part, w, 1)))
        else:
            kept = brief_path(self._now.path or "") if self._now is not None else ""
            page = partial(_page, octets, size, kept)
            self.show(_title(self._message), lambda width: list(page(width)), right)


def _refuse(shell: Shell, message: Message | None) -> None:
    """Raise ActionError where there is no source to be had."""
    conversation = shell.desk.reading.conversation
    if message is None or conversation is None:
        raise ActionError("There is no message here.")
    if conversation.channel not in (Channel.MAIL, Channel.FORM):
        raise ActionError("Only mails have a source.")
    if message.direction is Direction.NOTE:
        raise ActionError("A note has no source.")
    account = accounts.get(shell.db, message.account, conversation.channel)
    name = safe_line(message.account)
    if account is None:
        raise ActionError(f"The account '{name}' is not there any more, so it gives no source.")
    if not account.capabilities.source:
        raise ActionError(f"'{name}' does not give the source of its mails.")


def _title(message: Message) -> str:
    return f"Source: {folded(safe_line(message.subject, 60)) or 'mail'}"


def _read(now: Source | None) -> tuple[int, bytes | None]:
    """How many octets there are, and as many of them as are shown; None when they are not here."""
    if now is None or now.path is None:
        return 0, None
    try:
        with Path(now.path).open("rb") as file:
            octets = file.read(source.MOST_SHOWN)
            return Path(now.path).stat().st_size, octets
    except OSError:
        return 0, None


def _sentence(now: Source | None) -> tuple[str, Part]:
    """What is said where there is nothing to show."""
    if now is None:
        return "The mail is gone, and its source with it.", Part.ERROR
    problem = folded(safe_line(now.problem))
    match now.state:
        case FetchState.FAILED:
            return f"The source was not fetched: {problem}", Part.ERROR
        case FetchState.WANTED if problem:
            return f"The source is fetched as soon as that is possible: {problem}", Part.WARNING
        case FetchState.HERE:
            return f"The file is gone: {brief_path(now.path or '')}; ask for it again.", Part.ERROR
    return "The source is being fetched ...", Part.DIM


def _page(octets: bytes, size: int, path: str, width: int) -> Iterator[Line]:
    """The lines of the page; above them where all of the mail lies, and behind them that some are
    missing."""
    cut = size > len(octets)
    said = f"Only the first {say_size(len(octets))} of {say_size(size)} are shown."
    part = Part.WARNING if cut else Part.DIM
    yield from plain_lines(f"{said} The whole: {path}" if cut else path, part, width, 1)
    yield ()
    inner, header = max(width - 2, 2), True
    for line in source.lines(octets):
        header = header and bool(line)
        yield from _rows(_pieces(line, header=header), inner)
    if cut:
        yield from plain_lines(said, Part.WARNING, width, 1)


def _pieces(line: source.Line, *, header: bool) -> Iterator[Piece]:
    for number, (text, spelt) in enumerate(line):
        if spelt:
            yield Piece(text, Part.WARNING)
            continue
        name = _FIELD.match(text) if header and number == 0 else None
        if name is not None:
            yield Piece(name[0], Part.ACCENT)
        yield Piece(folded(text[name.end() if name else 0 :]), Part.TEXT)


def _rows(pieces: Iterator[Piece], width: int) -> Iterator[Line]:
    """``pieces`` on as many rows as they need, one cell in; nothing is left out at the breaks."""
    row: list[Piece] = []
    room = width
    for text, part, *_ in pieces:
        rest = text
        while rest:
            fits = _fitting(rest, room)
            if fits:
                row.append(Piece(fits, part))
                room -= cell_len(fits)
                rest = rest[len(fits) :]
            if rest:
                yield _row(row)
                row, room = [], width
    yield _row(row)


def _fitting(text: str, room: int) -> str:
    """As much of the beginning of ``text`` as fits into ``room`` cells."""
    piece = text[:room]
    if piece.isascii() or cell_len(piece) <= room:
        return piece
    first: Sequence[str] = chop_cells(piece, room)
    return first[0] if cell_len(first[0]) <= room else ""


def _row(pieces: Sequence[Piece]) -> Line:
    return (Piece(" ", Part.TEXT), *pieces) if pieces else ()

"""Several chats at once: which are live, the strip that names them, and going from one to another.

Made after first paint. What is live is read in a thread, and only when the store has changed.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from agent_tui.content.safe import safe_line
from agent_tui.model.clock import MINUTE, SECOND, Millis
from agent_tui.model.conversation import LIVE, Conversation, Status
from agent_tui.store import conversations, drafts, live, presence
from agent_tui.store.database import Database, StoreError
from agent_tui.ui.cells import fit, folded
from agent_tui.ui.chat_notices import Notices
from agent_tui.ui.layout import Slot
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import Choice, Shell, Where
from agent_tui.ui.theme import Part
from agent_tui.ui.waiting import PARTS, SIGNS, pressure, waited

if TYPE_CHECKING:
    from agent_tui.ui.chat_composer import ChatComposer

Spawn = Callable[[Callable[[], Coroutine[None, None, None]]], object]
"""Runs something beside the keys."""

MOST_SHOWN = 9
"""As many as there are digits."""

_READ_EVERY_S = 0.5
_MARK_EVERY = 1 * SECOND
"""A provider is told of reading no oftener than that."""
_QUIET: Millis = 10 * MINUTE
"""An answered chat keeps its place in the strip that long."""
_NAMES = (16, 12, 9, 7, 5)
"""Cells for a name, from roomy to hardly readable."""
_REST = 3
"""Cells for the number of those that did not fit."""
_GOING_ON = frozenset({Status.OPEN, Status.PENDING})


class Live(NamedTuple):
    """What was read of the store at once."""

    waiting: Sequence[Conversation]  # longest waiting first
    shown: Sequence[Conversation]  # in the order of the strip


class Chats:
    """Knows the live chats; a chat keeps its place, and so its digit, as long as it goes on."""

    def __init__(self, shell: Shell, spawn: Spawn) -> None:
        self.spawn = spawn
        self._shell = shell
        self._live = Live((), ())
        self._notices = Notices(shell, self)
        self._stamp = -1
        self._due = False
        self._reading = False
        self._read_at = 0.0  # by the event loop's clock
        self._left_draft = 0  # what was being written when a chat was more urgent
        self._writing: set[int] = set()  # chats whose composer was open when they were left
        self._open: tuple[int, int] | None = None  # the chat that is read, its messages
        self._unmarked = False  # something in it has come and is not marked as read yet
        self._marked_at: Millis = 0
        self._strip_of: object = None  # what the strip was made of

    @property
    def waiting(self) -> Sequence[Conversation]:
        """The live chats that wait or are unread, longest waiting first."""
        return self._live.waiting

    @property
    def shown(self) -> Sequence[Conversation]:
        """The chats of the strip in their order."""
        return self._live.shown

    @property
    def at_hand(self) -> Conversation | None:
        """The chat that is read or written in, None when it is something else."""
        desk = self._shell.desk
        found = desk.reading.conversation if desk.slot is Slot.READING else None
        return found if found is not None and found.channel in LIVE else None

    @property
    def composer(self) -> "ChatComposer | None":
        """The composer below a chat, if it is open."""
        pane = self._shell.opened
        if pane is None or pane.where is not Where.CHAT:
            return None
        from agent_tui.ui.chat_composer import ChatComposer

        assert isinstance(pane, ChatComposer)
        return pane

    def look_soon(self) -> None:
        """Something was changed from here, which the store's stamp does not tell."""
        self._due = True

    def look(self) -> None:
        """Show what is different since the last look; call it often, it costs little."""
        try:
            self._look()
        except StoreError as error:
            self._shell.say(str(error), error=True)

    def go(self, conversation_id: int) -> None:
        """Read another chat; its composer opens where it was left, or because one is open now."""
        at_hand, composer = self.at_hand, self.composer
        left = self._draft_being_written()
        if at_hand is not None and at_hand.id == conversation_id:
            self._shell.say("That is the chat you are in.")
            return
        if at_hand is not None and composer is not None:
            self._writing.add(at_hand.id)
        elif at_hand is not None:
            self._writing.discard(at_hand.id)
        self._shell.show_conversation(conversation_id)
        self._left_draft = left or self._left_draft
        if left or composer is not None or conversation_id in self._writing:
            self._shell.run_command("reply")
        self.look()

    def go_back(self) -> None:
        """Go on with what was being written when a chat was more urgent, if it is still there."""
        from agent_tui.ui import composer

        left, self._left_draft = self._left_draft, 0
        if left and drafts.get(self._shell.db, left) is not None:
            composer.open_draft(self._shell, left)

    def go_to_number(self, number: int) -> None:
        """The chat with this digit in the strip."""
        if 1 <= number <= len(self.shown):
            self.go(self.shown[number - 1].id)
        else:
            self._shell.say(f"There is no chat {number}.", error=True)

    def next(self) -> None:
        """The next waiting chat: the one that waits longest, then the one behind it, and around."""
        after = self.next_of(self.at_hand.id if self.at_hand else None)
        if after is None:
            self._shell.say("No other chat waits.")
        else:
            self.go(after.id)

    def next_of(self, current: int | None) -> Conversation | None:
        """The waiting chat behind ``current``, None when no other one waits."""
        ids = [chat.id for chat in self.waiting]
        start = ids.index(current) + 1 if current in ids else 0
        turned = [*self.waiting[start:], *self.waiting[:start]]
        return next((chat for chat in turned if chat.id != current), None)

    async def choose(self) -> None:
        """Pick a live chat: longest waiting first, with who waits how long and the last words."""
        shell, now = self._shell, self._shell.clock()
        read = await asyncio.to_thread(_read, shell.db, shell.settings.agent.handle, (), now)
        rest = [chat for chat in self.shown if chat.id not in {w.id for w in read.waiting}]
        every = [*read.waiting, *rest]
        if not every:
            shell.say("There are no live chats.")
            return
        items = [self._choice(chat, now) for chat in every]
        chosen = await shell.choose("Chats", items)
        if chosen is not None:
            self.go(int(chosen))

    def _draft_being_written(self) -> int:
        """The draft in the composer that is no chat's, 0 when none is open."""
        pane = self._shell.opened
        if pane is None or pane.where is not Where.COMPOSER:
            return 0
        from agent_tui.ui.composer_pane import Composer

        return pane.draft_id if isinstance(pane, Composer) else 0

    def _look(self) -> None:
        shell, now = self._shell, self._shell.clock()
        stamp = shell.db.stamp()
        if stamp != self._stamp:
            self._stamp, self._due = stamp, True
        ticks = asyncio.get_running_loop().time()
        if self._due and not self._reading and ticks - self._read_at >= _READ_EVERY_S:
            self._due, self._reading, self._read_at = False, True, ticks
            self.spawn(self._read_store)
        self._mark_what_came(now)
        self._tell_strip(now)
        if (composer := self.composer) is not None:
            composer.look(now)
        self._notices.look_at_clock(now)

    async def _read_store(self) -> None:
        shell = self._shell
        me, before = shell.settings.agent.handle, tuple(chat.id for chat in self.shown)
        here = self.at_hand
        now = shell.clock()
        try:
            found = await asyncio.to_thread(
                _read, shell.db, me, before, now, here.id if here else None
            )
        except StoreError as error:
            shell.say(str(error), error=True)
            return
        finally:
            self._reading = False
        self._live = found
        self._notices.look_at_chats(now)
        self._tell_strip(now)

    def _mark_what_came(self, now: Millis) -> None:
        """What comes into the chat that is being looked at is read at once."""
        chat = self.at_hand
        if chat is None:
            self._open, self._unmarked = None, False
            return
        if self._open is None or self._open[0] != chat.id:
            self._unmarked = chat.unread > 0
        elif chat.messages > self._open[1]:
            self._unmarked = True
        self._open = (chat.id, chat.messages)
        waited_enough = abs(now - self._marked_at) >= _MARK_EVERY
        seen = self._shell.attended and self._shell.desk.reading.at_end and not self._covered()
        if self._unmarked and waited_enough and seen:
            self._unmarked, self._marked_at = False, now
            if chat.unread:
                self._shell.desk.mark_read(chat)
                self._due = True

    def _covered(self) -> bool:
        """Whether something else lies over the chat."""
        pane = self._shell.opened
        return pane is not None and pane.where is not Where.CHAT

    def _tell_strip(self, now: Millis) -> None:
        here, desk = self.at_hand, self._shell.desk
        made_of = (self._live, here.id if here else None, now // SECOND, desk.size.width)
        if made_of == self._strip_of:
            return
        self._strip_of = made_of
        several = here is not None and len({here.id, *(chat.id for chat in self.shown)}) > 1
        pieces = strip(self.shown, here.id, now, desk.size.width) if several and here else ()
        desk.bar.show_instead(pieces)

    def _choice(self, chat: Conversation, now: Millis) -> Choice:
        writing = presence.writing(self._shell.db, chat.id, now, ours=False)
        colleagues = presence.writing(self._shell.db, chat.id, now, ours=True)
        others = [who for who in colleagues if who != self._shell.settings.agent.handle]
        near = pressure(chat, now)
        wait = f"{waited(chat, now)}{SIGNS[near]}"
        unread = f"({chat.unread})" if chat.unread else ""
        title = f"{fit(_name(chat), 20)} {wait:>6} {unread:4}"
        signs = ["is writing"] if writing else []
        signs += [f"{', '.join(others)} answers"] if others else []
        said = f"{'; '.join(signs)}  " if signs else ""
        return Choice(str(chat.id), title, f"{said}{safe_line(chat.snippet)}")


def strip(shown: Sequence[Conversation], here: int, now: Millis, width: int) -> tuple[Piece, ...]:
    """The line of chats: digit, name, wait with its sign, unread; the one at hand stands out.

    Names are cut so that all fit into ``width`` cells; where even that is not enough, the last
    ones make way for their number.
    """
    entries: list[list[Piece]] = []
    for size in _NAMES:
        entries = [
            _entry(place, chat, size, now, here=chat.id == here)
            for place, chat in enumerate(shown[:MOST_SHOWN], 1)
        ]
        if _wide(entries) <= width:
            break
    ids = [chat.id for chat in shown[:MOST_SHOWN]]
    room = width if _wide(entries) <= width else width - _REST
    while len(entries) > 1 and _wide(entries) > room:
        gone = -1 if ids[-1] != here else 0
        del entries[gone], ids[gone]
    hidden = len(shown[:MOST_SHOWN]) - len(entries)
    if hidden:
        entries.append([Piece(f" +{hidden}", Part.BAR)])
    return tuple(piece for entry in entries for piece in entry)


def _entry(place: int, chat: Conversation, size: int, now: Millis, *, here: bool) -> list[Piece]:
    name = _name(chat)
    if cell_len(name) > size:
        first = name.split()[0]
        name = fit(first, min(size, cell_len(first)), "")
    near = pressure(chat, now)
    wait = f" {waited(chat, now)}{SIGNS[near]}" if chat.waiting_since is not None else ""
    part = Part.BAR_ACCENT if here else Part.BAR
    lead, tail = ("[", "]") if here else (" ", " ")
    unread = f" ({chat.unread})" if chat.unread and not here else ""
    return [
        Piece(f"{lead}{place} {name}", part),
        Piece(wait, PARTS[near] if near else part),
        Piece(f"{unread}{tail}", part),
    ]


def _wide(entries: Iterable[Iterable[Piece]]) -> int:
    return sum(cell_len(piece.text) for entry in entries for piece in entry)


def _read(
    db: Database, me: str, before: Sequence[int], now: Millis, here: int | None = None
) -> Live:
    """The live chats; ``before``: those of the strip in their order, ``here``: the one at hand."""
    waiting = live.waiting(db, me)
    fresh = {chat.id: chat for chat in waiting}
    kept = [number for number in (*before, here) if number is not None and number not in fresh]
    stay = {c.id: c for c in conversations.by_ids(db, kept) if _goes_on(c, me, now)}
    known = fresh | stay
    every = dict.fromkeys((*before, *fresh, *stay))
    return Live(waiting, [known[number] for number in every if number in known][:MOST_SHOWN])


def _goes_on(chat: Conversation, me: str, now: Millis) -> bool:
    """Whether a chat that does not wait may well go on: answered, and not long ago."""
    ours = chat.assignee is None or chat.assignee == me
    recent = now - chat.last_at < _QUIET
    return ours and recent and chat.status in _GOING_ON and chat.channel in LIVE


def _name(chat: Conversation) -> str:
    return folded(safe_line(chat.customer)) or f"#{chat.id}"

"""Keeps the screen up to date: what other processes write, what the clock changes, counts."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING

from agent_tui.model.clock import MINUTE, SECOND
from agent_tui.query.syntax import QueryError
from agent_tui.store.database import StoreError
from agent_tui.ui.bars import StatusLine, counted
from agent_tui.ui.inbox import Inbox
from agent_tui.ui.shell import Shell

if TYPE_CHECKING:
    from agent_tui.actions.action import Done
    from agent_tui.ui.countdown import Countdown
    from agent_tui.ui.notifying import Notifier

_CLOCK_S = 1.0
"""How often the screen looks at the clock, whatever happens; one look costs 2 ms of a core."""

_REFRESH_S = 0.25
"""How often at most it shows again what is heavy: the list, counts, facts. A message is worth no
more of it than that, however many come in."""

_REST_S = 0.2
_HELD_BACK_S = 1.0
"""So often while the agent presses keys, and until so long after: a refresh takes as long as
several keys do, and rows should not move below a hand that is at work."""

_LISTEN_S = 0.04
_DOZE_S = 0.15
_AWAKE_S = 30
"""How often the store is asked whether something is new: so often while customers and agents
are at work and for a while after, then less often. The asking costs 5 us, the waking up 0.1 ms of
a core."""

_COUNT_EVERY_MS = 2 * SECOND

Spawn = Callable[[Coroutine[None, None, None]], object]
"""Runs something beside the keys; what it raises ends the program with its message."""


class Watch:
    """Compares the store and the clock with what is on the screen."""

    def __init__(
        self, shell: Shell, inbox: Inbox, status: StatusLine, up: str, spawn: Spawn
    ) -> None:
        """``up`` is the sign before the number of new conversations above the list."""
        self._shell, self._inbox, self._status, self._up = shell, inbox, status, up
        self._spawn = spawn
        self._stamp = shell.db.stamp()
        self._heard_stamp, self._heard_event = self._stamp, 0
        self._heard_at = 0.0  # by the event loop's clock, as the next two
        self._called_at = 0.0
        self._call: Callable[[], object] = _nobody
        self._refresh_is_due = False
        self._refreshed_at = self._pressed_at = 0.0
        self._minute = shell.clock() // MINUTE
        self._new_above = 0
        self._notifier: Notifier | None = None  # with the first look
        self._counted_at = 0
        self._counting = False
        self._count_is_due = False
        self._telling = False
        self._countdown: Countdown | None = None

    def begin(self, call: Callable[[], object], notifier: "Notifier") -> None:
        """Show what the first paint did without; from now on have ``call`` called soon after
        somebody has written, and for the clock."""
        self._notifier = notifier
        self._inbox.read_views()
        self._tell_facts()
        self.count_soon()
        self._call = call
        self._listen_on()

    def count_down(self, done: "Done") -> None:
        """Say what was done; until it leaves, how long that is."""
        from agent_tui.ui.countdown import Countdown

        self._countdown = Countdown(self._shell, self._status, done)

    def pressed(self) -> None:
        """A key was pressed: what only others have done can wait a little, and moves no cursor."""
        self._shell.desk.list.take_in_hand()
        self._pressed_at = asyncio.get_running_loop().time()

    def look(self) -> None:
        """Show what is different since the last look; a store that fails is told."""
        try:
            self._look()
        except StoreError as error:
            self._shell.say(str(error), error=True)

    def count_soon(self) -> None:
        """Count all views in a thread, at most every other second."""
        self._count_is_due = True
        now = self._shell.clock()
        if self._counting or now - self._counted_at < _COUNT_EVERY_MS:
            return
        self._count_is_due, self._counting, self._counted_at = False, True, now
        self._spawn(self._count())

    def _listen_on(self) -> None:
        loop = asyncio.get_running_loop()
        now, written = loop.time(), False
        with suppress(StoreError):  # the next look tells
            written = self._listened(now)
        refreshes = self._refresh_is_due and self._has_time(now)
        if written or refreshes or now - self._called_at >= _CLOCK_S:
            self._called_at = now
            self._call()
        awake = now - self._heard_at < _AWAKE_S
        loop.call_later(_LISTEN_S if awake else _DOZE_S, self._listen_on)

    def _listened(self, now: float) -> bool:
        """Whether something was written; what it was decides how soon to listen again: engines
        renew their leases all the time."""
        from agent_tui.store import (
            events,  # with the codec of all that is stored: after first paint
        )

        db = self._shell.db
        stamp, before = db.stamp(), self._heard_stamp
        if stamp == before:
            return False
        self._heard_stamp, event = stamp, events.last(db)
        if event != self._heard_event:
            self._heard_event, self._heard_at = event, now
        return True

    def _look(self) -> None:
        """What is read at once, the rest as often as there is time for it."""
        desk = self._shell.desk
        minute, stamp = self._shell.clock() // MINUTE, self._shell.db.stamp()
        passed, written = minute != self._minute, stamp != self._stamp
        self._minute, self._stamp = minute, stamp
        desk.list.tick()
        if self._countdown is not None and not self._countdown.tick():
            self._countdown = None
        self._name_window()
        if written:
            self._refresh_is_due = True
            if desk.reading.display:
                desk.reading.reload()
        else:
            desk.reading.look_at_clock()
        now = asyncio.get_running_loop().time()
        refreshes = self._refresh_is_due and self._has_time(now)
        if refreshes:
            self._refreshed_at = now
            self._refresh()
        elif self._count_is_due:
            self.count_soon()
        if passed and desk.customer.display:
            desk.customer.look_at_clock()
        if passed or refreshes or desk.list.new_above != self._new_above:
            self._tell_facts()

    def _has_time(self, now: float) -> bool:
        """Whether the last refresh is long enough ago at the event loop's time ``now``."""
        rests = now - self._pressed_at >= _REST_S
        return now - self._refreshed_at >= (_REFRESH_S if rests else _HELD_BACK_S)

    def _refresh(self) -> None:
        desk, self._refresh_is_due = self._shell.desk, False
        desk.refresh_list()
        desk.refresh_conversation()
        self.count_soon()
        if not self._telling:
            self._telling = True
            self._spawn(self._tell_news())

    async def _tell_news(self) -> None:
        assert self._notifier is not None
        try:
            if sentence := await asyncio.to_thread(self._notifier.news):
                self._notifier.tell(sentence)
        except (QueryError, StoreError) as error:
            self._shell.say(str(error), error=True)
        finally:
            self._telling = False

    def _tell_facts(self) -> None:
        from agent_tui.ui.facts import facts  # with the store of the outbox: after first paint

        self._new_above = self._shell.desk.list.new_above
        shell = self._shell
        silent = shell.settings.screen_reader  # each minute would be read aloud
        now, above = shell.clock(), self._new_above
        found = facts(shell.db, above, self._up, now, shell.keys_of, clock=not silent)
        self._status.facts(found)

    async def _count(self) -> None:
        try:
            self._inbox.counts = await asyncio.to_thread(self._inbox.count)
        except StoreError as error:
            self._shell.say(str(error), error=True)
        finally:
            self._counting = False
        self._shell.desk.tell_bar()
        await self._shell.desk.count_matches()
        self._name_window()

    def _name_window(self) -> None:
        if self._notifier is not None:
            view = self._shell.desk.view.name
            self._notifier.name_window(f"{view} {counted(self._inbox.counts.get(view))}".strip())


def _nobody() -> None:
    """Nobody is to be called yet."""

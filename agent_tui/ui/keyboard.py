"""From key presses to commands: counts, sequences, and what a digit alone means."""

from collections.abc import Callable
from typing import Protocol

from agent_tui.ui.keys import NARROWEST, Keymap, following
from agent_tui.ui.navigation import MOTIONS
from agent_tui.ui.shell import TRIAGE, Where

_CHAT_DIGITS = frozenset(f"alt+{digit}" for digit in range(1, 10))
_CHATS_AT_HAND = TRIAGE | {Where.CHAT}

VIEW_WAIT_S = 0.4
"""A digit that no motion follows within this time chooses a view."""


class Timer(Protocol):
    """Something that can be called off."""

    def cancel(self) -> None: ...


Later = Callable[[float, Callable[[], None]], Timer]
"""Calls back after so many seconds."""


class Keyboard:
    """Remembers what has been typed of a count or a sequence."""

    def __init__(
        self,
        keymap: Keymap,
        run: Callable[[str, int], None],
        hint: Callable[[str], None],
        later: Later,
        view_name: Callable[[int], str] = str,
        room: Callable[[], int] = lambda: NARROWEST,
    ) -> None:
        """``run`` gets a command's name and count, ``hint`` what may be typed next; ``view_name``
        says what a digit alone would choose, ``room`` how many cells a hint may have."""
        self._keymap, self._run, self._hint, self._later = keymap, run, hint, later
        self._view_name, self._room = view_name, room
        self._count = ""
        self._keys: tuple[str, ...] = ()
        self._timer: Timer | None = None

    def press(self, where: Where, key: str) -> bool:
        """Take a key; False when it means nothing here and belongs to the focused widget."""
        if where in TRIAGE and not self._keys and self._is_digit(key):
            self._count_up(key)
            return True
        typed = (*self._keys, key)
        name = self._keymap.command(where, typed)
        if name is not None:
            self._do(name)
            return True
        longer = self._keymap.longer(where, typed)
        if longer:
            self._keys = typed
            self._stop_timer()
            self._hint(following(typed, longer, self._room()))
            return True
        if where in _CHATS_AT_HAND and key in _CHAT_DIGITS and not self._keys:
            self._forget()
            self._run("chat", int(key[-1]))
            return True
        return self._forget()

    def _is_digit(self, key: str) -> bool:
        return len(key) == 1 and key in "0123456789" and (key != "0" or bool(self._count))

    def _count_up(self, key: str) -> None:
        self._count += key
        self._stop_timer()
        self._timer = self._later(VIEW_WAIT_S, self._choose_view)
        self._hint(f"{self._count}-  {self._view_name(int(self._count))}, or how far to move")

    def _do(self, name: str) -> None:
        self._keys = ()
        if name not in MOTIONS:
            self._choose_view()
        count = int(self._count or 0)
        self._forget()
        self._run(name, count)

    def _choose_view(self) -> None:
        self._stop_timer()
        count, self._count = self._count, ""
        if count:
            self._run("view", int(count))

    def _forget(self) -> bool:
        """Drop what was begun; whether there was anything."""
        begun = bool(self._keys or self._count)
        self._keys, self._count = (), ""
        self._stop_timer()
        if begun:
            self._hint("")
        return begun

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

"""An agent at the real screen: moves, reads, writes, is cut off, and times each key."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from tests.faults.hangups import ENDS
from tests.faults.usage import wait_for
from tests.program import Home
from tests.terminal import Terminal

_KEPT_AFTER_S = 2.0
"""What has been on the screen for so long must be there after whatever happens."""
_LEFT_AFTER_S = 10.0
_TRIES = 6
_SEND = "\x13"
_ESCAPE = "\x1b"
_SENT = r"leaves in|on its way|\A(?![\s\S]*Reply to)"
"""What is said of it, or the composer is gone: a chat may have been told of since."""
_MOVES = 24
_LETTERS = "abcdefghij"
_WHOSE = 25
"""From this column on a row of the list says who wrote what."""
_SOME_ROWS = 5
"""Below them ``k`` moves: a conversation whose customer writes takes the cursor to the top."""
_ALL_OF_IT_S = 0.1
"""So long nothing comes any more after a key: two keys at once may end where they began."""
_TURNS_A_DRAFT = 8
"""So many words fit on the screen, where they are looked for; then it is sent."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key and how long its answer took."""

    at: float  # as of time.monotonic()
    seconds: float


@dataclass(slots=True)
class Hands:
    """Runs in a thread from :meth:`begin` to :meth:`end`."""

    home: Home
    chance: Random
    calm: threading.Lock  # held by who fills the disk: then nothing can be kept
    may_be_cut_off: bool = True
    keys: list[Key] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)  # words that were there for two seconds
    sent: int = 0
    ended: int = 0  # how often the screen was cut off
    problems: list[str] = field(default_factory=list)
    _screen: Terminal | None = None
    _open: int = 0  # words in the draft since it was sent
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """The screen's process, while there is one."""
        screen = self._screen
        return screen.process.pid if screen is not None else None

    def begin(self) -> None:
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def end(self) -> None:
        """Take the hands off the keys and leave the program."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._one_turn()
            except (AssertionError, OSError) as error:  # what was waited for does not come
                self.problems.append(f"at the screen: {error}")
                self._leave()
        self._leave()

    def _one_turn(self) -> None:
        if self._screen is None:
            self._screen = self._begun()
        screen = self._screen
        self._move(screen)
        screen.press("\r")
        screen.settle(0.3)
        screen.press(_ESCAPE)
        screen.settle(0.3)
        with self.calm:
            self._write(screen)
            if self.may_be_cut_off and self.chance.random() < 0.5:
                self._cut_off(screen)
            elif self._open >= _TURNS_A_DRAFT:
                self._send(screen)
            else:
                self._keep(screen)
        screen.log.clear()

    def _begun(self) -> Terminal:
        """The program, with the mails of the inbox listed."""
        screen = self.home.screen()
        for _ in range(_TRIES):  # a store that is locked for long ends the start, with a sentence
            if "is locked" not in screen.wait_for("Inbox|is locked"):
                break
            screen.wait_for_exit()
            screen.hang_up()
            screen = self.home.screen()
        screen.wait_for("Inbox")
        screen.settle(0.5)
        screen.press("/")
        screen.settle(0.3)
        screen.press("status:open channel:mail\r")
        screen.wait_for("/status:open channel:mail")
        screen.wait_for("Order ")
        screen.settle(0.5)
        return screen

    def _move(self, screen: Terminal) -> None:
        screen.press("g", "g")  # what has come since stands above
        screen.settle(0.3)
        for _ in range(_MOVES):
            key = "j" if screen.marked_row() < _SOME_ROWS else "k"
            self._timed(screen, key, partial(_has_left, screen, _marked(screen)))
            screen.settle(_ALL_OF_IT_S)

    def _write(self, screen: Terminal) -> None:
        """A word, letter by letter, and two seconds of rest."""
        self._begin_answer(screen)
        word = f"w{len(self.typed):04d}{''.join(self.chance.choices(_LETTERS, k=8))}"
        for letter in f"{word} ":
            before = screen.cursor
            self._timed(screen, letter, lambda place=before: screen.cursor != place)  # type: ignore[misc]
        screen.settle_for(_KEPT_AFTER_S)
        self.typed.append(word)
        self._open += 1

    def _begin_answer(self, screen: Terminal) -> None:
        """Where the store is locked that is said, and the key is pressed again."""
        for _ in range(_TRIES):
            screen.press("r")
            screen.settle(0.5)
            if "Reply to" in screen.text():
                return
            screen.settle_for(_KEPT_AFTER_S)
        screen.wait_for("Reply to")

    def _keep(self, screen: Terminal) -> None:
        """Leave the draft; where the store is locked it is said, and the composer stays."""
        for _ in range(_TRIES):
            screen.press(_ESCAPE)
            screen.settle(0.5)
            if "Reply to" not in screen.text():
                return
            screen.settle_for(_KEPT_AFTER_S)
        screen.wait_for("Reply to", absent=True)

    def _send(self, screen: Terminal) -> None:
        screen.press(_SEND)
        screen.wait_for(f"{_SENT}|y/n")
        if "y/n" in screen.text():  # the customer wrote meanwhile
            screen.press("y")
            screen.wait_for(_SENT)
        self.sent += 1
        self._open = 0

    def _cut_off(self, screen: Terminal) -> None:
        name = self.chance.choice(list(ENDS))
        ENDS[name](screen)
        if not wait_for(lambda: screen.process.poll() is not None, _LEFT_AFTER_S):
            self.problems.append(f"after {name} the screen goes on")
        self.ended += 1
        self._leave()

    def _leave(self) -> None:
        screen, self._screen = self._screen, None
        if screen is not None:
            screen.__exit__(None, None, None)

    def _timed(self, screen: Terminal, key: str, there: Callable[[], bool]) -> None:
        at = time.monotonic()
        screen.press(key)
        self.keys.append(Key(at, screen.read_until(there) - at))


def _has_left(screen: Terminal, marked: str) -> bool:
    return _marked(screen) != marked


def _marked(screen: Terminal) -> str:
    """Whose conversation the cursor of the list is on, and what was said last: that seldom changes
    but by a key, while place, marks and times do, and would answer for a key still to come."""
    return screen.text().splitlines()[screen.marked_row()][_WHOSE:]

"""A program on a pseudo-terminal, driven by keys and read as a screen, as a person would."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pyte

DEADLINE_S = 30.0
"""How long a condition may take on a busy machine; nothing is measured with it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a key called forth: how long until the last of it was there, and how many bytes."""

    seconds: float
    octets: int


class Terminal:
    """Runs ``argv`` on a pty of ``cols`` x ``rows``; ``log`` has every byte that it wrote."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cols: int = 80,
        rows: int = 24,
        cwd: Path | None = None,
    ) -> None:
        self.log = bytearray()
        self._heard_at = 0.0
        self._screen = pyte.Screen(cols, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._fd, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        self.process = subprocess.Popen(
            argv,
            stdin=child,
            stdout=child,
            stderr=child,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(child)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.hang_up()

    def press(self, *keys: str) -> None:
        """Type ``keys``; each is sent as it is, such as ``j`` or ``\\r``."""
        for key in keys:
            os.write(self._fd, key.encode())

    def resize(self, cols: int, rows: int) -> None:
        """Make the window another size; the program is told by SIGWINCH."""
        self._screen.resize(rows, cols)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def hang_up(self) -> None:
        """Close the window: there is no terminal any more."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def text(self) -> str:
        """The screen as lines."""
        buffer = self._screen.buffer
        return "\n".join(
            "".join(buffer[y][x].data for x in range(self._screen.columns)).rstrip()
            for y in range(self._screen.lines)
        )

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row of the terminal's own cursor."""
        return self._screen.cursor.x, self._screen.cursor.y

    @property
    def cursor_hidden(self) -> bool:
        return bool(self._screen.cursor.hidden)

    def wait_for(self, pattern: str, *, absent: bool = False) -> str:
        """Read until the screen matches ``pattern`` (or no longer does); the screen.

        Raises AssertionError with the screen when that does not happen in time.
        """
        wanted = re.compile(pattern, re.MULTILINE)
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            text = self.text()
            if bool(wanted.search(text)) is not absent:
                return text
            if not self._read(0.2) and self.process.poll() is not None:
                break
        raise AssertionError(
            f"{'still ' if absent else 'no '}{pattern!r} on screen:\n{self.text()}"
        )

    def wait_for_exit(self) -> int:
        """Read until the program ends; its exit code."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            if not self._read(0.2) and self.process.poll() is not None:
                return self.process.returncode
        raise AssertionError(f"still running:\n{self.text()}")

    def answer(self, key: str, quiet_s: float) -> Answer:
        """Press ``key`` and read what it calls forth, until nothing has come for ``quiet_s``."""
        before, pressed_at = len(self.log), time.monotonic()
        self.press(key)
        self._read(DEADLINE_S)
        self.settle(quiet_s)
        return Answer(self._heard_at - pressed_at, len(self.log) - before)

    def settle(self, quiet_s: float = 0.4) -> None:
        """Read until nothing has come for a while."""
        while self._read(quiet_s):
            pass

    def settle_for(self, seconds: float) -> None:
        """Read for that long, whatever comes."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def read_until(self, condition: Callable[[], bool]) -> float:
        """Read until ``condition`` holds; the time, by ``time.monotonic``, of what made it so."""
        end = time.monotonic() + DEADLINE_S
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"it does not become true on:\n{self.text()}")
            self._read(0.2)
        return self._heard_at

    def marked_row(self) -> int:
        """The row, below the first, that has another background than most: the cursor's."""
        buffer = self._screen.buffer
        grounds = [buffer[y][0].bg for y in range(self._screen.lines)]
        usual = max(set(grounds), key=grounds.count)
        return next(y for y in range(1, len(grounds)) if grounds[y] != usual)

    def _read(self, wait_s: float) -> bool:
        ready, _, _ = select.select([self._fd], [], [], wait_s)
        if not ready:
            return False
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # the other end is gone
            return False
        self._heard_at = time.monotonic()
        self.log += data
        self._stream.feed(_UNKNOWN.sub(b"", data))
        return bool(data)


_UNKNOWN = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^X][^\x1b]*\x1b\\|\x1b\[[<>=?][0-9;]*[^hl0-9;]"
)
"""Sequences that the emulator would print as text: OSC, DCS, private CSI other than modes."""


def agent_tui(*args: str) -> list[str]:
    """The command line of the installed program."""
    return [str(Path(sys.executable).parent / "agent-tui"), *args]


def environment(home: Path, **more: str) -> dict[str, str]:
    """What the program needs of an environment, and nothing of the machine's owner."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AGENT_TUI_HOME": str(home),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        **more,
    }


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)

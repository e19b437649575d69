"""An engine as the installed program runs it, under a hook that can kill it anywhere."""

import mmap
import os
import signal
import struct
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.program import Home
from tests.terminal import agent_tui

_HOOK = Path(__file__).parent / "hook"
_LAYOUT = struct.Struct("<qqq")  # as in the hook


class Engine:
    """Started, killed and started again; the hook's memory outlives each process."""

    def __init__(self, home: Home, leak: str = "") -> None:
        """``leak``: how often, in seconds, it loses a megabyte, if at all."""
        self._home = home
        path = home.path / "hook.mem"
        path.write_bytes(bytes(_LAYOUT.size))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _LAYOUT.size)
        self._more = {
            "AGENT_TUI_FAULTS": str(path),
            "AGENT_TUI_FAULTS_LEAK": leak,
            "PYTHONPATH": str(_HOOK),
        }
        self._log = home.path / "engine.err"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def touches(self) -> int:
        """Of the store, by all engines so far."""
        return self._read()[2]

    def start(self) -> None:
        """Start it, unless it runs."""
        if self.alive:
            return
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                agent_tui("engine"),
                env=self._home.env | self._more,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """SIGKILL, from any thread; it is gone when this returns."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def kill_at(self, touch: int) -> None:
        """Let it die at its ``touch``-th touch of the store from now; 0: no more."""
        _, offset, touches = self._read()
        _LAYOUT.pack_into(self._memory, 0, touch, offset, touches)

    def set_clock(self, offset_ms: int) -> None:
        """Set its wall clock apart from ours."""
        left, _, touches = self._read()
        _LAYOUT.pack_into(self._memory, 0, left, offset_ms, touches)

    def stop(self) -> None:
        """SIGTERM, as a service manager does."""
        if self._process is not None and self.alive:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def _read(self) -> tuple[int, int, int]:
        left, offset, touches = _LAYOUT.unpack_from(self._memory)
        return left, offset, touches

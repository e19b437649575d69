"""Python imports this before anything else where its folder stands in PYTHONPATH: the installed
program runs unchanged, but its process can be killed at a chosen touch of its store, and its
wall clock moved, by the shared memory that AGENT_TUI_FAULTS names.

A touch is a statement of SQLite, counted as it begins: between any two touches nothing is
written. Looking whether others have written is none, for it happens all the time.
"""

import mmap
import os
import select
import signal
import sqlite3
import struct
import threading
import time
from typing import Any

_LAYOUT = struct.Struct("<qqq")  # touches left until death (0: none), clock offset ms, touches
_IDLE = "PRAGMA data_version"


def _install(path: str) -> None:
    with open(path, "r+b") as file:  # noqa: PTH123 - pathlib would be imported by every start
        memory = mmap.mmap(file.fileno(), _LAYOUT.size)
    wall, wall_ns, connect_really = time.time, time.time_ns, sqlite3.connect

    def touched(statement: str) -> None:
        if statement == _IDLE:
            return
        left, offset, touches = _LAYOUT.unpack_from(memory)
        if left == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        _LAYOUT.pack_into(memory, 0, max(left - 1, 0), offset, touches + 1)

    def connect(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect_really(*args, **options)
        connection.set_trace_callback(touched)
        return connection

    def offset_ms() -> int:
        found: int = _LAYOUT.unpack_from(memory)[1]
        return found

    time.time = lambda: wall() + offset_ms() / 1000
    time.time_ns = lambda: wall_ns() + offset_ms() * 1_000_000
    sqlite3.connect = connect  # type: ignore[assignment]  # any arguments


def _leak(every_s: float) -> None:
    """A megabyte each time, which nobody ever gives back."""
    kept = []
    while True:
        kept.append(bytearray(b"x" * (1 << 20)))
        time.sleep(every_s)


if _leaky := os.environ.get("AGENT_TUI_FAULTS_LEAK"):
    threading.Thread(target=_leak, args=(float(_leaky),), daemon=True).start()


def _sleep(seconds: float) -> None:
    """libfaketime 0.9.10 makes nonsense of clock_nanosleep, by which Python sleeps."""
    select.select([], [], [], seconds)


if "libfaketime" in os.environ.get("LD_PRELOAD", ""):
    time.sleep = _sleep  # type: ignore[assignment]  # a number, as the program does

if _path := os.environ.get("AGENT_TUI_FAULTS"):
    _install(_path)

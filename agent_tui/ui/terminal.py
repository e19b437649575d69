"""What happens when the terminal goes away or somebody asks the program to end."""

import asyncio
import os
import select
import signal
import threading
from collections.abc import Callable

_LAST_RESORT_S = 1.5
"""A terminal that has gone may block the clean way out: then the process just ends."""

_GONE = select.POLLHUP | select.POLLERR  # not POLLNVAL: macOS says that of terminals in order


def on_hang_up(end: Callable[[], None]) -> None:
    """Call ``end`` on SIGHUP, SIGTERM and SIGINT, also where SIGHUP came ignored (nohup)."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _end, number, end)


def gone(descriptor: int = 0) -> bool:
    """Whether nobody is at the other end of the terminal: reading it would never wait again."""
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(events & _GONE for _, events in poll.poll(0))


def _end(number: signal.Signals, end: Callable[[], None]) -> None:
    timer = threading.Timer(_LAST_RESORT_S, os._exit, (128 + number,))
    timer.daemon = True
    timer.start()
    end()

"""What happens when the terminal goes away or somebody asks the program to end."""

import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial

from agent_tui.system import signals

_LAST_RESORT_S = 1.5
"""A terminal that has gone may block the clean way out: then the process just ends."""


def on_hang_up(end: Callable[[], None]) -> None:
    """Call ``end`` on SIGHUP, SIGTERM and SIGINT, also where SIGHUP came ignored (nohup)."""
    for number in signals.ENDING:
        signals.on_signal(number, partial(_end, number, end))


def gone(descriptor: int = 0) -> bool:
    """Whether nobody is at the other end of the terminal: reading it would never wait again."""
    if sys.platform == "win32":  # a console that is closed ends the process
        return False
    poll = select.poll()
    poll.register(descriptor, 0)
    # Not POLLNVAL: macOS says that of terminals in order.
    mask = select.POLLHUP | select.POLLERR
    return any(events & mask for _, events in poll.poll(0))


def _end(number: signal.Signals, end: Callable[[], None]) -> None:
    timer = threading.Timer(_LAST_RESORT_S, os._exit, (128 + number,))
    timer.daemon = True
    timer.start()
    end()

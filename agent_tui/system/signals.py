"""The signals that ask a process to end, and what is done then."""

import asyncio
import signal
import sys
from collections.abc import Callable

if sys.platform == "win32":
    ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGBREAK)
else:
    ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def on_signal(number: signal.Signals, call: Callable[[], object]) -> None:
    """Have the running loop do ``call`` whenever the signal comes. In the main thread only."""
    loop = asyncio.get_running_loop()
    if sys.platform == "win32":  # its loops know no signals
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(call))
    else:
        loop.add_signal_handler(number, call)

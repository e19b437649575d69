"""Leases: one engine serves an account, and everybody can see that one lives."""

import os
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from agent_tui.model.clock import SECOND, Clock, Millis
from agent_tui.store import accounts
from agent_tui.store.database import Database, StoreError

ENGINE = "engine"
"""The lease of the one engine that serves all accounts of a store."""

RENEWAL: Millis = 20 * SECOND
LIFETIME: Millis = 60 * SECOND
"""Who ended on this machine, in whatever way, is known to be gone at once; the time is for other
containers and for processes that stand still. Each renewal is a write, for which every open screen
looks again: at one in 5 s that was three quarters of what an idle screen took."""

_ENDED = frozenset({"Z", "X"})
"""States of a process that has ended and whose parent has not asked how; see proc(5)."""


def of_account(name: str) -> str:
    """The lease of who pulls and delivers for that account."""
    return f"account:{name}"


def living(db: Database, name: str, now: Millis) -> str | None:
    """Who holds the lease, unless that was a process of this machine that is gone."""
    holder = accounts.lease_holder(db, name, now)
    return None if holder is None or _dead(holder) else holder


class Leases:
    """The leases of one process; usable from any thread."""

    def __init__(self, db: Database, clock: Clock, holder: str | None = None) -> None:
        self.holder = holder or _this_process()
        self._db = db
        self._clock = clock
        self.after_death = False  # the engine before us was killed, or its process was ended
        self._held: set[str] = set()
        self._lock = threading.Lock()

    def take(self, name: str) -> bool:
        """Take the lease; False when a living process holds it.

        A holder that was killed on this machine does not make anybody wait for its time to run
        out.
        """
        with self._db.transaction():
            now = self._clock()
            other = accounts.lease_holder(self._db, name, now)
            if other is not None and other != self.holder and _dead(other):
                accounts.release_lease(self._db, name, other)
                self.after_death |= name == ENGINE
            taken = self._write(name, now)
        if taken:
            with self._lock:
                self._held.add(name)
        return taken

    def renew(self) -> list[str]:
        """Prolong all leases held; those that another process has taken over are lost."""
        with self._lock:
            held = sorted(self._held)
        with self._db.transaction():
            lost = [name for name in held if not self._write(name, self._clock())]
        with self._lock:
            self._held.difference_update(lost)
        return lost

    def holds(self, name: str) -> bool:
        """Whether the lease is ours; exact within a transaction.

        One that ran out unnoticed, while a laptop slept, is ours again if nobody took it.
        """
        now = self._clock()
        if accounts.lease_holder(self._db, name, now) == self.holder:
            return True
        with self._lock:
            held = name in self._held
        return held and self._write(name, now)

    def other(self, name: str) -> str | None:
        """Who else holds the lease, in words: a process and its machine."""
        holder = accounts.lease_holder(self._db, name, self._clock())
        if holder is None or holder == self.holder:
            return None
        machine, pid, _ = holder.rsplit(":", 2)
        return f"process {pid} on {machine.partition('/')[0]}"

    def release(self, name: str) -> None:
        """Give the lease back."""
        with self._lock:
            self._held.discard(name)
        accounts.release_lease(self._db, name, self.holder)

    def release_all(self) -> None:
        """Give everything back; what cannot be, on a full disk, runs out by itself."""
        with self._lock:
            held = sorted(self._held)
        with suppress(StoreError):
            for name in held:
                self.release(name)

    def _write(self, name: str, now: Millis) -> bool:
        return accounts.take_lease(self._db, name, self.holder, now, now + LIFETIME)


def _machine() -> str:
    """Where process ids mean something: a host, and on Linux its process namespace, since
    containers that share a store may share a host name."""
    namespace = ""
    with suppress(OSError):
        namespace = Path("/proc/self/ns/pid").readlink().name
    return f"{socket.gethostname()}/{namespace}"


def _this_process() -> str:
    """Its machine, its number, and when it began: numbers are used again."""
    pid = os.getpid()
    return f"{_machine()}:{pid}:{_stat(pid).begun}-{uuid4().hex[:12]}"


def _dead(holder: str) -> bool:
    """Whether the holder was a process of this machine that is gone."""
    machine, pid, rest = holder.rsplit(":", 2)
    if machine != _machine() or not pid.isdigit():
        return False
    if sys.platform == "win32":  # asking there would interrupt it
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    begun = rest.rpartition("-")[0]
    now = _stat(int(pid))
    return now.state in _ENDED or (begun != now.begun and "" not in (begun, now.begun))


class _Stat(NamedTuple):
    """What Linux knows of a process; empty where the system is another, or it is gone."""

    state: str = ""
    begun: str = ""  # in ticks since the machine was started


def _stat(pid: int) -> _Stat:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return _Stat(fields[0], fields[19])
    return _Stat()

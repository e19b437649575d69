"""The engine as a process: it begins when no other serves the store, and ends cleanly."""

import asyncio
import json
import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

if sys.platform != "win32":
    import resource

from agent_tui.config.paths import Paths
from agent_tui.engine import lease
from agent_tui.engine.lease import Leases
from agent_tui.engine.log import open_log
from agent_tui.engine.room import Room, maker
from agent_tui.engine.roster import Roster
from agent_tui.engine.rulebook import Rulebook
from agent_tui.engine.supervisor import Supervisor
from agent_tui.model.clock import system_clock
from agent_tui.store import audit
from agent_tui.store.database import Database, StoreError
from agent_tui.system import signals

_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Ended:
    """Why the engine ended, or did not begin."""

    served: bool  # whether it served at all
    other: str | None = None  # which process serves the store instead


def serve(
    db: Database,
    paths: Paths,
    asked: dict[str, str],
    *,
    parent: IO[bytes] | None = None,
    begun: Callable[[], None] = lambda: None,
) -> Ended:
    """Serve all accounts of ``paths`` until SIGTERM, SIGINT or SIGHUP.

    With ``parent``, also until it ends; each line in it is a JSON object of secrets that were
    asked for, by account.option. ``begun()`` is called when the lease is ours. Raises
    ConfigError, StoreError.
    """
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # secrets are in this process
    if not audit.fits(db):
        raise StoreError(
            f"The newest changes in {paths.store} do not follow from those before them, so nothing "
            "is sent or fetched; look with 'agent-tui doctor' and bring back a copy with "
            "'agent-tui restore FILE'."
        )
    leases = Leases(db, system_clock)
    if not leases.take(lease.ENGINE):
        return Ended(served=False, other=leases.other(lease.ENGINE))
    try:
        begun()
        finished = asyncio.run(_serve(db, paths, leases, asked, parent))
    finally:
        leases.release_all()
    return Ended(served=True, other=None if finished else leases.other(lease.ENGINE))


def leave(code: int) -> None:
    """End the process now, without waiting for threads that adapters may have left behind."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def new_room(db: Database, paths: Paths) -> Room:
    """The engine's room for the accounts of ``paths``."""
    return Room(
        db=db,
        clock=system_clock,
        chance=random.random,
        log=open_log(paths.log),
        attachments=paths.attachments,
        make=maker(db, system_clock),
    )


def secrets_in(line: bytes) -> dict[str, str]:
    """The JSON object of strings in ``line``; nothing for what is none."""
    try:
        values = json.loads(line)
    except ValueError:
        return {}
    if not isinstance(values, dict):
        return {}
    return {name: value for name, value in values.items() if isinstance(value, str)}


async def _serve(
    db: Database,
    paths: Paths,
    leases: Leases,
    asked: dict[str, str],
    parent: IO[bytes] | None,
) -> bool:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in signals.ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signals.on_signal(number, stop.set)
    room = new_room(db, paths)
    supervisor = Supervisor(room, leases, Roster(paths), asked, Rulebook(paths, room.log))
    if parent is not None:
        _listen(parent, _Ears(loop, stop, asked, supervisor))
    room.log.info("engine %s begins", leases.holder)
    finished = await supervisor.run(stop)
    room.log.info("engine ends" if finished else "another engine has taken over")
    return finished


@dataclass(frozen=True, slots=True)
class _Ears:
    """Who is told what the parent says."""

    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event
    asked: dict[str, str]
    supervisor: Supervisor

    def told(self, secrets: dict[str, str]) -> None:
        self.asked.update(secrets)
        self.supervisor.try_again()


def _listen(parent: IO[bytes], ears: _Ears) -> None:
    """Read in a thread: a pipe cannot be waited for without one where it may be a file."""

    def read() -> None:
        while line := parent.readline(_LONGEST_LINE):
            ears.loop.call_soon_threadsafe(ears.told, secrets_in(line))
        ears.loop.call_soon_threadsafe(ears.stop.set)

    threading.Thread(target=read, name="parent", daemon=True).start()

"""``agent-tui`` alone: the inbox on this terminal, with an engine beside it."""

import gc
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from agent_tui.cli.ask import terminal
from agent_tui.cli.asked import ask_secrets
from agent_tui.cli.world import enter, open_store, settings_of, take_in
from agent_tui.config.accounts import load_accounts
from agent_tui.config.errors import ConfigError
from agent_tui.config.paths import Paths
from agent_tui.model.clock import system_clock
from agent_tui.store.database import Database, StoreError


def open_inbox(paths: Paths) -> int:
    """Show the inbox until its agent leaves; the exit code.

    Raises ConfigError without a terminal, and what opening settings and store raises.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError(
            "The inbox needs a terminal; in scripts use 'agent-tui list', 'show', 'reply' or 'do'."
        )
    settings = settings_of(paths)
    db = open_store(paths)
    enter(db, settings)
    take_in(paths, db)
    secrets = json.dumps(ask_secrets(load_accounts(paths), terminal()))
    engine = EngineChild(secrets, lambda: _serves(db))
    try:
        gc.disable()  # until the first paint: a sixth of the start went into finding no garbage
        from agent_tui.ui.app import AgentApp  # after everything that can be refused in a sentence

        app = AgentApp(db, settings, paths, start_engine=engine.start)
        app.run()
    finally:
        engine.stop()
        db.close()
    return app.return_code or 0


def _serves(db: Database) -> str | None:
    """Who serves the store now, if anybody."""
    from agent_tui.engine import lease  # long after the first paint

    return lease.living(db, lease.ENGINE, system_clock())


class EngineChild:
    """An engine that lives no longer than this process: it ends when its standard input does.

    One that dies before is started again, and so is one that found another engine at work when
    that one is gone: an adapter may end the process it runs in, and a first inbox may be closed.
    """

    STOP_S = 3.0
    """The engine stops by itself within 2 s; one that hangs is ended after this."""

    FIRST_S, LONGEST_S = 1.0, 60.0
    """How long a dead one rests; doubled each time that it did not live long."""

    LOOK_S = 20.0
    """How often is looked whether the other engine is still there."""

    COMMAND: Sequence[str] = (sys.executable, "-P", "-m", "agent_tui", "engine", "--child")
    """-P: no module out of the folder one is in, where a customer's file may lie."""

    def __init__(self, secrets: str, other: Callable[[], str | None]) -> None:
        """``other`` tells who serves the store now, if anybody."""
        self._secrets = secrets
        self._other = other
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._starting = threading.Lock()

    def start(self) -> None:
        """Start it; one that finds another engine at work ends by itself."""
        self._launch()
        threading.Thread(target=self._keep, name="engine", daemon=True).start()

    def _keep(self) -> None:
        rest = self.FIRST_S
        while self._process is not None:
            began = time.monotonic()
            code = self._process.wait()
            self._hang_up()
            if code == 0:
                while self._serves_another():
                    if self._stopping.wait(self.LOOK_S):
                        return
            if time.monotonic() - began > self.LONGEST_S:
                rest = self.FIRST_S
            if self._stopping.wait(rest):
                return
            rest = min(2 * rest, self.LONGEST_S)
            with self._starting:
                if self._stopping.is_set():
                    return
                with suppress(OSError):  # no memory for a process now: later there may be
                    self._launch()

    def _serves_another(self) -> bool:
        try:
            return self._other() is not None
        except StoreError:  # a store that fails now is looked at again
            return True

    def _launch(self) -> None:
        self._process = subprocess.Popen(
            self.COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # keys such as Ctrl+C are for the screen
        )
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # dead already, which is seen to
            self._process.stdin.write(self._secrets.encode() + b"\n")
            self._process.stdin.flush()

    def _hang_up(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # what it was told and never read
            self._process.stdin.close()

    def stop(self) -> None:
        """Let it finish what it is doing, then end it."""
        self._stopping.set()
        with self._starting:
            if self._process is None:
                return
        self._hang_up()
        try:
            self._process.wait(self.STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

"""``agent-tui`` alone: the inbox on this terminal, with an engine beside it."""

import json
import subprocess
import sys

from agent_tui.cli.ask import terminal
from agent_tui.cli.asked import ask_secrets
from agent_tui.cli.world import context_of, open_store, settings_of
from agent_tui.config.accounts import load_accounts
from agent_tui.config.errors import ConfigError
from agent_tui.config.paths import Paths


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
    context_of(db, settings)
    engine = EngineChild(json.dumps(ask_secrets(load_accounts(paths), terminal())))
    try:
        from agent_tui.ui.app import AgentApp  # after everything that can be refused in a sentence

        app = AgentApp(db, settings, paths, start_engine=engine.start)
        app.run()
    finally:
        engine.stop()
        db.close()
    return app.return_code or 0


class EngineChild:
    """An engine that lives no longer than this process: it ends when its standard input does."""

    STOP_S = 3.0
    """The engine stops by itself within 2 s; one that hangs is ended after this."""

    def __init__(self, secrets: str) -> None:
        self._secrets = secrets
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; one that finds another engine at work ends by itself."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "agent_tui", "engine", "--child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # keys such as Ctrl+C are for the screen
        )
        assert self._process.stdin is not None
        self._process.stdin.write(self._secrets.encode() + b"\n")
        self._process.stdin.flush()

    def stop(self) -> None:
        """Let it finish what it is doing, then end it."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(self.STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

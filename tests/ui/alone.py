"""The screen in a terminal with no engine beside it, on a store that a test has filled."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent_tui.store.sqlite import SqliteDatabase
from tests.terminal import Terminal

_PROGRAM = """
import sys
from pathlib import Path
from agent_tui.config.load import load_settings
from agent_tui.config.paths import find_paths
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.app import AgentApp
paths = find_paths(Path(sys.argv[2]), {})
settings = load_settings(paths, {})
AgentApp(SqliteDatabase(Path(sys.argv[1])), settings, paths).run()
"""


@contextmanager
def answering(db: SqliteDatabase, home: Path, whom: str) -> Iterator[Terminal]:
    """Maria's screen on ``db``, where ``r`` on the first conversation has said ``whom``."""
    config = home / "config"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('[agent]\nhandle = "maria"\nname = "Maria"\n')
    argv = [sys.executable, "-c", _PROGRAM, str(db.path), str(home)]
    env = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(Path.cwd())}
    with Terminal(argv, env=env) as terminal:
        terminal.wait_for("Inbox")
        terminal.press("r")
        terminal.wait_for(whom)
        yield terminal

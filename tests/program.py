"""The installed program with a home of its own: its settings, what it prints, its store."""

import json
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from tests.terminal import Terminal, agent_tui, environment

LIMIT_S = 120.0
"""For any one command on a busy machine; nothing is measured with it."""


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Home:
    """A folder for ``AGENT_TUI_HOME``; ``secrets`` stand in the environment."""

    path: Path
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        return environment(self.path, **self.secrets)

    @property
    def database(self) -> Path:
        return self.path / "data" / "store.db"

    def settings(self, text: str) -> Path:
        """Write config.toml; its path."""
        return self._write("config.toml", text)

    def account_file(self, name: str, text: str) -> Path:
        """Write an account's file as it stands; its path."""
        return self._write(f"accounts/{name}.toml", text)

    def account(self, name: str, adapter: str, **settings: object) -> Path:
        """Write an account's file; its path."""
        return self.account_file(name, tomli_w.dumps({"adapter": adapter, **settings}))

    def run(self, *args: str) -> Done:
        """A command, to its end."""
        done = subprocess.run(
            agent_tui(*args),
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *args: str) -> "subprocess.Popen[bytes]":
        """A command that goes on by itself."""
        nowhere = subprocess.DEVNULL
        command = agent_tui(*args)
        return subprocess.Popen(
            command, env=self.env, stdin=nowhere, stdout=nowhere, stderr=nowhere
        )

    def screen(self, *args: str, cols: int = 80, rows: int = 24) -> Terminal:
        """The program on a terminal; without ``args`` the inbox."""
        return Terminal(agent_tui(*args), env=self.env, cols=cols, rows=rows)

    def listed(self, *query: str) -> list[dict[str, Any]]:
        """What ``list QUERY --json`` prints."""
        done = self.run("list", *query, "--json")
        assert done.code == 0, done.err
        return [json.loads(line) for line in done.out.splitlines()]

    @contextmanager
    def store(self) -> Iterator[sqlite3.Connection]:
        """A look into the store, beside whoever else has it open."""
        # Not mode=ro: whoever looks last into a store of a killed process must be able to tidy up.
        with closing(sqlite3.connect(f"file:{self.database}?mode=rw", uri=True)) as connection:
            connection.execute("PRAGMA query_only = ON")
            yield connection

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query of the store answers."""
        with self.store() as connection:
            return connection.execute(sql).fetchall()

    def _write(self, name: str, text: str) -> Path:
        path = self.path / "config" / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(text)
        return path

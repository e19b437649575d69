"""Where settings, data, logs and caches lie, and how their folders are kept private."""

import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_tui.config.errors import ConfigError, reason

HOME_VARIABLE = "AGENT_TUI_HOME"

ASCII_VARIABLE = "AGENT_TUI_ASCII"
"""Set to anything, as ``--ascii`` does it: nothing but ASCII goes to the terminal."""

PLAIN_VARIABLE = "AGENT_TUI_PLAIN_OUTPUT"
"""Set to anything, as ``--plain-output`` does it: frames are sent whole, as Textual does it."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The four folders of the program and what lies in them; nothing need exist yet."""

    config: Path
    data: Path
    state: Path
    cache: Path

    @property
    def settings(self) -> Path:
        return self.config / "config.toml"

    @property
    def accounts(self) -> Path:
        return self.config / "accounts"

    @property
    def canned(self) -> Path:
        return self.config / "canned"

    @property
    def themes(self) -> Path:
        return self.config / "themes"

    @property
    def store(self) -> Path:
        return self.data / "store.db"

    @property
    def unsaved(self) -> Path:
        return self.data / "unsaved"

    @property
    def log(self) -> Path:
        return self.state / "agent-tui.log"

    @property
    def crashes(self) -> Path:
        return self.state / "crashes.log"

    @property
    def attachments(self) -> Path:
        return self.cache / "attachments"


def find_paths(home: Path | None, env: Mapping[str, str]) -> Paths:
    """``home`` (``--home``), else AGENT_TUI_HOME in ``env``, else the platform's folders.

    With a home, everything lies in its folders config, data, state and cache.
    """
    chosen = home or env.get(HOME_VARIABLE)
    if chosen:
        root = Path(chosen).expanduser().absolute()
        return Paths(root / "config", root / "data", root / "state", root / "cache")
    from platformdirs import PlatformDirs  # 1 ms that --home does not need

    platform = PlatformDirs("agent-tui", appauthor=False)
    return Paths(
        platform.user_config_path,
        platform.user_data_path,
        platform.user_state_path,
        platform.user_cache_path,
    )


def make_private(path: Path) -> None:
    """Make the folder ``path`` and what is missing above it, each with mode 0700.

    Folders that exist keep their rights. Raises ConfigError when it cannot be made.
    """
    try:
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"The folder {path} cannot be made: {reason(error)}; "
            "make its parent writable or choose another folder with --home."
        ) from error
    if not path.is_dir():
        raise ConfigError(f"{path} is not a folder; move it away or choose another --home.")


def refuse_shared(path: Path) -> None:
    """Raise ConfigError when others can change ``path``: it may name commands that we run.

    A file or folder that does not exist is fine. On Windows a mode says nothing of others.
    """
    if sys.platform == "win32":
        return
    try:
        status = path.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {reason(error)}.") from error
    if status.st_uid not in (os.getuid(), 0):
        raise ConfigError(
            f"{path} belongs to another user; make it yours with: chown $USER '{path}'"
        )
    if status.st_mode & stat.S_IWOTH:
        raise ConfigError(f"Everybody can write {path}; close it with: chmod go-w '{path}'")

"""The configured accounts, read again only when a file or the folder has changed."""

from dataclasses import dataclass, field
from pathlib import Path

from agent_tui.config.accounts import AccountConfig, load_accounts
from agent_tui.config.paths import Paths

_Seen = tuple[tuple[str, int, int, int], ...]
"""Name, time of change in ns, size and inode of each account file."""


@dataclass(slots=True)
class Roster:
    """Call it for the accounts as their files are now; a look that finds nothing new is cheap."""

    paths: Paths
    _seen: _Seen | None = None
    _accounts: list[AccountConfig] = field(default_factory=list)

    def __call__(self) -> list[AccountConfig]:
        """Raises ConfigError when the folder of accounts is not ours alone to write."""
        seen = _look(self.paths.accounts)
        if seen != self._seen:
            self._accounts = load_accounts(self.paths)
            self._seen = seen
        return self._accounts


def _look(folder: Path) -> _Seen:
    found = []
    for path in sorted(folder.glob("*.toml")):
        try:
            status = path.stat()
        except FileNotFoundError:  # removed between two looks
            continue
        found.append((path.name, status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(found)

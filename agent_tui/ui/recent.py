"""What was chosen in the palette of late, kept for the next session."""

from contextlib import suppress
from pathlib import Path

from agent_tui.config.errors import ConfigError
from agent_tui.config.files import write_private

_MOST = 40


class Recent:
    """Names of commands, the last one used first; a file has one a line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._names: list[str] | None = None

    def age(self, name: str) -> int:
        """How many others were used since; large for what never was."""
        names = self._known()
        return names.index(name) if name in names else _MOST

    def use(self, name: str) -> None:
        """Note that a command was used, also on disk; one who cannot write there loses no more
        than the order of a list."""
        names = [name, *(other for other in self._read() if other != name)][:_MOST]
        self._names = names
        with suppress(ConfigError):
            write_private(self._path, "\n".join(names).encode())

    def _known(self) -> list[str]:
        if self._names is None:
            self._names = self._read()
        return self._names

    def _read(self) -> list[str]:
        """Of the file, for another window may have written it."""
        try:
            return self._path.read_text("utf-8").splitlines()[:_MOST]
        except (OSError, UnicodeDecodeError):
            return self._names or []

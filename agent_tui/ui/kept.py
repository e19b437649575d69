"""What the agent has arranged on the screen, kept for the next session."""

from contextlib import suppress
from pathlib import Path

_MOST = 400


class Kept:
    """Short values by name in a file of the state folder: a value, a tab and its name a line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: dict[str, str] | None = None

    def get(self, name: str) -> str:
        """The value of that name; empty where there is none."""
        if self._values is None:
            self._values = self._read()
        return self._values.get(name, "")

    def put(self, name: str, value: str) -> None:
        """Keep a value, an empty one no longer, also on disk; one who cannot write there has it
        for this session."""
        values = self._read()  # another window may have written it
        values.pop(name, None)
        if value:
            values[name] = value
        self._write(dict(list(values.items())[-_MOST:]))

    def forget(self, beginning: str) -> bool:
        """Keep nothing of the names that begin so; whether there was anything."""
        values = self._read()
        left = {name: value for name, value in values.items() if not name.startswith(beginning)}
        if len(left) == len(values):
            return False
        self._write(left)
        return True

    def _write(self, values: dict[str, str]) -> None:
        from agent_tui.config.errors import ConfigError
        from agent_tui.config.files import write_private

        self._values = values
        text = "".join(f"{value}\t{name}\n" for name, value in values.items())
        with suppress(ConfigError):
            write_private(self._path, text.encode())

    def _read(self) -> dict[str, str]:
        try:
            lines = self._path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return self._values or {}
        pairs = (line.partition("\t") for line in lines)
        return {name: value for value, tab, name in pairs if tab}

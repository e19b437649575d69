"""Reads the TOML files of the program, and says by file, line and key what is wrong in them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from agent_tui.config.errors import ConfigError, reason

Key = tuple[str | int, ...]
"""From the root of a file to a value: names of keys, indexes of arrays."""

_PLACE = r" \(at (?:line (\d+), column (\d+)|end of document)\)$"


class Source(NamedTuple):
    """TOML text and where it stands, so that a mistake in it can be pointed at."""

    path: Path
    text: str
    first_line: int = 1  # of the text within the file

    def __repr__(self) -> str:
        return f"<Source {self.path}>"  # somebody may have put a secret into the text

    def table(self) -> dict[str, object]:
        """What the text says. Raises ConfigError when it is not TOML."""
        if not self.text:
            return {}
        import tomllib  # 3 ms; without a settings file nobody pays them

        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{self.path}, {self._syntax(str(error))}") from error

    def lines(self) -> dict[Key, int]:
        """The line in the file of each key; the text must be TOML."""
        from agent_tui.config.lines import key_lines

        return {key: line + self.first_line - 1 for key, line in key_lines(self.text).items()}

    def fault(self, key: Key, problem: str) -> ConfigError:
        """``problem`` with the value at ``key``, as an error that names file and line.

        The line is left out where the text has no such key.
        """
        line = self.lines().get(key)
        place = f"{self.path}, line {line}" if line else str(self.path)
        return ConfigError(f"{place}: {problem}")

    def _syntax(self, message: str) -> str:
        """tomllib's message turned round: the place first, then what is wrong."""
        place = re.search(_PLACE, message)
        what = re.sub(_PLACE, "", message)
        sentence = f"not valid TOML: {what[:1].lower()}{what[1:]}."
        if place and place.group(1):
            line = int(place.group(1)) + self.first_line - 1
            return f"line {line}, column {place.group(2)}: {sentence}"
        return f"line {self.text.rstrip().count(chr(10)) + self.first_line}: {sentence}"


def read_source(path: Path) -> Source:
    """The TOML file at ``path``; empty when there is none.

    Raises ConfigError when it cannot be read or is not UTF-8.
    """
    try:
        return Source(path, decoded(path, path.read_bytes()))
    except FileNotFoundError:
        return Source(path, "")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {reason(error)}.") from error


def decoded(path: Path, data: bytes) -> str:
    """The text in ``data``, line ends made line feeds. Raises ConfigError when it is not UTF-8."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: not UTF-8 text; save it as UTF-8.") from error


def shown(value: object) -> str:
    """``value`` as a sentence shows what was found: short, and by the name TOML has for it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'the text "{value if len(value) <= 40 else value[:39] + "…"}"'
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, list):
        return "a list"
    return "a table" if isinstance(value, Mapping) else f"the date or time {value}"

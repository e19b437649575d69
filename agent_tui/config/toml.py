"""Reads the TOML files of the program, and says by file, line and key what is wrong in them."""

import re
from collections.abc import Mapping
from pathlib import Path

from agent_tui.config.errors import ConfigError

Key = tuple[str | int, ...]
"""From the root of a file to a value: names of keys, indexes of arrays."""

_PLACE = r" \(at (?:line (\d+), column (\d+)|end of document)\)$"


def read_toml(path: Path) -> dict[str, object]:
    """The table in ``path``; empty when there is no such file.

    Raises ConfigError when it cannot be read, is not UTF-8 or is not TOML.
    """
    text = _read_text(path)
    if text is None:
        return {}
    return parse_toml(path, text)


def parse_toml(path: Path, text: str, *, first_line: int = 1) -> dict[str, object]:
    """The table in ``text``, which begins on ``first_line`` of ``path``.

    Raises ConfigError when it is not TOML.
    """
    import tomllib  # 3 ms; without a settings file nobody pays them

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        told = _syntax(str(error), text, first_line)
        raise ConfigError(f"{path}, {told}") from error


def fault(path: Path, key: Key, problem: str) -> ConfigError:
    """``problem`` with the value at ``key``, as an error that names ``path`` and the line.

    The line is left out when the file is gone or has no such key.
    """
    line = lines_of(path).get(key)
    place = f"{path}, line {line}" if line else str(path)
    return ConfigError(f"{place}: {problem}")


def lines_of(path: Path) -> dict[Key, int]:
    """The line of each key in ``path``; empty when the file is gone or no longer TOML."""
    try:
        text = _read_text(path) or ""
        parse_toml(path, text)
    except ConfigError:
        return {}  # the file was changed under us; the problem is told without its line
    from agent_tui.config.lines import key_lines

    return key_lines(text)


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


def _read_text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"{path} cannot be read: {reason}.") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: not UTF-8 text; save it as UTF-8.") from error


def _syntax(message: str, text: str, first_line: int) -> str:
    """tomllib's message turned round: the place first, then what is wrong."""
    place = re.search(_PLACE, message)
    what = re.sub(_PLACE, "", message)
    sentence = f"not valid TOML: {what[:1].lower()}{what[1:]}."
    if place and place.group(1):
        line = int(place.group(1)) + first_line - 1
        return f"line {line}, column {place.group(2)}: {sentence}"
    return f"line {text.rstrip().count(chr(10)) + first_line}: {sentence}"

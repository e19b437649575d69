"""Checks a value from a file against the declaration of its key: type, choices, range."""

from collections.abc import Sequence
from typing import Protocol

from agent_tui.config.errors import ConfigError, listed, meant
from agent_tui.config.toml import Key, Source, shown

ValueType = type[str] | type[int] | type[bool] | type[list[str]]


class Declared(Protocol):
    """What a key may hold: a setting of ours, or an option that an adapter declares."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> ValueType: ...
    @property
    def choices(self) -> tuple[str, ...]: ...


def checked(source: Source, key: Key, declared: Declared, value: object) -> object:
    """``value`` as it is, when ``declared`` allows it.

    Raises ConfigError naming file and line of ``key`` when its type or choice is wrong.
    """
    if not _fits(declared.type, value):
        wanted = _TYPE_NAMES[declared.type]
        raise source.fault(key, f"'{declared.name}' must be {wanted}, not {shown(value)}.")
    for word in _words(value):
        if declared.choices and word not in declared.choices:
            raise source.fault(key, _not_a_choice(declared, word))
    return value


def unknown(source: Source, key: Key, what: str, known: Sequence[str]) -> ConfigError:
    """The error for a ``key`` that nobody declares, with the nearest or all of ``known``."""
    name = str(key[-1])
    hint = meant(name, known) or f"; known: {listed(known)}."
    return source.fault(key, f"'{name}' is not {what}{hint}")


_TYPE_NAMES: dict[ValueType, str] = {
    str: "text in quotes",
    int: "a whole number",
    bool: "true or false",
    list[str]: "a list of texts in quotes",
}


def _fits(wanted: ValueType, value: object) -> bool:
    if wanted == list[str]:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, wanted)


def _words(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, list) else []


def _not_a_choice(declared: Declared, word: str) -> str:
    hint = meant(word, declared.choices) or "."
    return f"'{declared.name}' must be one of {listed(declared.choices)}, not '{word}'{hint}"

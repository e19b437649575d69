"""Which key does what: the preset, the user's own keys, sequences and counts.

A key is written as it is typed (``j``, ``G``, ``/``) or by name (``ctrl+d``, ``enter``, ``esc``,
``pgdn``); a sequence as its keys one after the other (``gg``) or with blanks (``ctrl+x s``).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from agent_tui.config.errors import ConfigError
from agent_tui.config.settings import KeyBinding
from agent_tui.ui.presets import Bound, preset_keys
from agent_tui.ui.shell import WRITING, Where

_NAMES = {
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "return": "enter",
    "del": "delete",
}
_TITLES = {"pgdn": "PgDn", "pgup": "PgUp"}
_NAMED = frozenset(
    {"esc", "pgdn", "pgup", "enter", "delete", "tab", "space", "backspace", "insert", "home", "end"}
    | {"up", "down", "left", "right"}
    | {f"f{n}" for n in range(1, 13)}
)

NOTHING = "none"
"""What takes a key of the preset away."""

WhereOf = Callable[[str], frozenset[Where] | None]
"""Where a command can be used; None for an unknown one."""


class KeymapError(ConfigError):
    """The user's keys cannot be used; ``str()`` is one sentence that names key and line."""


class Keymap(NamedTuple):
    """What keys mean in each pane: sequences of keys to names of commands."""

    bindings: Mapping[Where, Mapping[tuple[str, ...], str]]

    def command(self, where: Where, keys: tuple[str, ...]) -> str | None:
        """What exactly these keys do."""
        return self.bindings.get(where, {}).get(keys)

    def longer(self, where: Where, keys: tuple[str, ...]) -> dict[str, str]:
        """The keys that may come after ``keys``, each with a command it leads to."""
        found = self.bindings.get(where, {})
        size = len(keys)
        return {k[size]: name for k, name in found.items() if len(k) > size and k[:size] == keys}

    def lines(self) -> list[str]:
        """What keys do that is no command but a whole line, in the order of the preset."""
        names = (name for where in Where for name in self.bindings.get(where, {}).values())
        return [name for name in dict.fromkeys(names) if " " in name]

    def keys_of(self, name: str, only: Where | None = None) -> list[str]:
        """The keys of a command, in any pane or in one, as they are shown and in the order of the
        preset."""
        found = {
            shown(keys): None
            for where in Where
            for keys, command in self.bindings.get(where, {}).items()
            if command == name and only in (None, where)
        }
        return list(found)


def build(
    user: Iterable[KeyBinding],
    where_of: WhereOf,
    preset: Iterable[Bound] | None = None,
    file: str = "config.toml",
) -> Keymap:
    """The preset (default: ``triage``) with the user's keys over it.

    A key that the user gives to ``none`` means nothing any more. Raises KeymapError for an unknown
    command, an unreadable key, one key for two commands, and a key that begins a sequence of
    another command.
    """
    bindings: dict[Where, dict[tuple[str, ...], str]] = {}
    for written, name, only in preset_keys() if preset is None else preset:
        keys = parse(written)
        for where in _usable(where_of(name) or (), keys):
            if only is None or where in only:
                bindings.setdefault(where, {})[keys] = name
    freed, given = _freed(user, file)
    for bound in bindings.values():
        for keys in freed:
            bound.pop(keys, None)
    own: dict[tuple[Where, tuple[str, ...]], KeyBinding] = {}
    for binding in given:
        wheres = where_of(binding.action)
        if wheres is None:
            raise KeymapError(_unknown(binding, file))
        keys = _parsed(binding, file)
        for where in sorted(_usable(wheres, keys)):
            _refuse_clash(own, where, keys, binding, file)
            own[where, keys] = binding
            bound = bindings.setdefault(where, {})
            _refuse_prefix(bound, keys, binding, file)
            bound[keys] = binding.action
    return Keymap(bindings)


def _freed(user: Iterable[KeyBinding], file: str) -> tuple[set[tuple[str, ...]], list[KeyBinding]]:
    """The keys that are to mean nothing, and the other bindings."""
    every = list(user)
    freed = {_parsed(binding, file) for binding in every if binding.action == NOTHING}
    return freed, [binding for binding in every if binding.action != NOTHING]


def _usable(wheres: Iterable[Where], keys: tuple[str, ...]) -> list[Where]:
    """Where these keys can be a command's: not where their first one is a letter of a text."""
    types = len(keys[0]) == 1 or keys[0] == "space"
    return [where for where in wheres if not (types and where in WRITING)]


def parse(written: str) -> tuple[str, ...]:
    """The keys of a written key or sequence; ValueError when it holds none."""
    words = written.split()
    if not words:
        raise ValueError("no key")
    if len(words) > 1:
        return tuple(key for word in words for key in parse(word))
    word = words[0]
    name = word.lower()
    modifier, plus, base = name.rpartition("+")
    if plus and modifier and base:
        if not set(modifier.split("+")) <= {"ctrl", "alt", "shift"}:
            raise ValueError(f"no such key: {word}")
        return (f"{modifier}+{_NAMES.get(base, base)}",)
    name = _NAMES.get(name, name)
    return (name,) if name in _NAMED else tuple(word)


def pressed(key: str, character: str | None) -> str:
    """How a key event of Textual is written here."""
    if character is not None and character.isprintable() and character != " " and "+" not in key:
        return character
    modifier, plus, base = key.rpartition("+")
    return f"{modifier}{plus}{_NAMES.get(base, base)}"


def shown(keys: Iterable[str]) -> str:
    """A sequence for people: ``gg``, ``Ctrl+D``, ``Esc``."""
    return "".join(key if len(key) == 1 else _titled(key) for key in keys)


NARROWEST = 58
"""Cells for what may follow a prefix on the narrowest terminal that everything fits."""


def following(typed: Iterable[str], longer: Mapping[str, str], room: int = NARROWEST) -> str:
    """What may be typed behind a prefix, for the status line: ``g-  c chats  g first``.

    Where names do not fit into ``room`` they are cut, all alike; each key stays.
    """
    head = f"{shown(typed)}-"
    named = sorted((shown((key,)), name) for key, name in longer.items())
    roomy = "  ".join([head, *(f"{key} {name}" for key, name in named)])
    if len(roomy) <= room:
        return roomy
    for most in range(12, 0, -1):
        tight = " ".join([head, *(f"{key}:{name.split('-')[0][:most]}" for key, name in named)])
        if len(tight) <= room:
            return tight
    return " ".join([head, *(key for key, _ in named)])


def _titled(key: str) -> str:
    return "+".join(_TITLES.get(part, part.capitalize()) for part in key.split("+"))


def _parsed(binding: KeyBinding, file: str) -> tuple[str, ...]:
    try:
        return parse(binding.key)
    except ValueError:
        raise KeymapError(
            f"{file}, line {binding.line}: '{binding.key}' is no key; "
            "write keys such as x, ctrl+x or gx."
        ) from None


def _unknown(binding: KeyBinding, file: str) -> str:
    return (
        f"{file}, line {binding.line}: the key '{binding.key}' is given to '{binding.action}', "
        "which is no command; 'agent-tui help keys' lists them."
    )


def _refuse_clash(
    own: Mapping[tuple[Where, tuple[str, ...]], KeyBinding],
    where: Where,
    keys: tuple[str, ...],
    binding: KeyBinding,
    file: str,
) -> None:
    other = own.get((where, keys))
    if other is not None and other.action != binding.action:
        raise KeymapError(
            f"{file}, line {binding.line}: the key '{binding.key}' is given to both "
            f"'{other.action}' (line {other.line}) and '{binding.action}'; choose one."
        )


def _refuse_prefix(
    bound: Mapping[tuple[str, ...], str], keys: tuple[str, ...], binding: KeyBinding, file: str
) -> None:
    for other, name in bound.items():
        short, long = sorted((keys, other), key=len)
        if short != long and long[: len(short)] == short:
            raise KeymapError(
                f"{file}, line {binding.line}: the key '{binding.key}' of '{binding.action}' and "
                f"'{shown(other)}' of '{name}' begin alike, so one of them could never be typed."
            )

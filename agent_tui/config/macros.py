"""Reads ``[[macros]]``: actions that are done one after the other, under one name and one key."""

from collections.abc import Mapping

from agent_tui.config.settings import Macro, Setting
from agent_tui.config.toml import Key, Source, shown
from agent_tui.config.values import checked, unknown

MACRO_FIELDS: tuple[Setting, ...] = (
    Setting("name", str, "What the list of macros, the `:` line and `agent-tui do` call it."),
    Setting("key", str, "The key that does it, written as in `[keys]`.", default=""),
    Setting(
        "actions",
        list[str],
        'What is done, in this order and as on the `:` line: `["label refund", "resolve"]`.',
    ),
)
"""The keys of each ``[[macros]]``."""


def read_macros(source: Source, items: object) -> tuple[Macro, ...]:
    """The macros of the settings; raises ConfigError naming file, line and key.

    Whether there are such actions is not known here, see :mod:`agent_tui.actions.macro`.
    """
    if not isinstance(items, list):
        problem = f"'macros' must be written as [[macros]], not {shown(items)}."
        raise source.fault(("macros",), problem)
    lines = source.lines() if items else {}
    macros = tuple(_macro(source, ("macros", n), item, lines) for n, item in enumerate(items))
    for place, macro in enumerate(macros):
        if macro.name in {earlier.name for earlier in macros[:place]}:
            key = ("macros", place, "name")
            raise source.fault(key, f"there are two macros named '{macro.name}'; rename one.")
    return macros


def _macro(source: Source, place: Key, item: object, lines: Mapping[Key, int]) -> Macro:
    if not isinstance(item, Mapping):
        raise source.fault(place, f"each of 'macros' must be a table, not {shown(item)}.")
    declared = {one.name: one for one in MACRO_FIELDS}
    for name, value in item.items():
        if name not in declared:
            raise unknown(source, (*place, name), "a key of a macro", tuple(declared))
        checked(source, (*place, name), declared[name], value)
    name, actions = item.get("name"), item.get("actions")
    if not name or not actions:
        missing = "actions" if name else "name"
        raise source.fault(place, f"a macro has no '{missing}'; add it.")
    key = ("key",) if item.get("key") else ("name",)
    return Macro(
        str(name),
        str(item.get("key", "")),
        tuple(map(str, actions)),
        lines.get((*place, *key), 0),
        tuple(lines.get((*place, "actions", n), 0) for n in range(len(actions))),
    )

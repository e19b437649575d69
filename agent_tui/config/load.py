"""Reads ``config.toml`` into settings; every mistake is named by file, line and key."""

import os
import pwd
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from agent_tui.config.paths import Paths, refuse_shared
from agent_tui.config.settings import (
    SETTINGS,
    VIEW_FIELDS,
    AfterResolve,
    Agent,
    KeyBinding,
    Setting,
    Settings,
)
from agent_tui.config.toml import Key, fault, lines_of, read_toml, shown
from agent_tui.config.values import checked, unknown
from agent_tui.model.conversation import Channel, Sort, View

_HANDLE = r"[\w.-]{1,64}"
_RESERVED = frozenset({"me", "none", "any", "engine"})  # words of the query language and the log
_TABLES = ("keys", "views")


def load_settings(paths: Paths, env: Mapping[str, str]) -> Settings:
    """The settings in ``paths.settings``; defaults for a missing file and missing keys.

    ``env`` gives the default editor and, where the system does not know the user, the name.
    Raises ConfigError.
    """
    path = paths.settings
    refuse_shared(paths.config)
    refuse_shared(path)
    table = read_toml(path)
    values = {setting.name: setting.default for setting in SETTINGS} | _values(path, table)
    return Settings(
        agent=_agent(path, values, env),
        theme=_text(values["theme"]),
        signature=_text(values["signature"]),
        undo_seconds=_undo_seconds(values),
        start_view=_text(values["start_view"]),
        after_resolve=AfterResolve(_text(values["after_resolve"])),
        preview=bool(values["preview"]),
        editor=_text(values["editor"]) or env.get("VISUAL") or env.get("EDITOR") or "vi",
        canned=_folders(paths, values["canned"]),
        notify_bell=bool(values["notify_bell"]),
        keys=_keys(path, table.get("keys", {})),
        own_views=_views(path, table.get("views", [])),
    )


def _values(path: Path, table: Mapping[str, object]) -> dict[str, object]:
    by_name = {setting.name: setting for setting in SETTINGS}
    values: dict[str, object] = {}
    for key, value in _flat(path, table):
        setting = by_name.get(".".join(key))
        if setting is None:
            raise unknown(path, key, "a setting", _known_beside(key))
        values[setting.name] = _ranged(path, key, setting, checked(path, key, setting, value))
    return values


def _flat(path: Path, table: Mapping[str, object]) -> Iterator[tuple[tuple[str, ...], object]]:
    """The plain values of ``table`` with their dotted names taken apart."""
    sections = {setting.name.partition(".")[0] for setting in SETTINGS if "." in setting.name}
    for name, value in table.items():
        if name in _TABLES:
            continue
        if name not in sections:
            yield (name,), value
        elif isinstance(value, Mapping):
            yield from (((name, inner), item) for inner, item in value.items())
        else:
            known = ", ".join(_known_beside((name, "")))
            raise fault(
                path, (name,), f"'{name}' must be a table with {known}, not {shown(value)}."
            )


def _known_beside(key: tuple[str, ...]) -> tuple[str, ...]:
    """The names that could have stood where the last name of ``key`` stands."""
    depth = len(key) - 1
    split = [tuple(setting.name.split(".")) for setting in SETTINGS]
    beside = [names[depth] for names in split if names[:depth] == key[:depth]]
    return tuple(dict.fromkeys([*beside, *(() if depth else _TABLES)]))


def _ranged(path: Path, key: Key, setting: Setting, value: object) -> object:
    if setting.most is not None and isinstance(value, int) and not 0 <= value <= setting.most:
        problem = f"'{setting.name}' must be from 0 to {setting.most}, not {value}."
        raise fault(path, key, problem)
    return value


def _agent(path: Path, values: Mapping[str, object], env: Mapping[str, str]) -> Agent:
    login, full_name = _user(env)
    handle = _text(values["agent.handle"])
    if handle and (re.fullmatch(_HANDLE, handle) is None or handle.lower() in _RESERVED):
        problem = (
            f"'agent.handle' must be letters, digits, '.', '_' and '-', and none of "
            f"{', '.join(sorted(_RESERVED))}; not '{handle}'."
        )
        raise fault(path, ("agent", "handle"), problem)
    handle = handle or login
    return Agent(handle, _text(values["agent.name"]) or full_name or handle)


def _user(env: Mapping[str, str]) -> tuple[str, str]:
    """The login name, fit for a handle, and the full name of who runs us."""
    try:
        entry = pwd.getpwuid(os.getuid())
        login, full_name = entry.pw_name, entry.pw_gecos.split(",")[0]
    except KeyError:  # a container may run under a number that no user has
        login, full_name = env.get("USER", ""), ""
    handle = re.sub(r"[^\w.-]+", "-", login).strip("-")[:64]
    return (handle if handle and handle not in _RESERVED else "agent"), full_name


def _undo_seconds(values: Mapping[str, object]) -> dict[Channel, int]:
    return {
        Channel(name.partition(".")[2]): value
        for name, value in values.items()
        if name.startswith("undo_seconds.") and isinstance(value, int)
    }


def _folders(paths: Paths, given: object) -> tuple[Path, ...]:
    folders = given if isinstance(given, list) else []
    return (paths.canned, *(paths.config / Path(folder).expanduser() for folder in folders))


def _keys(path: Path, table: object) -> tuple[KeyBinding, ...]:
    if not isinstance(table, Mapping):
        raise fault(path, ("keys",), f"'keys' must be a table, not {shown(table)}.")
    lines = lines_of(path) if table else {}
    return tuple(_key_binding(path, str(key), action, lines) for key, action in table.items())


def _key_binding(path: Path, key: str, action: object, lines: Mapping[Key, int]) -> KeyBinding:
    place = ("keys", key)
    if not isinstance(action, str) or not action:
        problem = f"the key '{key}' must be bound to an action's name in quotes"
        raise fault(path, place, f"{problem}, not {shown(action)}.")
    return KeyBinding(key, action, lines.get(place, 0))


def _views(path: Path, items: object) -> tuple[View, ...]:
    if not isinstance(items, list):
        raise fault(path, ("views",), f"'views' must be written as [[views]], not {shown(items)}.")
    views = tuple(_view(path, index, item) for index, item in enumerate(items))
    for index, view in enumerate(views):
        if view.name in {earlier.name for earlier in views[:index]}:
            key = ("views", index, "name")
            raise fault(path, key, f"there are two views named '{view.name}'; rename one.")
    return views


def _view(path: Path, index: int, item: object) -> View:
    place: Key = ("views", index)
    if not isinstance(item, Mapping):
        raise fault(path, place, f"each of 'views' must be a table, not {shown(item)}.")
    by_name = {declared.name: declared for declared in VIEW_FIELDS}
    for name in item:
        if name not in by_name:
            raise unknown(path, (*place, name), "a key of a view", tuple(by_name))
    values = {
        name: _view_value(path, (*place, name), declared, item)
        for name, declared in by_name.items()
    }
    return View(values["name"], values["query"], Sort(values["sort"]))


def _view_value(path: Path, key: Key, declared: Setting, item: Mapping[str, object]) -> str:
    value = item.get(declared.name, declared.default)
    if value is None or value == "":
        raise fault(path, key[:-1], f"a view has no '{declared.name}'; add it.")
    return _text(checked(path, key, declared, value))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

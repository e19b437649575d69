"""Reads ``config.toml`` into settings; every mistake is named by file, line and key."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import pwd

from agent_tui.config.clocks import clock_rules
from agent_tui.config.macros import read_macros
from agent_tui.config.notify import notify_rules
from agent_tui.config.paths import Paths, refuse_shared
from agent_tui.config.settings import (
    SETTINGS,
    VIEW_FIELDS,
    AfterResolve,
    Agent,
    ChatEnter,
    KeyBinding,
    Preset,
    Setting,
    Settings,
)
from agent_tui.config.toml import Key, Source, read_source, shown
from agent_tui.config.values import checked, unknown
from agent_tui.model.conversation import Channel, Sort, View

_HANDLE = r"[\w.-]{1,64}"
_RESERVED = frozenset({"me", "none", "any", "engine"})  # words of the query language and the log
_TABLES = ("keys", "macros", "views")


def load_settings(paths: Paths, env: Mapping[str, str]) -> Settings:
    """The settings in ``paths.settings``; defaults for a missing file and missing keys.

    ``env`` gives the default editor and, where the system does not know the user, the name.
    Raises ConfigError.
    """
    path = paths.settings
    refuse_shared(paths.config)
    refuse_shared(path)
    source = read_source(path)
    table = source.table()
    values = {setting.name: setting.default for setting in SETTINGS} | _values(source, table)
    return Settings(
        agent=_agent(source, values, env),
        theme=_text(values["theme"]),
        signature=_text(values["signature"]),
        undo_seconds=_undo_seconds(values),
        start_view=_text(values["start_view"]),
        after_resolve=AfterResolve(_text(values["after_resolve"])),
        preview=bool(values["preview"]),
        headings=bool(values["headings"]),
        editor=_editor(_text(values["editor"]), env),
        canned=_folders(paths, values["canned"]),
        screen_reader=bool(values["screen_reader"]),
        notify=notify_rules(source, values),
        chat_enter=ChatEnter(_text(values["chat_enter"])),
        blaming_words=_words(values["blaming_words"]),
        clocks=clock_rules(source, values),
        key_preset=Preset(_text(values["key_preset"])),
        keys=_keys(source, table.get("keys", {})),
        macros=read_macros(source, table.get("macros", [])),
        own_views=_views(source, table.get("views", [])),
    )


def _values(source: Source, table: Mapping[str, object]) -> dict[str, object]:
    by_name = {setting.name: setting for setting in SETTINGS}
    values: dict[str, object] = {}
    for key, value in _flat(source, table):
        setting = by_name.get(".".join(key))
        if setting is None:
            raise unknown(source, key, "a setting", _known_beside(key))
        values[setting.name] = _ranged(source, key, setting, checked(source, key, setting, value))
    return values


def _flat(source: Source, table: Mapping[str, object]) -> Iterator[tuple[tuple[str, ...], object]]:
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
            problem = f"'{name}' must be a table with {known}, not {shown(value)}."
            raise source.fault((name,), problem)


def _known_beside(key: tuple[str, ...]) -> tuple[str, ...]:
    """The names that could have stood where the last name of ``key`` stands."""
    depth = len(key) - 1
    split = [tuple(setting.name.split(".")) for setting in SETTINGS]
    beside = [names[depth] for names in split if names[:depth] == key[:depth]]
    return tuple(dict.fromkeys([*beside, *(() if depth else _TABLES)]))


def _ranged(source: Source, key: Key, setting: Setting, value: object) -> object:
    if setting.most is not None and isinstance(value, int) and not 0 <= value <= setting.most:
        problem = f"'{setting.name}' must be from 0 to {setting.most}, not {value}."
        raise source.fault(key, problem)
    return value


def _agent(source: Source, values: Mapping[str, object], env: Mapping[str, str]) -> Agent:
    login, full_name = _user(env)
    handle = _text(values["agent.handle"])
    if handle and (re.fullmatch(_HANDLE, handle) is None or handle.lower() in _RESERVED):
        problem = (
            f"'agent.handle' must be letters, digits, '.', '_' and '-', and none of "
            f"{', '.join(sorted(_RESERVED))}; not '{handle}'."
        )
        raise source.fault(("agent", "handle"), problem)
    handle = handle or login
    return Agent(handle, _text(values["agent.name"]) or full_name or handle)


def _user(env: Mapping[str, str]) -> tuple[str, str]:
    """The login name, fit for a handle, and the full name of who runs us."""
    login, full_name = _known_user() or (env.get("USER") or env.get("USERNAME", ""), "")
    handle = re.sub(r"[^\w.-]+", "-", login).strip("-")[:64]
    return (handle if handle and handle not in _RESERVED else "agent"), full_name


def _known_user() -> tuple[str, str] | None:
    """The login and full name by the system's list of users, where there is one."""
    if sys.platform != "win32":
        with suppress(KeyError):  # a container may run under a number that no user has
            entry = pwd.getpwuid(os.getuid())
            return entry.pw_name, entry.pw_gecos.split(",")[0]
    return None


def _editor(given: str, env: Mapping[str, str]) -> str:
    commands = (given, env.get("VISUAL", ""), env.get("EDITOR", ""))
    return next((command for command in commands if command.strip()), "vi")


def _undo_seconds(values: Mapping[str, object]) -> dict[Channel, int]:
    return {
        Channel(name.partition(".")[2]): value
        for name, value in values.items()
        if name.startswith("undo_seconds.") and isinstance(value, int)
    }


def _words(given: object) -> tuple[str, ...] | None:
    return tuple(map(str, given)) if isinstance(given, list) else None


def _folders(paths: Paths, given: object) -> tuple[Path, ...]:
    folders = given if isinstance(given, list) else []
    return (paths.canned, *(paths.config / Path(folder).expanduser() for folder in folders))


def _keys(source: Source, table: object) -> tuple[KeyBinding, ...]:
    if not isinstance(table, Mapping):
        raise source.fault(("keys",), f"'keys' must be a table, not {shown(table)}.")
    lines = source.lines() if table else {}
    return tuple(_key_binding(source, str(key), action, lines) for key, action in table.items())


def _key_binding(source: Source, key: str, action: object, lines: Mapping[Key, int]) -> KeyBinding:
    place = ("keys", key)
    if not isinstance(action, str) or not action:
        problem = f"the key '{key}' must be bound to an action's name in quotes"
        raise source.fault(place, f"{problem}, not {shown(action)}.")
    return KeyBinding(key, action, lines.get(place, 0))


def _views(source: Source, items: object) -> tuple[View, ...]:
    if not isinstance(items, list):
        raise source.fault(("views",), f"'views' must be written as [[views]], not {shown(items)}.")
    views = tuple(_view(source, index, item) for index, item in enumerate(items))
    for index, view in enumerate(views):
        if view.name in {earlier.name for earlier in views[:index]}:
            key = ("views", index, "name")
            raise source.fault(key, f"there are two views named '{view.name}'; rename one.")
    return views


def _view(source: Source, index: int, item: object) -> View:
    place: Key = ("views", index)
    if not isinstance(item, Mapping):
        raise source.fault(place, f"each of 'views' must be a table, not {shown(item)}.")
    by_name = {declared.name: declared for declared in VIEW_FIELDS}
    for name in item:
        if name not in by_name:
            raise unknown(source, (*place, name), "a key of a view", tuple(by_name))
    values = {
        name: _view_value(source, (*place, name), declared, item)
        for name, declared in by_name.items()
    }
    return View(values["name"], values["query"], Sort(values["sort"]))


def _view_value(source: Source, key: Key, declared: Setting, item: Mapping[str, object]) -> str:
    value = item.get(declared.name, declared.default)
    if value is None or value == "":
        raise source.fault(key[:-1], f"a view has no '{declared.name}'; add it.")
    return _text(checked(source, key, declared, value))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

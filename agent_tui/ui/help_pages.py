"""The help pages as text: those that were written, and those made of what the program knows.

Imports nothing of the screen, so that ``agent-tui help TOPIC`` starts at once.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from agent_tui.config.help import settings_help

if TYPE_CHECKING:
    from agent_tui.ui.shell import Shell

_MADE = ("actions", "config", "keys")
_PLAIN = re.compile(r"(?![ \t>|#]|```|~~~|[-*+] |\d+[.)] )\S")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)]) ")
_COLUMNS = re.compile(r" {4}\S.*\S {2,}(?=\S)")
_CODE = "    "
_FENCE = "```"
_LEAST_ROOM = 25
_DIGITS = {"view": ("1-9",), "chat": ("Alt+1-9",)}


class KeyRow(NamedTuple):
    """A command with its keys, as help shows it."""

    keys: str
    name: str
    title: str
    help: str


KeyGroups = Mapping[str, Sequence[KeyRow]]
"""Keys under headings."""


def topics() -> list[str]:
    """The names of all pages."""
    written = [
        entry.name.removesuffix(".md")
        for entry in resources.files("agent_tui.help").iterdir()
        if entry.name.endswith(".md")
    ]
    return sorted({*written, *_MADE})


def page(topic: str) -> str | None:
    """The page as Markdown, None when there is no such page."""
    match topic:
        case "config":
            return settings_help()
        case "actions":
            return _actions()
        case "keys":
            return keys_page("Keys", all_keys()) + _presets()
    if topic not in topics():
        return None
    return resources.files("agent_tui.help").joinpath(f"{topic}.md").read_text("utf-8")


def keys_page(title: str, groups: KeyGroups) -> str:
    """Markdown with each group's keys, names of commands and what they do in columns."""
    every = [row for rows in groups.values() for row in rows]
    keys = max((len(row.keys) for row in every), default=0)
    name = max((len(row.name) for row in every), default=0)
    lines = [f"# {title}"]
    for group, rows in groups.items():
        lines += ["", f"## {group}", ""]
        lines += [f"{_CODE}{row.keys:{keys}}  {row.name:{name}}  {_told(row)}" for row in rows]
    return "\n".join(lines) + "\n"


def all_keys(shell: "Shell | None" = None) -> KeyGroups:
    """The keys of every command, those that work in the same panes together: as they are bound on
    the screen of ``shell``, without it in the preset ``triage``."""
    from agent_tui.ui.commands import table, where_of
    from agent_tui.ui.keys import build
    from agent_tui.ui.shell import SCREENS, TRIAGE

    preset = build((), where_of)
    bound = shell.keys_of if shell else preset.keys_of
    commands = shell.commands() if shell else table(preset.lines())
    names = {SCREENS: "Everywhere but where you write", TRIAGE: "With a conversation at hand"}
    groups: dict[str, list[KeyRow]] = {}
    for command in commands.values():
        keys = keys_of(command.name, bound(command.name))
        if keys:
            group = names.get(command.where) or f"Only in: {', '.join(sorted(command.where))}"
            row = KeyRow(" ".join(keys), command.name, command.title, command.help)
            groups.setdefault(group, []).append(row)
    return groups


def presets() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """The keys of every command, by preset; commands in the order of help."""
    from agent_tui.config.settings import Preset
    from agent_tui.ui.commands import table, where_of
    from agent_tui.ui.keys import build
    from agent_tui.ui.presets import preset_keys

    keymaps = {preset: build((), where_of, preset_keys(preset)) for preset in Preset}
    every = table(line for keymap in keymaps.values() for line in keymap.lines())
    return {
        preset: {name: keys_of(name, keymap.keys_of(name)) for name in every}
        for preset, keymap in keymaps.items()
    }


def keys_of(name: str, bound: Sequence[str]) -> Sequence[str]:
    """A command's keys as help shows them: digits work without being bound to a command."""
    return bound or _DIGITS.get(name, ())


def wrapped(markdown: str, width: int) -> str:
    """A page for a terminal of ``width`` columns: paragraphs and list items broken at blanks."""
    return "\n".join(
        line for whole in _joined(markdown.splitlines()) for line in _cut(whole, width)
    )


def _told(row: KeyRow) -> str:
    return f"{row.title}. {row.help}" if row.help else row.title


def _cut(line: str, width: int) -> list[str]:
    """A line in pieces; those of a list item or a row in columns go on under its last column."""
    if line == _FENCE:
        return []
    hanging = _COLUMNS.match(line) or _ITEM.match(line)
    indent = hanging.end() if hanging else 0
    is_code = line.startswith(_CODE) and not hanging
    if is_code or len(line) <= width or width - indent < _LEAST_ROOM:
        return [line]
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def reflowed(markdown: str) -> str:
    """A page with each paragraph and list item on one line, and code fenced."""
    return "\n".join(_joined(markdown.splitlines()))


def _joined(lines: Iterable[str]) -> Iterator[str]:
    current: str | None = None  # the paragraph or list item that may go on
    in_code = False
    for line in lines:
        code = line.startswith(_CODE) and current is None
        if code is not in_code and (code or line.strip()):
            yield _FENCE
            in_code = code
        if in_code:
            yield line
            continue
        goes_on = bool(line.strip()) and not _ITEM.match(line)
        if current is not None and goes_on and (_PLAIN.match(line) or line.startswith("  ")):
            current = f"{current} {line.strip()}"
            continue
        if current is not None:
            yield current
        current = line if _PLAIN.match(line) or _ITEM.match(line) else None
        if current is None:
            yield line
    if current is not None:
        yield current
    if in_code:
        yield _FENCE


def _presets() -> str:
    """What the other presets bind in a way of their own."""
    every = dict(presets())
    usual = every.pop("triage")
    lines = ["", "The setting `key_preset` chooses the keys to begin with. What others change:"]
    for preset, bound in every.items():
        changed = {name: keys for name, keys in bound.items() if keys != usual[name]}
        wide = max(len(" ".join(keys)) for keys in changed.values())
        lines += ["", f"## {preset}", ""]
        lines += [f"{_CODE}{' '.join(keys):{wide}}  {name}" for name, keys in changed.items()]
    return "\n".join(lines) + "\n"


def _actions() -> str:
    """What the ``:`` line and ``agent-tui do`` offer."""
    from agent_tui.actions.registry import registry

    lines = [
        "# Actions",
        "",
        "`:NAME ARGUMENT` on the screen, `agent-tui do NAME ID... argument=VALUE` in a shell.",
        "",
    ]
    for action in registry().values():
        arguments = "".join(f" {argument.name.upper()}" for argument in action.arguments)
        told = "".join(f" {a.name.upper()}: {a.help}." for a in action.arguments)
        lines.append(f"- `{action.name}{arguments}`: {action.title}. {action.help}{told}")
    return "\n".join(lines) + "\n"

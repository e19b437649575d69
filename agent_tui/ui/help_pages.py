"""The help pages as text: those that were written, and those made of what the program knows.

Imports nothing of the screen, so that ``agent-tui help TOPIC`` starts at once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from typing import NamedTuple

from agent_tui.config.help import settings_help

_MADE = ("actions", "keys", "settings")
_PLAIN = re.compile(r"(?![ \t>|#]|```|~~~|[-*+] |\d+[.)] )\S")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)]) ")
_RULE = re.compile(r"\|[\s:|-]+\|?\s*")
_CODE = "    "


class KeyRow(NamedTuple):
    """A command with its keys, as help shows it."""

    keys: str
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
        case "settings":
            return settings_help()
        case "actions":
            return _actions()
        case "keys":
            return keys_page("Keys", all_keys())
    if topic not in topics():
        return None
    return resources.files("agent_tui.help").joinpath(f"{topic}.md").read_text("utf-8")


def keys_page(title: str, groups: KeyGroups) -> str:
    """Markdown with each group's keys in columns."""
    width = max((len(row.keys) for rows in groups.values() for row in rows), default=0)
    lines = [f"# {title}"]
    for name, rows in groups.items():
        lines += ["", f"## {name}", ""]
        lines += [f"{_CODE}{row.keys:{width}}  {_told(row)}" for row in rows]
    return "\n".join(lines) + "\n"


def all_keys() -> KeyGroups:
    """The keys of the preset, commands that work in the same panes together."""
    from agent_tui.ui.commands import table, where_of
    from agent_tui.ui.keys import build
    from agent_tui.ui.shell import SCREENS, TRIAGE

    keymap = build((), where_of)
    names = {SCREENS: "Everywhere but where you write", TRIAGE: "With a conversation at hand"}
    groups: dict[str, list[KeyRow]] = {}
    for command in table().values():
        keys = keymap.keys_of(command.name)
        if keys:
            name = names.get(command.where) or f"Only in: {', '.join(sorted(command.where))}"
            row = KeyRow(" ".join(keys), command.title, command.help)
            groups.setdefault(name, []).append(row)
    return groups


def _told(row: KeyRow) -> str:
    return f"{row.title}: {row.help}" if row.help else row.title


def reflowed(markdown: str) -> str:
    """A page with each paragraph and list item on one line, tables as lists, code fenced."""
    return "\n".join(_joined(_without_tables(markdown.splitlines())))


def _joined(lines: Iterable[str]) -> Iterator[str]:
    current: str | None = None  # the paragraph or list item that may go on
    in_code = False
    for line in lines:
        code = line.startswith(_CODE) and current is None
        if code is not in_code and (code or line.strip()):
            yield "```"
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
        yield "```"


def _without_tables(lines: Iterable[str]) -> Iterator[str]:
    """Each row of a table as an item of a list; heads and rules go."""
    before: str | None = None
    for line in lines:
        if _RULE.fullmatch(line):
            before = None  # the head of the table
            continue
        if before is not None:
            yield _row_as_item(before) if before.startswith("|") else before
        before = line
    if before is not None:
        yield _row_as_item(before) if before.startswith("|") else before


def _row_as_item(row: str) -> str:
    cells = [cell.strip() for cell in row.strip().strip("|").split("|")]
    return f"- {', '.join(cell for cell in cells if cell)}"


def _actions() -> str:
    """What the ``:`` line and ``agent-tui do`` offer."""
    from agent_tui.actions.registry import registry

    lines = [
        "# Actions",
        "",
        "`:NAME ARGUMENT` on the screen, `agent-tui do NAME ID... --help` in a shell.",
        "",
    ]
    for action in registry().values():
        arguments = "".join(f" {argument.name.upper()}" for argument in action.arguments)
        told = "".join(f" {a.name.upper()}: {a.help}." for a in action.arguments)
        lines.append(f"- `{action.name}{arguments}`: {action.title}. {action.help}{told}")
    return "\n".join(lines) + "\n"

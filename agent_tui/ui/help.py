"""Help on the screen: the keys of the pane one comes from, and the longer pages."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import ClassVar

from agent_tui.model.message import Body
from agent_tui.ui import help_pages, navigation
from agent_tui.ui.cells import glyphs_for
from agent_tui.ui.help_pages import KeyGroups, KeyRow
from agent_tui.ui.markup import Line, Look, body_lines
from agent_tui.ui.presets import preset_keys
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import TRIAGE, Choice, Shell, Where
from agent_tui.ui.text_pane import PagePane, Prepare
from agent_tui.ui.theme import Part
from agent_tui.ui.wrap import wrap


async def show(shell: Shell) -> None:
    """Open the keys of the pane that has the focus."""
    where = shell.where()
    shell.open_pane(HelpPane(shell, f"Keys in the {where}", _keys(keys_here(shell, where))))


def open_page(shell: Shell, topic: str) -> None:
    """Open a longer page; one that does not exist says so itself."""
    shell.open_pane(HelpPane(shell, f"Help: {topic}", _page(shell, topic)))


def keys_here(shell: Shell, where: Where) -> KeyGroups:
    """The keys of a pane, made of the registry of commands: verbs first, answers on top, then
    moving."""
    groups: dict[str, list[KeyRow]] = {}
    commands = list(shell.commands().values())
    if where in TRIAGE:
        commands.sort(key=lambda command: _places().get(command.name, len(commands)))
    for command in commands:
        if where in command.where:
            keys = help_pages.keys_of(command.name, shell.keys_of(command.name))
            shown = " ".join(keys[:3]) or f":{command.name}"
            row = KeyRow(shown, command.name, command.title, command.help)
            moves = command.name in _MOVING
            name = "Moving" if moves else "Doing" if keys else "Without a key"
            groups.setdefault(name, []).append(row)
    return {name: groups[name] for name in sorted(groups, key=_ORDER.index)}


@cache
def _places() -> dict[str, int]:
    """Commands in the order of the preset, from ``reply`` on and around its end."""
    names = list(dict.fromkeys(bound.command for bound in preset_keys()))
    first = names.index("reply")
    return {name: place for place, name in enumerate(names[first:] + names[:first])}


_ORDER = ("Doing", "Moving", "Without a key")
_MOVING = frozenset(command.name for command in navigation.COMMANDS)


class HelpPane(PagePane):
    """A page to scroll through; Enter chooses another one."""

    where: ClassVar[Where] = Where.HELP

    def activate(self) -> None:
        self.shell.follow(self._choose())

    async def _choose(self) -> None:
        topic = await self.shell.choose(
            "Help", [Choice(name, name, _title(name)) for name in help_pages.topics()]
        )
        if topic is not None:
            self.show(f"Help: {topic}", _page(self.shell, topic))


def _page(shell: Shell, topic: str) -> Prepare:
    if topic == "keys":
        return _keys(help_pages.all_keys(shell))
    text = help_pages.page(topic) or f"There is no page '{topic}'."

    def prepare(width: int) -> Sequence[Line]:
        body = Body(help_pages.reflowed(text))
        return list(body_lines(body, Look(width, glyphs_for()), indent=1))

    return prepare


def _keys(groups: KeyGroups) -> Prepare:
    keys_width = max((len(row.keys) for rows in groups.values() for row in rows), default=0)

    def row_lines(row: KeyRow, width: int) -> Iterator[Line]:
        indent = keys_width + 3
        first, *more = wrap(f"{row.title}  {row.help}".rstrip(), max(width - indent - 1, 1))
        title, told = first[: len(row.title)], first[len(row.title) :]
        yield (
            Piece(f" {row.keys:{keys_width}}  ", Part.ACCENT),
            Piece(title, Part.TEXT),
            Piece(told, Part.DIM),
        )
        for rest in more:
            yield (Piece(" " * indent + rest, Part.DIM),)

    def prepare(width: int) -> Sequence[Line]:
        lines: list[Line] = []
        for name, rows in groups.items():
            lines += [(), (Piece(f" {name}", Part.TEXT, bold=True),)]
            lines += [line for row in rows for line in row_lines(row, width)]
        return lines[1:]

    return prepare


def _title(topic: str) -> str:
    first = (help_pages.page(topic) or "").partition("\n")[0].lstrip("# ")
    return "" if first.casefold() == topic else first

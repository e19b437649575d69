"""The table of commands: every action of the registry, and what only a screen can do.

Keys, the palette, the ``:`` line and the help pages are read off :func:`table`.
"""

from collections.abc import Mapping
from functools import cache, partial
from typing import TYPE_CHECKING

from agent_tui.config.settings import AfterResolve
from agent_tui.query.syntax import QueryError
from agent_tui.store.database import StoreError
from agent_tui.ui import composing, later, navigation
from agent_tui.ui.shell import TRIAGE, Command, Run, Shell, Where

if TYPE_CHECKING:
    from agent_tui.actions.action import Action


@cache
def own() -> Mapping[str, Command]:
    """The commands of the screen itself; cheap, for they are needed before first paint."""
    found = (
        *navigation.COMMANDS,
        *later.COMMANDS,
        *composing.COMMANDS,
        *later.WHILE_WRITING,
        _RESOLVE_NEXT,
    )
    return {command.name: command for command in found}


def table() -> dict[str, Command]:
    """All commands by name: the screen's own, then every action that has none of its name."""
    from agent_tui.actions.registry import registry

    commands = dict(own())
    for action in registry().values():
        commands.setdefault(action.name, _of_action(action))
    for command in later.WHILE_WRITING:  # help lists them last
        commands[command.name] = commands.pop(command.name)
    return commands


def where_of(name: str) -> frozenset[Where] | None:
    """Where a command can be used, None for an unknown name; imports the actions only when the
    screen has no command of that name."""
    command = own().get(name)
    if command is not None:
        return command.where
    if name in _PRESET_ACTIONS:
        return TRIAGE
    from agent_tui.actions.registry import registry

    return TRIAGE if name in registry() else None


def refusals() -> tuple[type[Exception], ...]:
    """What commands raise to say that something cannot be done."""
    from agent_tui.actions.action import ActionError

    return (ActionError, StoreError, QueryError)


def _of_action(action: "Action") -> Command:
    """The command that asks for what the action must be told and then performs it."""
    run = _CHOOSERS.get(action.name)
    if run is None and any(not argument.optional for argument in action.arguments):
        run = partial(_ask_and_do, action=action)
    run = run or partial(_do, name=action.name)
    return Command(action.name, action.title, TRIAGE, run, action.help)


def _do(shell: Shell, _: int, name: str) -> None:
    shell.do(name)


async def _ask_and_do(shell: Shell, _: int, action: "Action") -> None:
    targets = shell.targets()  # the cursor may move while somebody types
    given: dict[str, str] = {}
    for argument in action.arguments:
        answer = await shell.ask(f"{action.title}: {argument.help} ")
        if answer is None:
            return
        given[argument.name] = answer
    shell.do(action.name, targets, **given)


def _resolve_next(shell: Shell, _: int) -> None:
    shell.desk.once_after(AfterResolve.NEXT)
    shell.do("resolve")


_CHOOSERS: Mapping[str, Run] = {
    name: later.InModule("choices", name) for name in ("snooze", "assign", "label", "priority")
} | {name: later.InModule("chat_messages", name) for name in ("edit", "delete", "react")}
"""Actions that ask in a way of their own: their argument is chosen from a list, or they are
about the newest message."""

_PRESET_ACTIONS = frozenset(
    {"resolve", "reopen", "wait", "snooze", "assign", "take", "label", "priority", "spam"}
    | {"unread", "undo", "redo"}
)
"""Actions that the preset binds: known without importing them; a test holds this."""

_RESOLVE_NEXT = Command(
    "resolve-next",
    "Resolve and next",
    TRIAGE,
    _resolve_next,
    "Resolve, and read the next one whatever the setting after_resolve says.",
)

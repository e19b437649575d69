"""The table of commands: every action of the registry, and what only a screen can do.

Keys, the palette, the ``:`` line and the help pages are read off :func:`table`.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from agent_tui.config.settings import AfterResolve, Macro
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


def table(lines: Iterable[str] = ()) -> dict[str, Command]:
    """All commands by name: the screen's own, every action that has none of its name, and the
    ``lines`` that keys do."""
    from agent_tui.actions.registry import registry

    commands = dict(own())
    for action in registry().values():
        commands.setdefault(action.name, _of_action(action))
    commands |= {text: Command(text, f":{text}", TRIAGE, _line(text)) for text in lines}
    for command in later.WHILE_WRITING:  # help lists them last
        commands[command.name] = commands.pop(command.name)
    return commands


def where_of(name: str) -> frozenset[Where] | None:
    """Where a command or a whole line such as ``snooze tomorrow 9am`` can be used, None for an
    unknown one; imports the actions only when the screen has no command of that name."""
    word, _, rest = name.partition(" ")
    if rest.strip():
        return _where_of_line(word, name)
    command = own().get(name)
    if command is not None:
        return command.where
    if name in _PRESET_ACTIONS:
        return TRIAGE
    from agent_tui.actions.registry import registry

    return TRIAGE if name in registry() else None


def _where_of_line(word: str, line: str) -> frozenset[Where] | None:
    if word in LINES or word == "macro" or line in _PRESET_LINES:
        return TRIAGE
    from agent_tui.actions.action import ActionError
    from agent_tui.actions.line import read
    from agent_tui.actions.registry import registry

    try:
        read(line, registry())
    except ActionError:
        return None
    return TRIAGE


def _line(text: str) -> Run:
    """What a key does that is bound to a line."""

    def run(shell: Shell, _: int) -> None:
        from agent_tui.ui import command_line  # after first paint

        command_line.run(shell, command_line.vocabulary(shell), text)

    return run


def check_macros(macros: Sequence[Macro], file: str) -> None:
    """Raise ConfigError for a macro with a step that can never be done; who has none does not
    import the actions for it."""
    if macros:
        from agent_tui.actions.macro import check

        check(macros, file)


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
    from agent_tui.ui import command_line  # after first paint

    targets = shell.targets()  # the cursor may move while somebody types
    given: dict[str, str] = {}
    for argument in action.arguments:
        answer = await shell.ask(
            f"{action.title}: {argument.help} ",
            complete=partial(command_line.complete_argument, shell, argument),
            preview=partial(command_line.argument_hint, shell, argument),
        )
        if answer is None:
            return
        given[argument.name] = answer
    shell.do(action.name, targets, **given)


def _resolve_next(shell: Shell, _: int) -> None:
    shell.desk.once_after(AfterResolve.NEXT)
    shell.do("resolve")


_OF_PROFILE = (
    *("rename", "describe", "alias", "vip", "tag", "language", "timezone", "newsletter", "field"),
    *("company", "company-name", "company-notes", "company-domains"),
)
"""Actions that are asked for with what the profile says now."""

_CHOOSERS: Mapping[str, Run] = {
    **{
        name: later.InModule("choices", name)
        for name in ("snooze", "assign", "label", "priority", "macro")
    },
    **{name: later.InModule("chat_messages", name) for name in ("edit", "delete", "react")},
    "ask-consent": later.InModule("reviewing", "ask"),
    "consent": later.InModule("reviewing", "consent"),
    "offline": later.InModule("reviewing", "offline"),
    **{
        name.replace("_", "-"): later.InModule("merging", name)
        for name in ("merge", "unmerge", "not_same")
    },
    **{name: later.InProfile(name) for name in _OF_PROFILE},
}
"""Actions that ask in a way of their own: their argument is chosen from a list, or they are
about the newest message."""

LINES = frozenset(
    {"quit", "q", "view", "save-view", "drop-view", "theme", "help", "search", "ratings"},
)
"""First words of a line that are no action, known without importing what they do; a test holds
this, too."""

_PRESET_LINES = frozenset({"snooze tomorrow 9:00"})
"""Lines that a preset binds; a test holds that they can be read."""

_PRESET_ACTIONS = frozenset(
    {"resolve", "reopen", "wait", "snooze", "assign", "take", "label", "priority", "macro", "spam"}
    | {"unread", "undo", "redo", "merge"}
)
"""Actions that the preset binds: known without importing them; a test holds this."""

_RESOLVE_NEXT = Command(
    "resolve-next",
    "Resolve and next",
    TRIAGE,
    _resolve_next,
    "Resolve, and read the next one whatever the setting after_resolve says.",
)

"""An action as a line of words, for the ``:`` line, keys and macros: ``snooze tomorrow 9am``."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent_tui.actions.action import Action, ActionError, Argument, ArgumentKind
from agent_tui.actions.when import readable
from agent_tui.model.conversation import Priority


@dataclass(frozen=True, slots=True)
class Step:
    """An action and what it is told."""

    action: Action
    args: Mapping[str, str] = field(default_factory=dict)


def read(text: str, actions: Mapping[str, Action]) -> Step:
    """The step that a line means, of those that there are.

    Raises ActionError for an unknown action, and for an argument that is missing, not wanted or
    cannot be meant at any time; whether it can be now is found out when it is done.
    """
    name, _, rest = text.strip().partition(" ")
    action = actions.get(name)
    if action is None:
        raise ActionError(f"There is no action '{name}'; see 'agent-tui help actions'.")
    return Step(action, arguments(action, rest.strip(), whole=True))


def arguments(action: Action, rest: str, *, whole: bool = False) -> dict[str, str]:
    """What stands behind an action's name: all of it is the first argument.

    Raises ActionError when the action takes none, and with ``whole`` for an argument that is
    missing or can never be right.
    """
    if not action.arguments:
        if rest:
            raise ActionError(f"'{action.name}' takes no arguments.")
        return {}
    if whole:
        _check(action, rest)
    return {action.arguments[0].name: rest} if rest else {}


def _check(action: Action, rest: str) -> None:
    wanted = [argument for argument in action.arguments if not argument.optional]
    if len(wanted) > 1:
        raise ActionError(f"'{action.name}' needs more than one line can say.")
    if not rest and wanted:
        raise ActionError(f"'{action.name}' needs {wanted[0].name}: {wanted[0].help}.")
    if rest and not _fits(action.arguments[0], rest):
        first = action.arguments[0]
        raise ActionError(f"'{action.name} {rest}': '{rest}' is not {first.help}.")


def _fits(argument: Argument, text: str) -> bool:
    match argument.kind:
        case ArgumentKind.TIME:
            return readable(text)
        case ArgumentKind.PRIORITY:
            return text.upper() in Priority.__members__
        case _:
            return True

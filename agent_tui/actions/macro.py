"""Macros: actions in a row, carried out as one batch, so that one undo takes all of it back."""

from collections.abc import Mapping, Sequence

from agent_tui.actions.action import (
    Action,
    ActionError,
    Argument,
    ArgumentKind,
    Context,
    Done,
    Scope,
)
from agent_tui.actions.line import Step, read
from agent_tui.config.errors import ConfigError
from agent_tui.config.settings import Macro

NAME = "macro"

_NEVER = frozenset({NAME, "undo", "redo"})
"""What a macro cannot do: itself, and what works on the log that it writes."""


def check(macros: Sequence[Macro], file: str) -> None:
    """Raise ConfigError, which names the line, for a step that can never be done."""
    for macro in macros:
        for line, text in zip(macro.lines, macro.actions, strict=True):
            try:
                _step(text)
            except ActionError as error:
                raise ConfigError(
                    f"{file}, line {line}: the macro '{macro.name}' cannot do '{text}': {error}"
                ) from error


def _run(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    """All steps or none: the first that is refused takes back what came before it."""
    macro = _named(context, args[NAME])
    inside = context.part_of(f"{NAME} {macro.name}")
    changed: dict[int, None] = {}
    with context.db.transaction(durable=True):
        for text in macro.actions:
            try:
                step = _step(text)
                done = step.action.run(inside, targets, step.args)
            except ActionError as error:
                raise ActionError(f"'{macro.name}' has done nothing: {error}") from error
            changed.update(dict.fromkeys(done.changed))
    if not changed:
        return Done(f"'{macro.name}': nothing to do.")
    what = f"#{targets[0]}" if len(targets) == 1 else f"{len(targets)} conversations"
    return Done(f"'{macro.name}' is done to {what}.", tuple(changed), inside.batch)


def _step(text: str) -> Step:
    from agent_tui.actions.registry import registry  # it holds the action below

    step = read(text, registry())
    if step.action.name in _NEVER:
        raise ActionError(f"'{step.action.name}' is not for macros.")
    return step


def _named(context: Context, name: str) -> Macro:
    """The macro that is called so, or the only one whose name begins so."""
    fitting = [m for m in context.macros if m.name.casefold().startswith(name.casefold())]
    found = [m for m in fitting if m.name == name] or fitting
    if len(found) == 1:
        return found[0]
    known = ", ".join(m.name for m in context.macros) or "none; see 'agent-tui help config'"
    raise ActionError(f"'{name}' is {'more than one' if found else 'no'} macro: {known}.")


ACTIONS = (
    Action(
        name=NAME,
        title="Macro",
        scope=Scope.CONVERSATIONS,
        run=_run,
        help="Several actions in a row, from the settings; one undo takes back all.",
        arguments=(Argument(NAME, ArgumentKind.MACRO, "the name of a macro"),),
    ),
)

"""Every action an agent can take, declared once: keys, palette, ``:`` line and CLI read it here."""

from collections.abc import Mapping, Sequence

from agent_tui.actions import (
    call,
    company,
    customer,
    joining,
    macro,
    messaging,
    offline,
    people,
    reply,
    review,
    testimonial,
    triage,
    undo,
    views,
)
from agent_tui.actions.action import Action, ActionError, Context, Done, Scope


def registry() -> dict[str, Action]:
    """All actions by name, in the order a menu shows them."""
    modules = (
        triage,
        macro,
        reply,
        messaging,
        review,
        offline,
        joining,
        testimonial,
        call,
        customer,
        company,
        people,
        views,
        undo,
    )
    actions = [action for module in modules for action in module.ACTIONS]
    return {action.name: action for action in actions}


def perform(
    name: str, context: Context, targets: Sequence[int] = (), args: Mapping[str, str] | None = None
) -> Done:
    """Do ``name`` to the conversations ``targets``; the one door for keys, CLI and macros.

    Raises ActionError for an unknown name, a missing or wrong argument, or when it cannot be
    done, and StoreError when the store fails.
    """
    action, given = checked(name, targets, args)
    return action.run(context, targets, given)


def checked(
    name: str, targets: Sequence[int] = (), args: Mapping[str, str] | None = None
) -> tuple[Action, dict[str, str]]:
    """The action and its arguments; raises ActionError as :func:`perform` does before it acts."""
    action = registry().get(name)
    if action is None:
        raise ActionError(f"There is no action '{name}'; see 'agent-tui help actions'.")
    given = dict(args or {})
    known = {argument.name for argument in action.arguments}
    for wrong in sorted(given.keys() - known):
        raise ActionError(f"'{name}' takes no argument '{wrong}'.")
    for argument in action.arguments:
        if not argument.optional and not given.get(argument.name, "").strip():
            raise ActionError(f"'{name}' needs {argument.name}: {argument.help}.")
    if action.scope is not Scope.NOTHING and not targets:
        raise ActionError(f"'{name}' needs a conversation.")
    if action.scope is Scope.CUSTOMER and len(targets) > 1:
        raise ActionError(f"'{name}' is for one customer at a time.")
    return action, given

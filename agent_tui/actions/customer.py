"""What an agent writes down about a customer."""

from collections.abc import Mapping, Sequence

from agent_tui.actions.action import (
    Action,
    Argument,
    ArgumentKind,
    Context,
    Done,
    Scope,
)
from agent_tui.actions.people import person_of
from agent_tui.store import changes


def _rename(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    return _edit(context, targets, "rename", "name", args["name"].strip())


def _describe(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    return _edit(context, targets, "describe", "notes", args.get("notes", ""))


def _edit(context: Context, targets: Sequence[int], action: str, field: str, value: str) -> Done:
    customer = person_of(context, targets).root
    stamp = context.stamp(action)
    if not changes.change_customer(context.db, stamp, customer, **{field: value}):
        return Done("Nothing to do: it says that already.")
    return Done(f"Customer's {field} saved.", tuple(targets), stamp.batch)


ACTIONS = (
    Action(
        name="rename",
        title="Edit customer's name",
        scope=Scope.CUSTOMER,
        run=_rename,
        help="What we call the customer.",
        arguments=(Argument("name", ArgumentKind.TEXT, "the new name"),),
    ),
    Action(
        name="describe",
        title="Edit customer's notes",
        scope=Scope.CUSTOMER,
        run=_describe,
        help="What colleagues should know about the customer.",
        arguments=(Argument("notes", ArgumentKind.TEXT, "the notes", optional=True),),
    ),
)

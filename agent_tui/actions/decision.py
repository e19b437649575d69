"""Decisions on conversations: the same fields of one or of thousands, foreseen and carried out.

What is decided is one rule from a conversation to its fields. It is asked before, so that an
announcement says what will really happen, and again when it happens.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from agent_tui.actions import meanwhile
from agent_tui.actions.action import ActionError, Context, Done, Foreseen
from agent_tui.actions.provider import accounts_told, tell_changes
from agent_tui.actions.targets import every
from agent_tui.model.conversation import Conversation
from agent_tui.model.event import Stamp
from agent_tui.store import changes, conversations, messages
from agent_tui.store.changes import Changed, Value


class Decision(NamedTuple):
    """What is to become of conversations."""

    will: str  # with {} for how many: "resolve {}"
    did: str  # "resolved"
    fields: Callable[[Conversation], Mapping[str, Value]]
    handles: bool = False  # what the customer wrote so far is done with
    among: Callable[[Conversation], bool] | None = None  # the others are passed over
    otherwise: Callable[[Conversation], str] | None = None  # why, when all are


Decide = Callable[[Context, Mapping[str, str]], Decision]
"""Reads the arguments of an action. Raises ActionError for wrong ones."""


def carry_out(
    name: str, decide: Decide, context: Context, targets: Sequence[int], args: Mapping[str, str]
) -> Done:
    """Change all targets as one batch and say what came of it.

    Targets that are gone are passed over; raises Gone when all are, and Conflict when somebody
    else has decided on one since the agent saw it.
    """
    decision = decide(context, args)
    stamp = context.stamp(name)
    with context.db.transaction():
        found = every(context, targets)
        able = _able(decision, found)
        if not able and decision.otherwise is not None:
            raise ActionError(decision.otherwise(found[0]))
        wanted = _wanted(context, decision, able)
        meanwhile.check(context, wanted)
        changed = change_all(context, stamp, wanted)
    if not changed:
        return Done(f"Nothing to do: already {decision.did}.", did=decision.did)
    ids = tuple(one.before.id for one in changed)
    what = f"#{ids[0]}" if len(ids) == 1 else f"{len(ids)} conversations"
    return Done(f"{what} {decision.did}.", ids, stamp.batch, decision.did)


def foresee(
    decide: Decide, context: Context, targets: Sequence[int], args: Mapping[str, str]
) -> Foreseen:
    """What :func:`carry_out` would do now."""
    decision = decide(context, args)
    able = _able(decision, conversations.by_ids(context.db, targets))
    changing = [
        Changed(conversation, now)
        for conversation, fields in _wanted(context, decision, able)
        if (now := changes.different(conversation, fields))
    ]
    return Foreseen(decision.will, len(changing), accounts_told(context, changing))


def runs(name: str, decide: Decide) -> tuple[partial[Done], partial[Foreseen]]:
    """What an action of that name runs, and how it is foreseen."""
    return partial(carry_out, name, decide), partial(foresee, decide)


def change_all(
    context: Context,
    stamp: Stamp,
    wanted: Sequence[tuple[Conversation, Mapping[str, Value]]],
    *,
    undoes: str | None = None,
) -> list[Changed]:
    """Set fields of conversations; their providers are told of what they keep."""
    changed = changes.change_conversations(context.db, stamp, wanted, undoes=undoes)
    tell_changes(context, changed)
    return changed


def _able(decision: Decision, found: Sequence[Conversation]) -> list[Conversation]:
    return [one for one in found if decision.among is None or decision.among(one)]


def _wanted(
    context: Context, decision: Decision, able: Sequence[Conversation]
) -> list[tuple[Conversation, Mapping[str, Value]]]:
    """The fields of each that has to change; whoever waits is handled also where none has."""
    wanted = [(one, dict(decision.fields(one))) for one in able]
    if decision.handles:
        wanted = [
            (one, fields)
            for one, fields in wanted
            if one.waiting_since is not None or changes.different(one, fields)
        ]
        newest = messages.newest_of(context.db, [one.id for one, _ in wanted])
        for one, fields in wanted:
            fields["handled"] = newest.get(one.id)
    return list(wanted)

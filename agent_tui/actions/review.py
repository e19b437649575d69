"""Moderation: whether the public sees a review, where the provider lets a shop decide that."""

from collections.abc import Callable, Mapping, Sequence

from agent_tui.actions.action import Action, ActionError, Context, Done, Scope
from agent_tui.actions.provider import moderates
from agent_tui.actions.triage import change
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Channel, Conversation, Status
from agent_tui.model.review import Moderation
from agent_tui.store import conversations
from agent_tui.store.changes import Value


def _moderate(
    name: str, to: Moderation, did: str
) -> Callable[[Context, Sequence[int], Mapping[str, str]], Done]:
    """An action that puts reviews into the state ``to``."""

    def run(context: Context, targets: Sequence[int], _: Mapping[str, str]) -> Done:
        found = conversations.by_ids(context.db, list(dict.fromkeys(targets)))
        if not found:
            raise ActionError(f"There is no conversation #{targets[0]}.")
        able = [c for c in found if moderates(context, c)]
        if not able:
            raise ActionError(_why_not(found[0]))
        stamp = context.stamp(name)
        with context.db.transaction():
            changed = [c.id for c in able if change(context, stamp, c, _fields(c, to))]
        if not changed:
            return Done(f"Nothing to do: already {did}.")
        what = f"#{changed[0]}" if len(changed) == 1 else f"{len(changed)} reviews"
        return Done(f"{what} {did}.", tuple(changed), stamp.batch)

    return run


def _fields(conversation: Conversation, to: Moderation) -> dict[str, Value]:
    """What is approved is no spam here either."""
    fields: dict[str, Value] = {"moderation": to}
    if to is Moderation.PUBLISHED and conversation.status is Status.SPAM:
        fields["status"] = Status.OPEN
    return fields


def _why_not(conversation: Conversation) -> str:
    if conversation.channel is not Channel.REVIEW:
        return f"#{conversation.id} is no review; only those are moderated."
    return f"The account '{conversation.account}' cannot moderate: its provider decides alone."


ACTIONS = (
    Action(
        name="approve",
        title="Approve review",
        scope=Scope.CONVERSATIONS,
        run=_moderate("approve", Moderation.PUBLISHED, "made public"),
        help="Let the public see a review.",
        needs=EffectKind.MODERATE,
    ),
    Action(
        name="withhold",
        title="Withhold review",
        scope=Scope.CONVERSATIONS,
        run=_moderate("withhold", Moderation.HELD, "held back from the public"),
        help="Take a review back until somebody approves it.",
        needs=EffectKind.MODERATE,
    ),
    Action(
        name="hide",
        title="Hide review",
        scope=Scope.CONVERSATIONS,
        run=_moderate("hide", Moderation.HIDDEN, "hidden from the public"),
        help="Take a review away from the public, such as into the shop's bin.",
        needs=EffectKind.MODERATE,
    ),
)

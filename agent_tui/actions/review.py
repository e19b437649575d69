"""Moderation: whether the public sees a review, where the provider lets a shop decide that."""

from collections.abc import Mapping

from agent_tui.actions.action import Action, Context, Scope
from agent_tui.actions.decision import Decide, Decision, runs
from agent_tui.actions.provider import moderates
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Channel, Conversation, Status
from agent_tui.model.review import Moderation
from agent_tui.store.changes import Value


def _moderate(will: str, to: Moderation, did: str) -> Decide:
    """The decision that puts reviews into the state ``to``; what is no review is passed over."""

    def decide(context: Context, _: Mapping[str, str]) -> Decision:
        return Decision(
            will,
            did,
            lambda one: _fields(one, to),
            among=lambda one: moderates(context, one),
            otherwise=_why_not,
        )

    return decide


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


def _action(name: str, title: str, decide: Decide, help: str) -> Action:  # noqa: A002 - as in Action
    run, foresee = runs(name, decide)
    return Action(
        name,
        title,
        Scope.CONVERSATIONS,
        run,
        help,
        needs=EffectKind.MODERATE,
        foresee=foresee,
    )


ACTIONS = (
    _action(
        "approve",
        "Approve review",
        _moderate("make {} public", Moderation.PUBLISHED, "made public"),
        "Let the public see a review.",
    ),
    _action(
        "withhold",
        "Withhold review",
        _moderate("hold {} back", Moderation.HELD, "held back from the public"),
        "Take a review back until somebody approves it.",
    ),
    _action(
        "hide",
        "Hide review",
        _moderate("hide {} from the public", Moderation.HIDDEN, "hidden from the public"),
        "Take a review away from the public, such as into the shop's bin.",
    ),
)

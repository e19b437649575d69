"""Takes in what becomes of reviews: other stars, another state, another name of the product."""

from dataclasses import replace

from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Channel, Conversation, status_after_inbound
from agent_tui.model.event import Entity
from agent_tui.model.incoming import Edit
from agent_tui.model.message import Direction, Message
from agent_tui.model.review import Review
from agent_tui.store import changes, conversations, events, outbox, reviews
from agent_tui.store.arrival import Arrival


def reviewed(into: Arrival, message: Message) -> Conversation | None:
    """The conversation that ``message`` is the review of; None for what is no review."""
    if message.direction is not Direction.INBOUND:
        return None
    conversation = conversations.get(into.db, message.conversation_id)
    is_review = conversation is not None and conversation.channel is Channel.REVIEW
    return conversation if is_review else None


def take_review(into: Arrival, conversation: Conversation, review: Review) -> None:
    """What the provider says of a review now; an agent's own decision on its way there stands."""
    before = conversation.review
    if before is not None and _decided(into, conversation):
        review = replace(review, moderation=before.moderation)
    if review == before:
        return
    columns = reviews.columns_of(review)
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    into.db.run(
        f"UPDATE conversations SET {sets} WHERE id = :id", columns | {"id": conversation.id}
    )
    was, now = reviews.columns_of(before), columns
    for field in (name for name in now if now[name] != was[name]):
        events.append(
            into.db,
            replace(into.stamp, action="changed elsewhere"),
            Entity.CONVERSATION,
            conversation.id,
            field,
            was[field],
            now[field],
        )


def revised(into: Arrival, conversation_id: int, edit: Edit) -> None:
    """The customer has written the review anew: who has dealt with it looks at it again."""
    before = conversations.get(into.db, conversation_id)
    assert before is not None
    if edit.rating is not None and edit.rating != before.rating:
        into.db.run(
            "UPDATE conversations SET rating = :rating WHERE id = :id",
            {"rating": edit.rating, "id": before.id},
        )
        events.append(
            into.db,
            replace(into.stamp, at=edit.at),
            Entity.CONVERSATION,
            before.id,
            "rating",
            before.rating,
            edit.rating,
        )
    if into.first_sync:
        return
    conversations.add_unread(into.db, before.id)
    status = status_after_inbound(before.status, automatic=False)
    if status is not before.status:
        stamp = replace(into.stamp, action="reopen")
        changes.change_conversation(
            into.db, stamp, before, undoes=None, status=status, snoozed_until=None
        )


def _decided(into: Arrival, conversation: Conversation) -> bool:
    return EffectKind.MODERATE in outbox.kinds_on_the_way(into.db, conversation.id)

"""Takes in what becomes of messages: edits, deletions, reactions, and how far ours have come."""

from agent_tui.model.customer import normal
from agent_tui.model.event import Entity
from agent_tui.model.incoming import Deletion, Edit, Mark, ReactionChange
from agent_tui.model.message import Delivery, Direction, Message
from agent_tui.store import events, intake_reviews, messages, outbox, rewriting, traces
from agent_tui.store.arrival import Arrival
from agent_tui.store.database import Database

OURS = ""
"""The address of our own reactions: at the provider the whole account is one person."""

_BEFORE = {  # what a mark may come after
    Delivery.SENT: (Delivery.NONE,),
    Delivery.DELIVERED: (Delivery.NONE, Delivery.SENT, Delivery.FAILED),
    Delivery.READ: (Delivery.NONE, Delivery.SENT, Delivery.DELIVERED, Delivery.FAILED),
    Delivery.FAILED: (Delivery.NONE, Delivery.SENT),
}


def take_edit(into: Arrival, edit: Edit) -> None:
    """Another text for a message; one that it has, or had and lost since, is no news.

    The stars of a review count as part of its text; what else is said of it holds in any case.
    """
    message = into.message(edit.remote_id)
    if message is None or message.deleted_at is not None:
        return
    reviewed = intake_reviews.reviewed(into, message)
    if reviewed is not None and edit.review is not None:
        intake_reviews.take_review(into, reviewed, edit.review)
    stars = reviewed.rating if reviewed is not None else None
    if _known(message, edit, stars):
        return
    if outbox.changing(into.db, message.id):
        return  # an agent's own text is on its way there
    if edit.subject is not None:
        message = rewriting.retitle(into.db, message, edit.subject)
    if edit.body.text != message.body.text or edit.rating not in (None, stars):
        rewriting.rewrite(into.db, message, edit.body, edit.at, rating=stars)
    events.append(into.db, into.stamp, Entity.MESSAGE, message.id, "edited", None, edit.at)
    if reviewed is not None:
        intake_reviews.revised(into, reviewed.id, edit)


def take_deletion(into: Arrival, deletion: Deletion) -> None:
    """A message is taken away, here too; or a reaction."""
    message = into.message(deletion.remote_id)
    if message is None:
        traces.unreact_remote(into.db, into.account, deletion.remote_id)
        return
    if message.body.text or message.attachments or message.deleted_at is None:
        rewriting.wipe(into.db, message, deletion.at)
    if message.deleted_at is None:
        events.append(into.db, into.stamp, Entity.MESSAGE, message.id, "deleted", None, deletion.at)


def take_reaction(into: Arrival, change: ReactionChange) -> None:
    """An emoji is put to a message or taken off."""
    message_id = into.message_id(change.message)
    if message_id is None:
        return
    address = OURS if change.ours else normal(change.sender.kind, change.sender.value)
    if change.removed:
        traces.unreact(into.db, message_id, address, change.emoji)
        return
    traces.react(
        into.db,
        message_id,
        address,
        change.emoji,
        who=change.sender.name or change.sender.value,
        ours=change.ours,
        account=into.account,
        remote_id=change.remote_id,
    )


def take_mark(into: Arrival, mark: Mark) -> None:
    """How far a message of ours has come; that only ever goes forward.

    Nothing is said of a message that the outbox has in hand. What is marked may be a message of
    the customer: then only those before it are ours.
    """
    message = into.message(mark.remote_id)
    if message is None or mark.delivery not in _BEFORE:
        return
    if message.direction is Direction.OUTBOUND and message.delivery in _BEFORE[mark.delivery]:
        messages.set_delivery(into.db, message.id, mark.delivery, mark.problem)
    if mark.and_before and mark.delivery in (Delivery.DELIVERED, Delivery.READ):
        _advance_before(into.db, message, mark.delivery)


def _advance_before(db: Database, last: Message, delivery: Delivery) -> None:
    """Our messages up to ``last`` that were sent have come at least as far: DELIVERED or READ."""
    behind = {Delivery.SENT, Delivery.DELIVERED} - {delivery}
    marks = ", ".join(f"'{state}'" for state in sorted(behind))
    db.run(
        "UPDATE messages SET delivery = :delivery WHERE conversation_id = :conversation"
        f" AND direction = 'outbound' AND id <= :last AND delivery IN ({marks})",
        {"delivery": delivery, "conversation": last.conversation_id, "last": last.id},
    )


def _known(message: Message, edit: Edit, stars: int | None) -> bool:
    rated = edit.rating in (None, stars)
    titled = edit.subject in (None, message.subject)
    if edit.body.text == message.body.text and rated and titled:
        return True
    if message.edited_at is None or edit.at > message.edited_at:
        return False
    had = any(
        version.text == edit.body.text and edit.rating in (None, version.rating)
        for version in message.versions
    )
    return had or edit.at < message.edited_at

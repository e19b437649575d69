"""Reviews as they arrive, and what becomes of them: text, stars, and whether the public sees it."""

from dataclasses import replace

from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.customer import IdentityKind
from agent_tui.model.event import Entity
from agent_tui.model.incoming import Batch, Edit, Incoming, Progress, Sender
from agent_tui.model.message import Body, Direction, Version
from agent_tui.model.review import Moderation, Review
from agent_tui.store import changes, conversations, events, messages, queueing
from agent_tui.store.database import Database
from agent_tui.store.intake import commit_batch
from tests.factory import ACCOUNT, OWN, START, Desk, changed, listed, only, receive

LATER = START + 10**9
BAG = Review(
    product="Tarn 28",
    product_id="77",
    version="2.1",
    device="Pixel",
    country="GB",
    language="en",
    verified=True,
    url="https://shop.example/tarn",
)


def review(
    text: str = "The zip broke.", rating: int = 2, about: Review | None = BAG, **more: object
) -> Incoming:
    given: dict[str, object] = {"subject": "Not great", "remote_id": "r1", "thread_key": "r1"}
    return Incoming(
        channel=Channel.REVIEW,
        direction=Direction.INBOUND,
        sender=Sender(IdentityKind.EMAIL, "ada@customer.example", "Ada"),
        at=START,
        body=Body(text),
        rating=rating,
        review=about,
        **(given | more),  # type: ignore[arg-type]  # passed through
    )


def edit(text: str = "The zip broke.", at: int = LATER, **more: object) -> Edit:
    return Edit("r1", Body(text), at, **more)  # type: ignore[arg-type]  # passed through


def fields(db: Database) -> list[tuple[str, object, object]]:
    found = events.of_entity(db, Entity.CONVERSATION, only(db).id)
    return [(e.field, e.before, e.after) for e in reversed(found) if e.field != "message"]


def test_a_review_comes_back_from_the_store_as_it_arrived(db: Database) -> None:
    receive(db, review())
    assert only(db).review == BAG
    assert only(db).rating == 2


def test_what_a_provider_does_not_say_of_a_review_stays_unsaid(db: Database) -> None:
    receive(db, review(about=Review(moderation=Moderation.HELD)))
    assert only(db).review == Review(moderation=Moderation.HELD)


def test_a_mail_has_no_review(db: Database) -> None:
    receive(db, review(about=None))
    assert only(db).review is None


def test_an_edited_review_keeps_its_earlier_text_and_stars(db: Database) -> None:
    receive(db, review())
    changed(db, edits=(edit("They mended it.", rating=5),))
    (message,) = messages.of_conversation(db, only(db).id)
    assert message.body.text == "They mended it."
    assert message.versions == (Version(LATER, "The zip broke.", 2),)
    assert only(db).rating == 5
    assert ("rating", 2, 5) in fields(db)


def test_stars_alone_are_an_edit(db: Database) -> None:
    receive(db, review())
    changed(db, edits=(edit(rating=4),))
    (message,) = messages.of_conversation(db, only(db).id)
    assert message.versions == (Version(LATER, "The zip broke.", 2),)
    assert message.edited_at == LATER


def test_an_edit_that_comes_twice_is_no_news(db: Database) -> None:
    receive(db, review())
    for _ in range(2):
        changed(db, edits=(edit("They mended it.", rating=5),))
    changed(db, edits=(edit(rating=2, at=LATER - 1),))
    (message,) = messages.of_conversation(db, only(db).id)
    assert len(message.versions) == 1
    assert only(db).rating == 5


def test_another_title_is_the_review_s_and_its_conversation_s(db: Database) -> None:
    receive(db, review())
    changed(db, edits=(edit(subject="Great after all"),))
    (message,) = messages.of_conversation(db, only(db).id)
    assert (message.subject, only(db).subject) == ("Great after all", "Great after all")
    assert message.versions == ()
    assert listed(db, 'subject:"after all"')


def test_what_is_said_of_a_review_is_taken_over_without_an_edit(db: Database) -> None:
    receive(db, review())
    changed(db, edits=(edit(review=replace(BAG, moderation=Moderation.HELD, product="Tarn 30")),))
    assert only(db).review == replace(BAG, moderation=Moderation.HELD, product="Tarn 30")
    (message,) = messages.of_conversation(db, only(db).id)
    assert (message.versions, message.edited_at) == ((), None)
    assert ("moderation", "published", "held") in fields(db)
    assert ("product", "Tarn 28", "Tarn 30") in fields(db)


def test_an_agent_s_moderation_on_its_way_is_not_overwritten(db: Database) -> None:
    receive(db, review())
    desk = Desk(db)
    changes.change_conversation(
        db, desk.context.stamp("hide"), only(db), undoes=None, moderation="hidden"
    )
    queueing.put(
        db,
        account=ACCOUNT,
        kind=EffectKind.MODERATE,
        key="k",
        payload='{"moderation":"hidden"}',
        agent="maria",
        now=START,
        conversation_id=only(db).id,
    )
    changed(db, edits=(edit(review=BAG),))
    found = only(db).review
    assert found is not None
    assert found.moderation is Moderation.HIDDEN


def test_a_review_written_anew_is_open_and_unread_again(db: Database) -> None:
    receive(db, review())
    desk = Desk(db)
    conversations.mark_read(db, only(db).id)
    changes.change_conversation(
        db, desk.context.stamp("resolve"), only(db), undoes=None, status=Status.RESOLVED
    )
    changed(db, edits=(edit("Broken again.", rating=1),))
    assert (only(db).status, only(db).unread) == (Status.OPEN, 1)


def test_an_edit_of_the_past_reopens_nothing(db: Database) -> None:
    receive(db, review(status=Status.RESOLVED))
    past = Batch("INBOX", "c", edits=(edit("Better", rating=4),), progress=Progress(1, 1))
    commit_batch(db, ACCOUNT, past, frozenset({OWN}), START)
    assert (only(db).status, only(db).rating) == (Status.RESOLVED, 4)

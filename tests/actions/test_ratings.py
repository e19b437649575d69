"""Ratings: counted as somebody would by hand, narrowed by the query language, listed exactly."""

from collections.abc import Sequence
from datetime import UTC

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.actions.ratings import PERIODS, Report, report, view_of
from agent_tui.actions.registry import perform
from agent_tui.model.clock import DAY, HOUR, Millis
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.customer import IdentityKind
from agent_tui.model.hours import Hours
from agent_tui.model.incoming import Edit, Incoming, Sender
from agent_tui.model.message import Body, Direction
from agent_tui.model.rating import Period, Sheaf, Trend, starts
from agent_tui.model.review import Review
from agent_tui.model.targets import Kind, Rules, Target
from agent_tui.query.syntax import QueryError
from agent_tui.store import conversations, customers
from agent_tui.store.database import Database
from agent_tui.store.sqlite import SqliteDatabase
from tests.actions.test_public_answers import REVIEWS
from tests.factory import START, Desk, changed, listed, mail_account, receive

NOW: Millis = START + 30 * DAY
RULES = Rules({(Kind.FIRST, Channel.REVIEW): Target(24 * HOUR)})


def review(key: str, rating: int, product: str = "Tarn", at: Millis = START) -> Incoming:
    return Incoming(
        remote_id=key,
        channel=Channel.REVIEW,
        direction=Direction.INBOUND,
        sender=Sender(IdentityKind.HANDLE, key, key),
        at=at,
        body=Body("A text"),
        thread_key=key,
        rating=rating,
        review=Review(product=product, country="GB" if rating > 3 else "US"),
    )


def answer(key: str, at: Millis) -> Incoming:
    return Incoming(
        remote_id=f"{key}a",
        channel=Channel.REVIEW,
        direction=Direction.OUTBOUND,
        sender=Sender(IdentityKind.HANDLE, "shop", "Shop"),
        customer=Sender(IdentityKind.HANDLE, key, key),
        at=at,
        body=Body("Thanks"),
        thread_key=key,
    )


@pytest.fixture
def desk(db: Database) -> Desk:
    mail_account(db, REVIEWS)
    return Desk(db)


def told(db: Database, text: str = "", *, rules: Rules = RULES, now: Millis = NOW) -> Report:
    return report(db, text, rules=rules, me="maria", now=now, zone=UTC)


def trend(found: Report, sheaf: Sheaf, name: str = "") -> Trend:
    return next(one for one in found.trends if (one.sheaf, one.name) == (sheaf, name))


@given(
    reviews=st.lists(
        st.tuples(st.integers(1, 5), st.sampled_from(["", "Tarn", "Fell"]), st.integers(-60, 29)),
        max_size=12,
    )
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_they_are_what_somebody_would_count_by_hand(
    db: SqliteDatabase, reviews: Sequence[tuple[int, str, int]]
) -> None:
    guest = customers.of_identity(db, IdentityKind.HANDLE, "guest", "Guest", START)
    with db.transaction():
        db.run("DELETE FROM conversations")
        for stars, product, day in reviews:
            conversations.create(
                db,
                account="shop",
                channel=Channel.REVIEW,
                subject="",
                status=Status.OPEN,
                customer_id=guest,
                at=START + day * DAY,
                rating=stars,
                review=Review(product=product),
            )
    found = told(db)
    begins = starts(Period.WEEK, PERIODS, NOW, UTC)

    for product in {name for _, name, _ in reviews if name}:
        own = [(stars, START + day * DAY) for stars, name, day in reviews if name == product]
        one = trend(found, Sheaf.PRODUCT, product)
        assert one.total.count == len(own)
        assert one.total.average == sum(stars for stars, _ in own) / len(own)
        for place, begin in enumerate(begins):
            end = begins[place + 1] if place + 1 < PERIODS else NOW
            assert one.periods[place].count == sum(begin <= at < end for _, at in own)
    assert sum(t.total.count for t in found.trends if t.sheaf is Sheaf.STARS) == len(reviews)


def test_an_edited_review_counts_with_the_stars_it_has_now(desk: Desk) -> None:
    receive(desk.db, review("r1", 1))
    changed(desk.db, edits=(Edit("r1", Body("Mended."), START + DAY, rating=5),))

    assert trend(told(desk.db), Sheaf.ALL).total.stars == [0, 0, 0, 0, 1]


def test_the_share_counts_what_was_answered_or_is_overdue(desk: Desk) -> None:
    receive(
        desk.db,
        review("in time", 5),
        answer("in time", START + 24 * HOUR),
        review("late", 5),
        answer("late", START + 24 * HOUR + 1),
        review("never", 5),
        review("not due yet", 5, at=NOW - 23 * HOUR),
    )
    one = trend(told(desk.db), Sheaf.ALL)

    assert (one.in_time, one.due, one.waiting) == (1, 3, 2)
    assert one.share == pytest.approx(1 / 3)


def test_a_target_in_business_hours_counts_them_alone(desk: Desk) -> None:
    never_open = Hours(((),) * 7, zone=UTC)
    rules = Rules({(Kind.FIRST, Channel.REVIEW): Target(HOUR, business=True)}, never_open)
    receive(desk.db, review("r1", 5), answer("r1", START + 20 * DAY))

    one = trend(told(desk.db, rules=rules), Sheaf.ALL)
    assert (one.in_time, one.due) == (1, 1)


def test_without_a_target_there_is_no_share(desk: Desk) -> None:
    receive(desk.db, review("r1", 5))
    assert trend(told(desk.db, rules=Rules({})), Sheaf.ALL).share is None


def test_a_query_narrows_them(desk: Desk) -> None:
    receive(desk.db, review("r1", 5), review("r2", 1))

    assert trend(told(desk.db, "country:gb"), Sheaf.ALL).total.stars == [0, 0, 0, 0, 1]
    assert trend(told(desk.db, "text"), Sheaf.ALL).total.count == 2
    with pytest.raises(QueryError):
        told(desk.db, "rating:9")


def test_spam_is_left_out_unless_it_is_asked_for(desk: Desk) -> None:
    receive(desk.db, review("r1", 5), review("r2", 1))
    (poor,) = listed(desk.db, "rating:1")
    perform("spam", desk.context, [poor.id])

    assert trend(told(desk.db), Sheaf.ALL).total.count == 1
    assert trend(told(desk.db, "status:spam"), Sheaf.ALL).total.count == 1


def test_each_trend_lists_exactly_the_reviews_it_counts(desk: Desk) -> None:
    names = ("Tarn", "Tarn 28", 'Say "hello"', "tarn cover")
    receive(
        desk.db,
        *(review(f"r{n}", n % 5 + 1, names[n % 4], START + n * DAY) for n in range(9)),
        answer("r3", START + 10 * DAY),
    )
    found = told(desk.db)

    for one in found.trends:
        view = view_of(found, one)
        assert len(listed(desk.db, view.query, view.sort)) == one.total.count, view.query


def test_a_trend_lists_what_waits_first(desk: Desk) -> None:
    receive(
        desk.db,
        review("old", 5),
        review("answered", 5, at=START + HOUR),
        answer("answered", START + 2 * HOUR),
        review("new", 5, at=START + 3 * HOUR),
    )
    found = told(desk.db)
    view = view_of(found, trend(found, Sheaf.STARS, "5"))

    rows = listed(desk.db, view.query, view.sort)
    assert [row.thread_key for row in rows] == ["old", "new", "answered"]


def test_stars_come_from_the_best_and_products_from_the_most_reviewed(desk: Desk) -> None:
    receive(desk.db, review("1", 1, "A"), review("2", 5, "B"), review("3", 4, "B"))

    names = [(one.sheaf, one.name) for one in told(desk.db).trends]
    assert names == [
        (Sheaf.ALL, ""),
        (Sheaf.SOURCE, "mail"),
        (Sheaf.PRODUCT, "B"),
        (Sheaf.PRODUCT, "A"),
        (Sheaf.STARS, "5"),
        (Sheaf.STARS, "4"),
        (Sheaf.STARS, "1"),
    ]

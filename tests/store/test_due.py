"""When conversations are due is known after every change that moves it, and sorted by."""

from zoneinfo import ZoneInfo

import pytest

from agent_tui.actions.registry import perform
from agent_tui.model.clock import DAY, HOUR, MINUTE, Millis
from agent_tui.model.conversation import Channel, Conversation, Sort, Status
from agent_tui.model.event import Entity, Stamp
from agent_tui.model.hours import OFFICE
from agent_tui.model.message import Direction
from agent_tui.model.targets import Kind, Rules, Target
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.store import conversations, due, events, listings
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import CHAT, START, Desk, chat, listed, mail_account, receive
from tests.store.many import steps

RULES = Rules(
    {
        (Kind.FIRST, Channel.CHAT): Target(10 * MINUTE),
        (Kind.NEXT, Channel.CHAT): Target(2 * MINUTE),
    }
)


def keep(db: SqliteDatabase, rules: Rules = RULES) -> None:
    due.use(db, rules)
    while due.keep(db, rules):
        pass


def begin(db: SqliteDatabase, room: str = "ada", at: Millis = START) -> int:
    receive(db, chat("Hello?", room=room, sender=f"@{room}", at=at))
    return max(found.id for found in listed(db))


@pytest.fixture
def shop(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db, CHAT)
    return db


def of(db: SqliteDatabase, number: int) -> Conversation:
    found = conversations.get(db, number)
    assert found is not None
    return found


def times(db: SqliteDatabase, number: int) -> tuple[Millis | None, Millis | None]:
    return of(db, number).due_at, of(db, number).warn_at


def test_what_came_in_is_due_as_its_target_says(shop: SqliteDatabase) -> None:
    number = begin(shop)
    assert times(shop, number) == (None, None)

    keep(shop)

    assert times(shop, number) == (START + 10 * MINUTE, START + 8 * MINUTE)
    assert due.keep(shop, RULES) == 0


def test_an_answer_ends_the_clock_and_the_next_question_starts_another(
    shop: SqliteDatabase,
) -> None:
    number = begin(shop)
    keep(shop)
    answer = chat("Yes?", room="ada", direction=Direction.OUTBOUND, at=START + MINUTE)
    receive(shop, answer)
    assert times(shop, number) == (None, None)
    keep(shop)
    assert times(shop, number) == (None, None)

    receive(shop, chat("It broke", room="ada", sender="@ada", at=START + 5 * MINUTE))
    keep(shop)

    assert times(shop, number)[0] == START + 7 * MINUTE


def test_a_snooze_stops_the_clock_for_as_long_as_it_lasts(shop: SqliteDatabase) -> None:
    number, desk = begin(shop), Desk(shop)
    keep(shop)
    desk.now.at = START + MINUTE
    perform("hold", desk.context, [number])
    assert times(shop, number) == (None, None)
    keep(shop)
    assert times(shop, number) == (None, None)

    desk.now.at = START + HOUR
    perform("reopen", desk.context, [number])
    keep(shop)

    assert times(shop, number)[0] == START + HOUR + 9 * MINUTE


def test_what_is_undone_is_as_if_it_had_lasted_a_moment(shop: SqliteDatabase) -> None:
    number, desk = begin(shop), Desk(shop)
    desk.now.at = START + MINUTE
    perform("resolve", desk.context, [number])
    keep(shop)
    assert times(shop, number) == (None, None)
    perform("undo", desk.context)
    keep(shop)

    assert of(shop, number).status is Status.OPEN
    assert times(shop, number)[0] == START + 10 * MINUTE


def test_an_older_answer_that_comes_in_late_makes_it_the_next_one(shop: SqliteDatabase) -> None:
    number = begin(shop)
    keep(shop)

    older = chat("Hello!", room="ada", direction=Direction.OUTBOUND, at=START - DAY)
    receive(shop, older)
    keep(shop)

    assert times(shop, number)[0] == START + 2 * MINUTE


def test_an_older_question_moves_the_beginning_of_the_clocks(shop: SqliteDatabase) -> None:
    number = begin(shop)
    both = {**RULES.targets, (Kind.RESOLUTION, Channel.CHAT): Target(5 * MINUTE)}
    keep(shop, RULES._replace(targets=both))
    assert times(shop, number)[0] == START + 5 * MINUTE

    receive(shop, chat("First!", room="ada", sender="@ada", at=START - DAY))
    keep(shop, RULES._replace(targets=both))

    assert times(shop, number)[0] == START - DAY + 5 * MINUTE


def test_other_rules_are_worked_out_anew_and_the_same_ones_are_not(shop: SqliteDatabase) -> None:
    number = begin(shop)
    keep(shop)
    due.use(shop, Rules(dict(reversed(list(RULES.targets.items())))))
    assert due.keep(shop, RULES) == 0

    later = RULES._replace(targets={(Kind.FIRST, Channel.CHAT): Target(HOUR)})
    keep(shop, later)
    assert times(shop, number)[0] == START + HOUR
    for other in (
        RULES._replace(pauses=frozenset()),
        RULES._replace(hours=OFFICE._replace(zone=ZoneInfo("Asia/Tokyo"))),
        RULES._replace(hours=OFFICE._replace(week=((),) * 7)),
    ):
        due.use(shop, other)
        assert due.keep(shop, other) == 1


def test_batches_end_and_leave_nothing_out(shop: SqliteDatabase) -> None:
    numbers = [begin(shop, f"room{n}", START + n) for n in range(5)]
    due.use(shop, RULES)

    assert [due.keep(shop, RULES, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert all(times(shop, number)[0] for number in numbers)


def test_thousands_of_events_of_messages_cost_nothing(shop: SqliteDatabase) -> None:
    number = begin(shop)
    due.use(shop, RULES)
    few = steps(shop, lambda: due.facts(shop, number))
    stamp = Stamp("engine", "receive", "b", START)
    with shop.transaction():
        for n in range(2_000):
            events.append(shop, stamp, Entity.CONVERSATION, number, "unread", n, n + 1)

    assert steps(shop, lambda: due.facts(shop, number)) <= few + 2


def test_lists_are_sorted_and_searched_by_when_answers_are_due(shop: SqliteDatabase) -> None:
    late, soon, far = (
        begin(shop, room, START + wait) for room, wait in (("a", -DAY), ("b", 0), ("c", 3 * HOUR))
    )
    keep(shop)

    def found(text: str) -> list[int]:
        query = compile_query(parse(text), shop, me="maria", now=START)
        return [one.id for one in listings.page(shop, query, Sort.DUE)]

    assert found("") == [late, soon, far]
    assert found("is:breached") == [late]
    assert found("due:<2h") == [late, soon]
    assert found("due:>2h") == [far]
    assert found("-is:breached due:<1d") == [soon, far]

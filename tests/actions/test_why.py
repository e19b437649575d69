"""What ``why`` says is what the log and the clocks say."""

from zoneinfo import ZoneInfo

import pytest

from agent_tui.actions.action import ActionError
from agent_tui.actions.registry import perform
from agent_tui.actions.why import said_hours, span, why
from agent_tui.model.clock import DAY, HOUR, MINUTE, SECOND, Millis
from agent_tui.model.conversation import BUILT_IN_VIEWS, Channel, Sort, View
from agent_tui.model.hours import OFFICE, Block, Hours
from agent_tui.model.targets import Kind, Rules, Target
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import START, Desk, incoming, mail_account, only, receive

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY: Millis = 1_774_623_600_000  # 2026-03-27 16:00 in Berlin, the clocks change on Sunday
RULES = Rules(
    {(Kind.FIRST, Channel.MAIL): Target(4 * HOUR, business=True)}, OFFICE._replace(zone=BERLIN)
)


@pytest.fixture
def shop(db: SqliteDatabase) -> SqliteDatabase:
    """One customer who wrote on a Friday."""
    mail_account(db)
    receive(db, incoming("It broke", name="Ada", at=FRIDAY))
    return db


def said(db: SqliteDatabase, now: Millis, rules: Rules = RULES) -> list[str]:
    number = only(db).id
    return why(db, number, rules=rules, views=BUILT_IN_VIEWS, me="maria", now=now)


def test_the_arithmetic_is_that_of_the_clock(shop: SqliteDatabase) -> None:
    assert said(shop, FRIDAY + HOUR) == [
        "It has been open since it began, Fri 2026-03-27 16:00.",
        "Views: Inbox (by newest), Needs reply (by waiting), Unassigned (by oldest), "
        "Due soon (by due), All (by newest).",
        "    by newest: its last message is of Fri 2026-03-27 16:00",
        "    by waiting: since Fri 2026-03-27 16:00",
        "    by oldest: its last message is of Fri 2026-03-27 16:00",
        "    by due: its clock stands",
        "Ada has waited for an answer since Fri 2026-03-27 16:00, 1 h ago.",
        "First answer: 4 business hours from Fri 2026-03-27 16:00.",
        "Business hours: Mon-Fri 09:00-17:00 (Europe/Berlin).",
        "    counts Fri 2026-03-27 16:00 to Fri 2026-03-27 17:00, 1 h",
        "    counts Mon 2026-03-30 09:00 to Mon 2026-03-30 12:00, 3 h",
        "Due Mon 2026-03-30 12:00, in 2 d 18 h.",
    ]


def test_what_is_late_says_for_how_long(shop: SqliteDatabase) -> None:
    assert said(shop, FRIDAY + 4 * DAY)[-1] == "Due Mon 2026-03-30 12:00: overdue for 1 d 5 h."


def test_a_pause_and_who_made_it_are_told(shop: SqliteDatabase) -> None:
    desk = Desk(shop)
    desk.now.at = FRIDAY + 30 * MINUTE
    perform("hold", desk.context, [only(shop).id])

    lines = said(shop, FRIDAY + DAY)

    assert lines[0] == "It is on hold since Fri 2026-03-27 16:30: hold, by maria."
    assert lines[-3:] == [
        "    stands Fri 2026-03-27 16:30 to now",
        "    counts Fri 2026-03-27 16:00 to Fri 2026-03-27 16:30, 30 min",
        "The clock stands: 30 min of 4 business hours counted, not due.",
    ]


def test_a_snooze_says_when_it_ends(shop: SqliteDatabase) -> None:
    desk = Desk(shop)
    desk.now.at = FRIDAY
    perform("snooze", desk.context, [only(shop).id], {"until": "in 2h"})

    assert said(shop, FRIDAY)[0] == (
        "It is snoozed since Fri 2026-03-27 16:00: snooze, by maria. "
        "It comes back Fri 2026-03-27 18:00."
    )


def test_where_nobody_waits_no_clock_runs(shop: SqliteDatabase) -> None:
    perform("wait", Desk(shop).context, [only(shop).id])

    assert said(shop, START)[-2:] == [
        "Nobody waits: what the customer wrote is answered or done with.",
        "No clock runs.",
    ]
    assert said(shop, START, replaced({}))[-1] == (
        "There is no target for mail; see 'targets' in the settings."
    )


def replaced(targets: dict[tuple[Kind, Channel], Target]) -> Rules:
    return RULES._replace(targets=targets)


def test_hours_that_never_come_are_told(shop: SqliteDatabase) -> None:
    never = RULES._replace(hours=Hours(((),) * 7))

    assert said(shop, FRIDAY, never)[-2:] == [
        "Business hours: none.",
        "These hours never come: 0 s of 4 business hours counted, not due.",
    ]


def test_a_long_sum_shows_its_ends(shop: SqliteDatabase) -> None:
    long = replaced({(Kind.FIRST, Channel.MAIL): Target(100 * HOUR, business=True)})

    lines = [line for line in said(shop, FRIDAY, long) if "counts" in line or "more" in line]

    assert len(lines) == 7
    assert lines[3] == "    and 8 more stretches, 2 d 16 h"


def test_a_view_that_cannot_be_read_is_passed_over(shop: SqliteDatabase) -> None:
    views = (View("Broken", "status:", Sort.NEWEST), View("Spam", "status:spam", Sort.NEWEST))
    lines = why(shop, only(shop).id, rules=RULES, views=views, me="maria", now=FRIDAY)

    assert lines[1] == "It is in no view."


def test_a_conversation_that_is_not_there_is_told(shop: SqliteDatabase) -> None:
    with pytest.raises(ActionError, match="There is no conversation #99"):
        why(shop, 99, rules=RULES, views=(), me="maria", now=START)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (0, "0 s"),
        (90 * SECOND, "1 min 30 s"),
        (HOUR, "1 h"),
        (DAY + MINUTE, "1 d"),
        (26 * HOUR, "1 d 2 h"),
    ],
)
def test_a_length_is_said_in_its_two_largest_units(length: Millis, text: str) -> None:
    assert span(length) == text


def test_a_week_is_said_in_runs_of_days() -> None:
    day, half = (Block(540, 720), Block(780, 1020)), (Block(540, 720),)
    hours = Hours((day, day, half, day, day, half, ()))

    assert said_hours(hours) == (
        "Mon-Tue 09:00-12:00 and 13:00-17:00, Wed 09:00-12:00, "
        "Thu-Fri 09:00-12:00 and 13:00-17:00, Sat 09:00-12:00"
    )


def test_what_made_one_conversation_of_its_messages_is_told(shop: SqliteDatabase) -> None:
    row = shop.one("SELECT message_id AS id FROM messages")
    assert row is not None
    receive(shop, incoming("again", references=[row["id"]], subject="Re: x", at=FRIDAY + HOUR))
    assert any(
        line.startswith("Its 2 messages are together because each names the Message-ID")
        for line in said(shop, FRIDAY + HOUR)
    )


def test_conversations_that_a_mail_has_joined_are_told(db: SqliteDatabase) -> None:
    mail_account(db)
    receive(
        db,
        incoming("one", message_id="one@x", at=FRIDAY),
        incoming("two", message_id="two@x", at=FRIDAY + HOUR),
        incoming("both", references=["one@x", "two@x"], at=FRIDAY + 2 * HOUR),
    )
    lines = said(db, FRIDAY + 3 * HOUR)
    assert any("another conversation was joined to it" in line for line in lines)
    assert any("a mail named both" in line for line in lines)

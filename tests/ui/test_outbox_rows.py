"""The outbox says what each effect is doing, and puts what needs a word first."""

from dataclasses import replace

import pytest

from agent_tui.actions import reply
from agent_tui.model.account import EffectKind
from agent_tui.model.draft import DraftKind
from agent_tui.model.outbox import Filed, OutboxItem, OutboxState
from agent_tui.store import drafts, outbox
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.outbox import decisions, entries, state_text
from tests.factory import Desk, incoming, mail_account, only, receive

NOW = 1_000_000
ITEM = OutboxItem(
    id=1,
    account="mail",
    kind=EffectKind.SEND,
    state=OutboxState.HELD,
    key="k",
    payload="{}",
    agent="maria",
    queued_at=NOW,
    due_at=NOW + 9_400,
)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (ITEM, "leaves in 10 s"),
        (replace(ITEM, due_at=NOW - 5), "leaves in 0 s"),
        (replace(ITEM, state=OutboxState.QUEUED), "queued"),
        (replace(ITEM, state=OutboxState.QUEUED, attempts=1), "next try in 10 s"),
        (replace(ITEM, state=OutboxState.QUEUED, attempts=1, due_at=NOW + 900_000), "next try in"),
        (replace(ITEM, state=OutboxState.COMMITTED), "sending"),
        (replace(ITEM, state=OutboxState.COMMITTED, problem="Not confirmed."), "no answer yet"),
        (replace(ITEM, state=OutboxState.UNCERTAIN), "uncertain"),
        (replace(ITEM, state=OutboxState.CHECK), "check"),
    ],
)
def test_a_state_is_told_in_words_and_seconds(item: OutboxItem, text: str) -> None:
    assert state_text(item, NOW).startswith(text)


def test_a_long_wait_is_told_in_minutes() -> None:
    waiting = replace(ITEM, state=OutboxState.QUEUED, attempts=3, due_at=NOW + 900_000)
    assert state_text(waiting, NOW) == "next try in 15 min"


def test_only_an_uncertain_send_can_be_called_sent_and_again_warns() -> None:
    uncertain = {c.key: c for c in decisions(replace(ITEM, state=OutboxState.UNCERTAIN), NOW)}
    assert list(uncertain) == ["sent", "again", "discard"]
    assert "twice" in uncertain["again"].about
    assert [c.key for c in decisions(replace(ITEM, state=OutboxState.FAILED), NOW)] == [
        "again",
        "discard",
    ]


def test_what_came_back_with_a_copy_is_decided_like_what_is_uncertain() -> None:
    check = replace(ITEM, state=OutboxState.CHECK)
    assert [c.key for c in decisions(check, NOW)] == ["sent", "again", "discard"]
    status = replace(check, kind=EffectKind.STATUS)
    assert [c.key for c in decisions(status, NOW)] == ["again", "discard"]


def test_what_leaves_later_says_when_and_what_was_overtaken_can_still_wait_for_it() -> None:
    later = replace(ITEM, state=OutboxState.HELD, send_at=NOW + 86_400_000)
    assert state_text(later, NOW).startswith("tomorrow ")
    overtaken = replace(later, state=OutboxState.OVERTAKEN)
    assert [c.key for c in decisions(overtaken, NOW)] == ["again", "wait", "discard"]
    assert [c.key for c in decisions(overtaken, NOW + 2 * 86_400_000)] == ["again", "discard"]


def test_what_left_long_after_its_time_is_marked_late() -> None:
    sent = replace(ITEM, state=OutboxState.SENT, send_at=NOW, finished_at=NOW + 5_000)
    assert state_text(sent, NOW) == "sent"
    assert state_text(replace(sent, finished_at=NOW + 120_000), NOW) == "sent late"


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    mail_account(db)
    receive(db, incoming(name="Ada Okafor"))
    return Desk(db)


def send(desk: Desk) -> OutboxItem:
    conversation = only(desk.db)
    draft = replace(reply.start(desk.context, conversation, DraftKind.REPLY), body="On its way.")
    drafts.save(desk.db, draft)
    reply.send(desk.context, draft)
    return outbox.shown(desk.db)[0]


def test_what_needs_a_word_stands_first_and_what_was_sent_last(desk: Desk) -> None:
    done, waiting, failed = send(desk), send(desk), send(desk)
    for item in (done, failed):
        assert outbox.take(desk.db, item)
    outbox.sent(desk.db, taken(desk, done), desk.now(), filed=Filed.NONE)
    outbox.fail(desk.db, taken(desk, failed), "The address does not exist.", desk.now())
    kept = reply.start(desk.context, only(desk.db), DraftKind.NOTE)
    shown = entries(desk.db, desk.agent)
    assert [e.item.id if e.item else "draft" for e in shown] == [
        failed.id,
        waiting.id,
        "draft",
        done.id,
    ]
    assert shown[2].draft == kept


def taken(desk: Desk, item: OutboxItem) -> OutboxItem:
    found = outbox.get(desk.db, item.id)
    assert found is not None
    return found


def test_a_row_names_the_customer_and_the_subject(desk: Desk) -> None:
    send(desk)
    (entry,) = entries(desk.db, desk.agent)
    assert entry.who == "Ada Okafor"
    assert entry.subject == "Re: Parcel"

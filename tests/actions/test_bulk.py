"""Many at once: said before, done in parts that can be stopped, taken back as one."""

import pytest

from agent_tui.actions import bulk, reverting, undo
from agent_tui.actions.action import ActionError
from agent_tui.actions.bulk import Bulk
from agent_tui.actions.registry import perform
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.clock import MINUTE
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.event import UNDO
from agent_tui.store import audit, conversations, events, leaving
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import START, Desk, chat, incoming, listed, mail_account, receive

COUNT = 25


@pytest.fixture
def desk(db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Twenty-five conversations, worked on ten at a time."""
    monkeypatch.setattr(bulk, "PART", 10)
    monkeypatch.setattr(reverting, "PART", 10)
    mail_account(db)
    receive(
        db,
        *(
            incoming(sender=f"c{n}@x.example", subject=f"S{n}", at=START + n * MINUTE)
            for n in range(COUNT)
        ),
    )
    return Desk(db)


def ids(desk: Desk) -> list[int]:
    return [one.id for one in listed(desk.db)]


def waiting(desk: Desk) -> int:
    """Effects that have not left."""
    return leaving.waiting(desk.db, "mail")


def start(desk: Desk, name: str = "resolve", **args: str) -> Bulk:
    return Bulk(desk.context, name, ids(desk), args)


def finish(work: bulk.Bulk | reverting.Reverting) -> str:
    while work.step():
        pass
    return work.result().sentence


def statuses(desk: Desk) -> list[Status]:
    return [one.status for one in listed(desk.db)]


def test_what_will_happen_is_said_and_happens(desk: Desk) -> None:
    perform("resolve", desk.context, ids(desk)[:4])
    assert bulk.announce(desk.context, "resolve", ids(desk)) == (
        "Resolve 21 conversations, 0 messages sent, 21 told to mail, 4 passed over"
    )
    assert finish(start(desk)) == "21 conversations resolved."


@pytest.mark.parametrize(
    ("name", "args", "said"),
    [
        ("label", {"labels": "vip {x} -old"}, "Label 25 conversations +vip +{x} -old,"),
        ("assign", {"agent": "me"}, "Assign 25 conversations to maria,"),
        ("priority", {"priority": "high"}, "Give 25 conversations priority high,"),
        ("snooze", {"until": "in 2h"}, "Snooze 25 conversations until "),
    ],
)
def test_the_arguments_are_said_too(desk: Desk, name: str, args: dict[str, str], said: str) -> None:
    assert bulk.announce(desk.context, name, ids(desk), args).startswith(said)


def test_a_provider_that_cannot_tell_a_thing_apart_is_not_said_to_be_told(desk: Desk) -> None:
    only_sends = Capabilities(Channel.CHAT, frozenset({EffectKind.SEND}))
    mail_account(desk.db, only_sends)
    assert "told" not in bulk.announce(desk.context, "resolve", ids(desk))


def test_what_is_so_already_is_refused_before_anybody_is_asked(desk: Desk) -> None:
    perform("resolve", desk.context, ids(desk))
    with pytest.raises(ActionError, match="Nothing to do"):
        bulk.announce(desk.context, "resolve", ids(desk))


def test_an_action_for_one_is_not_done_to_many(desk: Desk) -> None:
    with pytest.raises(ActionError, match="one conversation at a time"):
        bulk.announce(desk.context, "reply", ids(desk), {"text": "Hello"})


def test_all_parts_are_one_batch_and_one_undo_takes_them_back(desk: Desk) -> None:
    work = start(desk)
    finish(work)
    assert set(statuses(desk)) == {Status.RESOLVED}
    assert waiting(desk) == COUNT

    assert perform("undo", desk.context).sentence == "Undone: resolve, 25 conversations."
    assert set(statuses(desk)) == {Status.OPEN}
    assert {one.waiting_since is None for one in listed(desk.db)} == {False}
    assert waiting(desk) == 0
    assert audit.verify(desk.db).broken is None


def test_what_was_done_until_it_was_stopped_is_taken_back_by_one_undo(desk: Desk) -> None:
    work = start(desk)
    work.step()
    assert work.result().sentence == "Stopped after 10 of 25: 10 conversations resolved."
    assert statuses(desk).count(Status.RESOLVED) == 10

    perform("undo", desk.context)
    assert set(statuses(desk)) == {Status.OPEN}


def test_an_undo_that_was_stopped_goes_on_with_the_same_key(desk: Desk) -> None:
    finish(start(desk))
    first = undo.begin(desk.context, UNDO)
    first.step()
    assert first.result().sentence == "Stopped after 10 of 25; the same key goes on."
    assert statuses(desk).count(Status.OPEN) == 10

    perform("undo", desk.context)
    assert set(statuses(desk)) == {Status.OPEN}
    with pytest.raises(ActionError, match="nothing to undo"):
        perform("undo", desk.context)
    perform("redo", desk.context)
    assert set(statuses(desk)) == {Status.RESOLVED}


def test_how_many_somebody_has_changed_since_is_said(desk: Desk) -> None:
    finish(start(desk))
    perform("spam", Desk(desk.db, agent="jonas").context, ids(desk)[:12])

    assert perform("undo", desk.context).sentence == (
        "Undone: resolve, 13 conversations. Not undone: jonas has since changed the status of"
        f" #{ids(desk)[0]} to spam. So it is with 11 more."
    )
    assert statuses(desk).count(Status.SPAM) == 12


def test_what_is_gone_is_passed_over(desk: Desk) -> None:
    work = Bulk(desk.context, "resolve", [*range(900, 930), *ids(desk)])
    assert finish(work) == "25 conversations resolved."


def test_many_at_once_leave_what_one_after_the_other_would(db: SqliteDatabase) -> None:
    mail_account(db, Capabilities(Channel.CHAT, frozenset(EffectKind), statuses=frozenset(Status)))
    for room in ("a", "b"):
        receive(db, chat(room=f"{room}1"), chat(room=f"{room}2"), chat(room=f"{room}2"))
    desk = Desk(db)
    pairs = [[c.id for c in listed(db) if (c.thread_key or "")[0] == room] for room in ("a", "b")]
    steps = [
        ("label", {"labels": "vip"}),
        ("wait", {}),
        ("spam", {}),
        ("snooze", {"until": "in 2h"}),
        ("unread", {}),
        ("take", {}),
        ("reopen", {}),
    ]
    for name, args in steps:
        perform(name, desk.context, pairs[0], args)
        for one in pairs[1]:
            perform(name, desk.context, [one], args)

    def left(numbers: list[int]) -> list[object]:
        found = conversations.by_ids(db, numbers)
        return [
            (
                one.triage,
                one.handled is None,
                one.waiting_since is None,
                one.version,
                [(e.field, e.stamp.action) for e in events.of_entity(db, "conversation", one.id)],  # type: ignore[arg-type]
                [
                    (row["kind"], row["state"], row["payload"])
                    for row in db.all(
                        "SELECT * FROM outbox WHERE conversation_id = :id ORDER BY id",
                        {"id": one.id},
                    )
                ],
            )
            for one in found
        ]

    assert left(pairs[0]) == left(pairs[1])

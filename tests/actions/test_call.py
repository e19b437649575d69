"""Phone calls: found, told and taken back like all else, and nothing of them leaves the house."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.actions import call, reply
from agent_tui.actions.action import ActionError
from agent_tui.actions.registry import perform
from agent_tui.engine.clocks import wake_due
from agent_tui.model.clock import HOUR
from agent_tui.model.conversation import Channel, Conversation, Status
from agent_tui.model.draft import DraftKind
from agent_tui.model.message import Direction
from agent_tui.store import conversations, drafts, messages
from agent_tui.store.sqlite import SqliteDatabase
from tests.clocks import reckon
from tests.factory import CUSTOMER, Desk, incoming, listed, mail_account, only, receive
from tests.store.history import shown


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    mail_account(db)
    receive(db, incoming(name="Ada"))
    return Desk(db)


def logged(desk: Desk, **more: str) -> Conversation:
    """A call beside the only mail."""
    args = {"direction": "in", "summary": "Asked for the zipper"} | more
    done = perform("call", desk.context, [only_mail(desk).id], args)
    found = conversations.get(desk.db, done.changed[0])
    assert found is not None
    return found


def only_mail(desk: Desk) -> Conversation:
    (one,) = listed(desk.db, "channel:mail")
    return one


def test_a_call_is_a_resolved_conversation_of_the_same_customer(desk: Desk) -> None:
    mail = only(desk.db)

    found = logged(desk, length="4:30")

    assert (found.channel, found.status) == (Channel.CALL, Status.RESOLVED)
    assert (found.customer_id, found.assignee) == (mail.customer_id, desk.agent)
    assert found.subject == "Phone call, 4:30 min"
    assert found.snippet == "Asked for the zipper"
    assert (found.messages, found.unread, found.waiting_since) == (1, 0, None)


@pytest.mark.parametrize(
    ("direction", "way", "author"),
    [("in", Direction.INBOUND, "Ada"), ("out", Direction.OUTBOUND, "maria")],
)
def test_who_called_is_who_its_summary_is_from(
    desk: Desk, direction: str, way: Direction, author: str
) -> None:
    found = logged(desk, direction=direction)

    (message,) = messages.of_conversation(desk.db, found.id)
    assert (message.direction, message.author) == (way, author)


def test_it_stands_in_the_timeline_and_is_found_by_channel_kind_and_words(desk: Desk) -> None:
    found = logged(desk)

    (entry,) = [e for e in shown(desk.db, [found.customer_id]) if e.kind == "call"]
    assert entry.conversation_id == found.id
    for query in ("channel:call", "kind:call", "zipper", "kind:call zipper"):
        assert [c.id for c in listed(desk.db, query)] == [found.id]


def test_a_call_back_comes_into_the_inbox_at_its_time_and_nobody_waits_by_a_target(
    desk: Desk,
) -> None:
    found = logged(desk, callback="in 2h")
    assert (found.status, found.snoozed_until) == (Status.SNOOZED, desk.now.at + 2 * HOUR)
    assert listed(desk.db, "status:open channel:call") == []

    desk.now.at += 2 * HOUR
    wake_due(desk.db, desk.now.at)
    reckon(desk.db)

    (back,) = listed(desk.db, "status:open channel:call assignee:me")
    assert (back.waiting_since, back.due_at) == (None, None)


def test_nothing_of_a_call_is_told_to_any_provider(desk: Desk) -> None:
    found = logged(desk)
    for name, args in (
        *((name, {}) for name in ("resolve", "reopen", "wait", "hold", "take", "unread", "spam")),
        ("snooze", {"until": "in 2h"}),
        ("label", {"labels": "vip"}),
        ("priority", {"priority": "high"}),
        ("note", {"text": "A note"}),
    ):
        perform(name, desk.context, [found.id], args)

    assert desk.db.all("SELECT * FROM outbox WHERE conversation_id = :id", {"id": found.id}) == []


def test_a_call_has_no_answer(desk: Desk) -> None:
    found = logged(desk)

    with pytest.raises(ActionError, match="A call has no answer; write a mail"):
        perform("reply", desk.context, [found.id], {"text": "Hello"})


def test_a_mail_instead_goes_to_the_customer_s_address(desk: Desk) -> None:
    draft = call.mail(desk.context, logged(desk))

    assert (draft.kind, draft.account) == (DraftKind.NEW, "mail")
    assert [a.email for a in draft.recipients.to] == [CUSTOMER]
    assert reply.problems(desk.context, draft) == ["There is no text."]


def test_undo_takes_all_of_it_back(desk: Desk) -> None:
    found = logged(desk, callback="tomorrow 9am")

    perform("undo", desk.context)

    assert conversations.get(desk.db, found.id) is None
    assert listed(desk.db, "zipper") == []
    assert [e.kind for e in shown(desk.db, [found.customer_id])] == ["message"]
    with pytest.raises(ActionError, match="do it anew"):
        perform("redo", desk.context)


def test_what_was_done_to_a_call_since_is_undone_first(desk: Desk) -> None:
    found = logged(desk)
    perform("label", desk.context, [found.id], {"labels": "vip"})

    perform("undo", desk.context)
    assert conversations.get(desk.db, found.id) is not None
    perform("undo", desk.context)
    assert conversations.get(desk.db, found.id) is None


@pytest.mark.parametrize(
    ("name", "args"), [("take", {}), ("note", {"text": "Mine"}), ("reopen", {})]
)
def test_a_call_that_a_colleague_has_gone_on_with_is_not_taken_back(
    desk: Desk, name: str, args: dict[str, str]
) -> None:
    found = logged(desk)
    perform(name, Desk(desk.db, desk.now, "jonas").context, [found.id], args)

    with pytest.raises(ActionError, match="since gone on"):
        perform("undo", desk.context)

    assert conversations.get(desk.db, found.id) is not None


@pytest.mark.parametrize(
    ("args", "why"),
    [
        ({"direction": "up"}, "'up' is no direction"),
        ({"length": "long"}, "'long' is no length"),
        ({"callback": "soon"}, "'soon' is no time"),
        ({"summary": "  "}, "needs summary"),
    ],
)
def test_what_cannot_be_meant_logs_nothing(desk: Desk, args: dict[str, str], why: str) -> None:
    with pytest.raises(ActionError, match=why):
        logged(desk, **args)

    assert listed(desk.db, "channel:call") == []


@pytest.mark.parametrize(
    ("text", "seconds", "said"),
    [
        ("5 min", 300, "5 min"),
        ("5", 300, "5 min"),
        ("4:30", 270, "4:30 min"),
        ("90 s", 90, "1:30 min"),
        ("1 h 5 min", 3900, "1:05 h"),
        ("1:02:03", 3723, "1:02 h"),
        ("2 hours", 7200, "2:00 h"),
        ("45 Sec", 45, "0:45 min"),
    ],
)
def test_a_length_is_read_as_people_write_it(text: str, seconds: int, said: str) -> None:
    assert call.parse_length(text) == seconds
    assert call.say_length(seconds) == said


@given(st.text(max_size=12))
def test_any_length_is_read_or_refused(text: str) -> None:
    try:
        found = call.parse_length(text)
    except ActionError:
        return
    assert found is None or found >= 0


def test_the_summary_is_made_safe(desk: Desk) -> None:
    found = logged(desk, summary="Said \x1b[31mno\u202e")

    (message,) = messages.of_conversation(desk.db, found.id)
    assert not {"\x1b", "\u202e"} & set(message.body.text)


def test_a_draft_begun_for_a_call_is_told_so_too(desk: Desk) -> None:
    found = logged(desk)
    draft = reply.start(desk.context, found, DraftKind.REPLY, body="Hello")

    assert reply.problems(desk.context, draft) == [call.NO_ANSWER]
    assert drafts.get(desk.db, draft.id) is not None

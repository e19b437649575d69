"""What others did since the agent looked is said before an answer leaves or a decision stands."""

from dataclasses import replace

import pytest

from agent_tui.actions import doubts, reply
from agent_tui.actions.action import Context, Doubtful
from agent_tui.actions.registry import perform
from agent_tui.model.clock import MINUTE, SECOND
from agent_tui.model.conversation import Priority
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.store import drafts, outbox
from agent_tui.store.database import Conflict
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import CHAT, Desk, chat, incoming, mail_account, only, receive


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    mail_account(db)
    receive(db, incoming("The zip broke.", name="Ada Park", message_id="first@customer.example"))
    return Desk(db)


@pytest.fixture
def chatting(db: SqliteDatabase) -> Desk:
    mail_account(db, CHAT)
    receive(db, chat("Hello?"))
    return Desk(db)


def at_work(desk: Desk, agent: str) -> Context:
    """Another agent on the same store, who has the conversation before their eyes."""
    one = only(desk.db)
    return replace(desk.context, agent=agent, seen={one.id: one})


def begun(context: Context, text: str = "It is on its way.") -> Draft:
    draft = replace(reply.start(context, only(context.db), DraftKind.REPLY), body=text)
    drafts.save(context.db, draft)
    return draft


def test_the_second_answer_is_held_with_who_answered_and_when(desk: Desk) -> None:
    maria, ben = at_work(desk, "maria"), at_work(desk, "ben")
    hers, his = begun(maria, "Hers."), begun(ben, "His.")
    reply.send(ben, his)
    desk.now.at += 7 * SECOND
    with pytest.raises(Doubtful, match="ben answered 7 s ago, after you began"):
        reply.send(maria, hers)
    assert [item.agent for item in outbox.shown(desk.db)] == ["ben"]
    assert drafts.get(desk.db, hers.id) == hers


def test_it_leaves_when_she_says_so(desk: Desk) -> None:
    hers, his = begun(at_work(desk, "maria")), begun(at_work(desk, "ben"))
    reply.send(at_work(desk, "ben"), his)
    reply.send(at_work(desk, "maria"), hers, anyway=True)
    assert len(outbox.shown(desk.db)) == 2


def test_what_came_while_she_was_asked_is_told_as_well(desk: Desk) -> None:
    maria, ben = at_work(desk, "maria"), at_work(desk, "ben")
    hers, his = begun(maria, "A {{ blank }} is open."), begun(ben)
    known = doubts.newest(maria, hers)  # then she is asked about the blank
    reply.send(ben, his)
    with pytest.raises(Doubtful, match="ben answered 0 s ago"):
        reply.send(maria, hers, anyway=True, known=known)
    reply.send(maria, hers, anyway=True, known=doubts.newest(maria, hers))
    assert [item.agent for item in outbox.shown(desk.db)] == ["maria", "ben"]


def test_an_answer_stays_the_reason_when_the_customer_wrote_after_it(desk: Desk) -> None:
    hers, his = begun(at_work(desk, "maria")), begun(at_work(desk, "ben"))
    reply.send(at_work(desk, "ben"), his)
    desk.now.at += 2 * MINUTE
    reference = ("first@customer.example",)
    receive(desk.db, incoming("Thanks!", name="Ada Park", references=reference, at=desk.now.at))
    assert doubts.against(at_work(desk, "maria"), hers) == (
        "ben answered 2 min ago, after you began.",
        "Ada Park wrote after you began.",
    )


def test_in_a_chat_a_colleagues_answer_is_a_reason_and_ones_own_is_none(chatting: Desk) -> None:
    maria, ben = at_work(chatting, "maria"), at_work(chatting, "ben")
    hers = begun(maria)
    reply.send(ben, begun(ben, "First."))
    assert doubts.against(maria, hers) == ("ben answered 0 s ago, after you began.",)
    assert doubts.against(ben, hers) == ()


def test_ones_own_note_is_no_reason_and_a_colleagues_is(desk: Desk) -> None:
    maria, ben = at_work(desk, "maria"), at_work(desk, "ben")
    hers = begun(maria)
    perform("note", maria, [only(desk.db).id], {"text": "Look at this."})
    assert doubts.against(maria, hers) == ()
    perform("note", ben, [only(desk.db).id], {"text": "I did."})
    assert doubts.against(maria, hers) == ("ben wrote after you began.",)


@pytest.mark.parametrize(
    ("his", "hers", "told"),
    [
        ("take", "take", "ben assigned #1 to ben 3 s ago. Look, and decide again."),
        ("resolve", "spam", "ben made #1 resolved 3 s ago. Look, and decide again."),
        ("hold", "resolve", "ben made #1 on hold 3 s ago. Look, and decide again."),
    ],
)
def test_who_decides_second_is_told_and_changes_nothing(
    desk: Desk, his: str, hers: str, told: str
) -> None:
    maria, ben = at_work(desk, "maria"), at_work(desk, "ben")
    perform(his, ben, [1])
    after = only(desk.db)
    desk.now.at += 3 * SECOND
    with pytest.raises(Conflict) as raised:
        perform(hers, maria, [1])
    assert str(raised.value) == told
    assert only(desk.db) == after


def test_what_came_in_is_told_where_it_changed_what_is_decided(desk: Desk) -> None:
    perform("wait", at_work(desk, "ben"), [1])
    maria = at_work(desk, "maria")
    reference = ("first@customer.example",)
    receive(desk.db, incoming("One more thing.", references=reference, at=desk.now.at))
    with pytest.raises(Conflict, match="ago by what came in"):
        perform("snooze", maria, [1], {"until": "tomorrow 9am"})


def test_two_of_the_same_mind_are_not_told_off(desk: Desk) -> None:
    maria = at_work(desk, "maria")
    perform("resolve", at_work(desk, "ben"), [1])
    assert perform("resolve", maria, [1]).sentence == "Nothing to do: already resolved."


def test_labels_of_two_agents_both_stay(desk: Desk) -> None:
    maria = at_work(desk, "maria")
    perform("label", at_work(desk, "ben"), [1], {"labels": "refund"})
    perform("label", maria, [1], {"labels": "vip"})
    assert only(desk.db).labels == ("refund", "vip")


def test_the_same_agent_in_two_sessions_has_the_last_word(desk: Desk) -> None:
    first, second = at_work(desk, "maria"), at_work(desk, "maria")
    perform("priority", first, [1], {"priority": "high"})
    perform("priority", second, [1], {"priority": "low"})
    assert only(desk.db).priority is Priority.LOW

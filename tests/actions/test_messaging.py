"""Another text, taking away, an emoji: seen at once, told to the provider, undone where it can."""

import json
from dataclasses import replace

import pytest

from agent_tui.actions import deciding, reply
from agent_tui.actions.action import ActionError
from agent_tui.actions.provider import tell_read
from agent_tui.actions.registry import perform
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import DAY
from agent_tui.model.conversation import Status
from agent_tui.model.draft import DraftKind
from agent_tui.model.event import Entity
from agent_tui.model.incoming import ConversationState, Deletion
from agent_tui.model.message import Delivery, Direction, Message, Reaction
from agent_tui.model.outbox import OutboxItem, OutboxState
from agent_tui.store import codec, conversations, events, messages, outbox
from agent_tui.store.database import Database
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import (
    ACCOUNT,
    CHAT,
    START,
    Desk,
    changed,
    chat,
    listed,
    mail_account,
    only,
    receive,
)

THUMB = "\N{THUMBS UP SIGN}"


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    """A chat: the customer has written $1, we have answered with $2."""
    mail_account(db, CHAT)
    receive(
        db,
        chat("Hello?", remote_id="$1"),
        chat("We look.", remote_id="$2", direction=Direction.OUTBOUND),
    )
    messages.set_delivery(db, newest(db).id, Delivery.SENT)
    return Desk(db)


def thread(db: Database) -> list[Message]:
    return messages.of_conversation(db, only(db).id)


def newest(db: Database) -> Message:
    return thread(db)[-1]


def do(desk: Desk, name: str, **args: str) -> str:
    return perform(name, desk.context, [only(desk.db).id], args).sentence


def undo(desk: Desk) -> str:
    return perform("undo", desk.context).sentence


def ours(desk: Desk) -> Message:
    return thread(desk.db)[1]


def theirs(desk: Desk) -> Message:
    return thread(desk.db)[0]


def waiting(desk: Desk) -> list[OutboxItem]:
    return [i for i in outbox.shown(desk.db) if i.state in (OutboxState.QUEUED, OutboxState.HELD)]


def leave(desk: Desk) -> OutboxItem:
    """Let the one waiting effect be delivered."""
    (item,) = waiting(desk)
    taken = outbox.take(desk.db, item)
    assert taken is not None
    outbox.sent(desk.db, taken, desk.now.at, filed=item.filed)
    return taken


def test_an_edit_is_seen_at_once_and_queued(desk: Desk) -> None:
    assert do(desk, "edit", text="We look into it.") == "Message changed."

    assert ours(desk).body.text == "We look into it."
    assert [v.text for v in ours(desk).versions] == ["We look."]
    assert ours(desk).delivery is Delivery.SENT
    (item,) = waiting(desk)
    assert (item.kind, item.message_id) == (EffectKind.EDIT, ours(desk).id)
    assert listed(desk.db, "into") != []


def test_an_edit_that_changes_nothing_queues_nothing(desk: Desk) -> None:
    assert do(desk, "edit", text="We look.") == "Nothing to do: it says that already."
    assert waiting(desk) == []


def test_an_edit_is_undone_before_it_leaves(desk: Desk) -> None:
    do(desk, "edit", text="Oops")

    assert undo(desk) == "Undone: edit."

    assert (ours(desk).body.text, ours(desk).edited_at) == ("We look.", None)
    assert ours(desk).versions == ()
    assert waiting(desk) == []


def test_an_edit_that_has_left_is_edited_back(desk: Desk) -> None:
    do(desk, "edit", text="Oops")
    leave(desk)

    undo(desk)

    assert ours(desk).body.text == "We look."
    (item,) = waiting(desk)
    assert item.kind is EffectKind.EDIT
    assert codec.outgoing(_json(item)).text == "We look."


def _json(item: OutboxItem) -> dict[str, object]:
    values: dict[str, object] = json.loads(item.payload)
    return values


def test_an_older_edit_is_not_undone_over_a_newer_one(desk: Desk) -> None:
    do(desk, "edit", text="one")
    other = replace(desk, agent="jo")
    do(other, "edit", text="two")

    with pytest.raises(ActionError, match="another text by now"):
        undo(desk)

    assert ours(desk).body.text == "two"
    assert len(waiting(desk)) == 2


def test_an_edit_cannot_be_done_again_by_redo(desk: Desk) -> None:
    do(desk, "edit", text="one")
    undo(desk)

    with pytest.raises(ActionError, match="do it anew"):
        perform("redo", desk.context)


def test_a_message_is_taken_away_at_once_and_says_that_it_is_for_good(desk: Desk) -> None:
    told = do(desk, "delete")

    assert told == "Message taken away; that cannot be undone once it has left."
    assert ours(desk).deleted_at is not None
    (item,) = waiting(desk)
    assert item.kind is EffectKind.DELETE


def test_a_deletion_is_undone_only_before_it_leaves(desk: Desk) -> None:
    do(desk, "delete")
    undo(desk)
    assert (ours(desk).deleted_at, ours(desk).body.text) == (None, "We look.")
    assert waiting(desk) == []

    do(desk, "label", labels="vip")
    leave_all(desk)
    do(desk, "delete")
    leave_all(desk)
    with pytest.raises(ActionError, match="taken away; it cannot be undone"):
        undo(desk)
    assert undo(desk) == "Undone: label."


def leave_all(desk: Desk) -> None:
    for item in waiting(desk):
        taken = outbox.take(desk.db, item)
        assert taken is not None
        outbox.sent(desk.db, taken, desk.now.at, filed=item.filed)


def test_an_emoji_is_put_and_with_the_same_again_taken_off(desk: Desk) -> None:
    assert do(desk, "react", emoji=THUMB) == f"{THUMB} put to the message."
    assert theirs(desk).reactions == (Reaction("maria", THUMB, ours=True),)

    assert do(desk, "react", emoji=THUMB) == f"{THUMB} taken off."

    assert theirs(desk).reactions == ()
    payloads = [_json(item) for item in sorted(waiting(desk), key=lambda item: item.id)]
    assert payloads == [{"emoji": THUMB, "on": True}, {"emoji": THUMB, "on": False}]


@pytest.mark.parametrize("left", [False, True])
def test_a_reaction_is_undone(desk: Desk, left: bool) -> None:
    do(desk, "react", emoji=THUMB)
    if left:
        leave(desk)

    undo(desk)

    assert theirs(desk).reactions == ()
    assert [_json(i)["on"] for i in waiting(desk)] == ([False] if left else [])


def test_the_message_may_be_named(desk: Desk) -> None:
    do(desk, "react", emoji=THUMB, message=str(ours(desk).id))

    assert [r.emoji for r in ours(desk).reactions] == [THUMB]


def test_the_newest_that_is_left_is_meant(desk: Desk) -> None:
    receive(desk.db, chat("Really?", remote_id="$3"))
    changed(desk.db, deletions=(Deletion("$3", START),))

    do(desk, "react", emoji=THUMB)

    assert [r.emoji for r in theirs(desk).reactions] == [THUMB]


@pytest.mark.parametrize(
    ("action", "args", "sentence"),
    [
        ("edit", {"text": "x", "message": "12"}, "There is no message 12 in #1"),
        ("edit", {"text": "x", "message": "abc"}, "'abc' is no message"),
        ("edit", {"text": "x" * 9000}, "at most 8000 are allowed"),
        ("react", {"emoji": "two words"}, "needs one emoji"),
    ],
)
def test_what_cannot_be_is_refused(
    desk: Desk, action: str, args: dict[str, str], sentence: str
) -> None:
    mail_account(desk.db, replace(CHAT, reply_limit=8000))

    with pytest.raises(ActionError, match=sentence):
        do(desk, action, **args)


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ("edit", "cannot change messages that were sent"),
        ("delete", "cannot take sent messages away"),
        ("react", "knows no reactions"),
    ],
)
def test_what_the_provider_cannot_is_refused_in_words(
    desk: Desk, action: str, sentence: str
) -> None:
    mail_account(desk.db, replace(CHAT, effects=frozenset({EffectKind.SEND})))
    args = {"edit": {"text": "x"}, "react": {"emoji": THUMB}}.get(action, {})

    with pytest.raises(ActionError, match=f"The account 'mail' {sentence}"):
        do(desk, action, **args)
    assert waiting(desk) == []


@pytest.mark.parametrize("action", ["edit", "delete"])
def test_only_messages_of_ours_that_were_sent_are_changed(desk: Desk, action: str) -> None:
    text = {"text": "x"} if action == "edit" else {}
    with pytest.raises(ActionError, match="Only messages of ours"):
        do(desk, action, message=str(theirs(desk).id), **text)
    for delivery, sentence in (
        (Delivery.QUEUED, "has not left yet"),
        (Delivery.FAILED, "was not sent"),
        (Delivery.UNCERTAIN, "was not sent"),
    ):
        messages.set_delivery(desk.db, ours(desk).id, delivery)
        with pytest.raises(ActionError, match=sentence):
            do(desk, action, **text)
    messages.set_delivery(desk.db, ours(desk).id, Delivery.SENT)
    desk.db.run("DELETE FROM locations WHERE remote_id = '$2'")
    with pytest.raises(ActionError, match="has not said where"):
        do(desk, action, **text)


def test_a_failed_edit_that_is_given_up_brings_the_earlier_text_back(desk: Desk) -> None:
    do(desk, "edit", text="Oops")
    (item,) = waiting(desk)
    outbox.fail(desk.db, item, "Too old.", START)

    told = deciding.decide(desk.context, item.id, "discard").sentence

    assert told == "Dropped; the message has its earlier text again."
    assert (ours(desk).body.text, ours(desk).delivery) == ("We look.", Delivery.SENT)


def test_a_failed_reaction_that_is_given_up_is_off(desk: Desk) -> None:
    do(desk, "react", emoji=THUMB)
    (item,) = waiting(desk)
    outbox.fail(desk.db, item, "No.", START)

    deciding.decide(desk.context, item.id, "discard")

    assert theirs(desk).reactions == ()


# Notes


def test_a_note_that_the_provider_keeps_is_queued_and_called_back(desk: Desk) -> None:
    assert do(desk, "note", text="Mind her.") == "Note added, for colleagues at the provider too."
    note = newest(desk.db)
    (item,) = waiting(desk)
    assert (item.kind, item.key, item.message_id) == (EffectKind.NOTE, note.message_id, note.id)

    undo(desk)

    assert waiting(desk) == []
    assert only(desk.db).messages == 2


def test_a_note_that_has_left_is_not_called_back(desk: Desk) -> None:
    do(desk, "note", text="Mind her.")
    leave(desk)

    with pytest.raises(ActionError, match="That note has left"):
        undo(desk)


# What the provider is told of conversations


def kinds(desk: Desk) -> list[EffectKind]:
    return sorted(item.kind for item in waiting(desk))


@pytest.mark.parametrize(
    ("action", "args", "kind"),
    [
        ("take", {}, EffectKind.ASSIGN),
        ("label", {"labels": "vip"}, EffectKind.LABELS),
        ("priority", {"priority": "high"}, EffectKind.PRIORITY),
        ("hold", {}, EffectKind.STATUS),
        ("wait", {}, EffectKind.STATUS),
        ("snooze", {"until": "in 2h"}, EffectKind.STATUS),
        ("spam", {}, EffectKind.STATUS),
    ],
)
def test_what_a_provider_keeps_it_is_told_and_untold(
    desk: Desk, action: str, args: dict[str, str], kind: EffectKind
) -> None:
    do(desk, action, **args)
    assert kinds(desk) == [kind]

    undo(desk)

    assert kinds(desk) == [], "it never heard of it"


def test_a_later_word_replaces_one_that_has_not_left(desk: Desk) -> None:
    do(desk, "priority", priority="high")
    do(desk, "priority", priority="urgent")
    do(desk, "hold")
    do(desk, "resolve")

    assert kinds(desk) == [EffectKind.PRIORITY, EffectKind.STATUS]


def test_a_snooze_until_another_time_is_told_again(desk: Desk) -> None:
    do(desk, "snooze", until="in 2h")
    leave(desk)

    do(desk, "snooze", until="in 3h")

    assert kinds(desk) == [EffectKind.STATUS]


def test_waiting_after_a_reply_is_not_told(desk: Desk) -> None:
    do(desk, "reply", text="Here.")

    assert only(desk.db).status is Status.PENDING
    assert kinds(desk) == [EffectKind.SEND]


def test_marking_as_unread_is_told_and_takes_back_reading(desk: Desk) -> None:
    conversations.mark_read(desk.db, only(desk.db).id)
    tell_read(desk.context, only(desk.db))
    assert kinds(desk) == [EffectKind.READ]

    do(desk, "unread")

    assert kinds(desk) == [EffectKind.UNREAD]


# What a reply must keep to


def refusals(desk: Desk, text: str = "Hi") -> list[str]:
    draft = reply.start(desk.context, only(desk.db), DraftKind.REPLY, body=text)
    return reply.problems(desk.context, replace(draft, body=text))


def test_a_conversations_own_limit_goes_before_the_accounts(desk: Desk) -> None:
    mail_account(desk.db, replace(CHAT, reply_limit=5))
    assert refusals(desk, "123456") == ["The text has 6 characters; at most 5 are allowed."]

    changed(desk.db, conversations=(ConversationState("room", via="sms", reply_limit=10),))

    assert refusals(desk, "123456") == []


def test_after_the_window_no_free_answer_is_sent(desk: Desk) -> None:
    until = messages.time_of(theirs(desk).id) + DAY
    state = ConversationState("room", via="whatsapp", reply_until=until)
    changed(desk.db, conversations=(state,))
    desk.now.at = until - 1
    assert refusals(desk) == []

    desk.now.at = until

    (said,) = refusals(desk)
    assert said.startswith(
        "WhatsApp takes free answers only within 24 hours of the customer's last message; that "
        "ended today "
    )
    assert said.endswith(
        "Send an approved template at the provider, or wait until they write again."
    )
    changed(desk.db, conversations=(replace(state, via="instagram"),))
    assert refusals(desk)[0].endswith("Wait until they write again.")


def test_what_was_done_to_a_message_is_in_the_log_without_its_text(desk: Desk) -> None:
    do(desk, "edit", text="We look into it.")
    (item,) = waiting(desk)

    (event,) = events.of_entity(desk.db, Entity.OUTBOX, item.id)

    assert (event.field, event.after, event.stamp.actor) == ("edit", ours(desk).id, "maria")
    assert "look" not in str(event)
    assert item.account == ACCOUNT

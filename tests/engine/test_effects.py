"""What adapters are asked for, and what is noted of their answers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agent_tui.actions import messaging
from agent_tui.actions.registry import perform
from agent_tui.adapters.contract import Commit, Effect, Receipt, Refused, Target, Unreachable
from agent_tui.engine.desk import Desk
from agent_tui.engine.dispatch import Dispatch
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.conversation import Channel, Priority, Status
from agent_tui.model.incoming import Deletion, IncomingFile
from agent_tui.model.message import Delivery, Direction, Message
from agent_tui.model.outbox import OutboxItem, OutboxState
from agent_tui.store import conversations, locations, messages, outbox, remote
from agent_tui.store.database import Database
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.fakes import Deliver, FakeAdapter, Provider, after, before, desk
from tests.factory import (
    ACCOUNT,
    CHAT,
    START,
    Now,
    changed,
    chat,
    mail_account,
    only,
    receive,
)
from tests.factory import (
    Desk as Agent,
)


@pytest.fixture
def at_work(db: SqliteDatabase, tmp_path: Path, now: Now) -> Desk:
    mail_account(db, CHAT)
    receive(db, chat("Hello?", remote_id="$1", topic="$t"))
    return desk(db, tmp_path, now)


@pytest.fixture
def agent(at_work: Desk, now: Now) -> Agent:
    return Agent(at_work.db, now)


async def deliver(at_work: Desk, provider: Provider, now: Now) -> None:
    """Let everything that is due leave, undo windows over."""
    now.at += 20_000
    await Dispatch(at_work, FakeAdapter(provider)).all()


def do(desk: Agent, name: str, **args: str) -> None:
    perform(name, desk.context, [only(desk.db).id], args)


def answer(receipt: Receipt) -> Deliver:
    async def step(provider: Provider, effect: Effect, commit: Commit) -> Receipt:
        await commit()
        provider.accepted.append(effect)
        return receipt

    return step


def newest(db: Database) -> Message:
    return messages.of_conversation(db, only(db).id)[-1]


async def sent(at_work: Desk, agent: Agent, provider: Provider, now: Now) -> Message:
    """A reply of ours that lies at the provider as $2."""
    provider.deliveries.append(answer(Receipt("$2", parts=("$3",))))
    do(agent, "reply", text="We look.")
    await deliver(at_work, provider, now)
    provider.accepted.clear()
    return newest(agent.db)


async def test_a_reply_aims_at_the_customers_newest_message_and_its_topic(
    db: SqliteDatabase, at_work: Desk, agent: Agent, provider: Provider, now: Now
) -> None:
    receive(db, chat("Still there?", remote_id="$5", message_id="theirs"))
    await sent(at_work, agent, provider, now)
    do(agent, "reply", text="More.")

    await deliver(at_work, provider, now)

    (effect,) = provider.accepted
    assert effect.targets == (Target("INBOX", "$5", "theirs", None),)
    assert effect.thread_key == "room"


async def test_an_answer_goes_where_the_customer_wrote_last(
    at_work: Desk, agent: Agent, provider: Provider, now: Now
) -> None:
    message = await sent(at_work, agent, provider, now)

    assert message.topic == "$t"
    assert provider.tried[0].targets == (Target("INBOX", "$1", None, "$t"),)


async def test_a_file_that_could_not_be_taken_away_is_still_there(
    db: SqliteDatabase, at_work: Desk, agent: Agent, provider: Provider, now: Now
) -> None:
    file = IncomingFile("p", "a.txt", "text/plain", 1)
    receive(db, chat("", remote_id="$f", direction=Direction.OUTBOUND, files=(file,)))
    provider.deliveries.append(before(Refused("Too old.")))
    do(agent, "delete")
    assert newest(db).deleted_at is not None

    await deliver(at_work, provider, now)

    assert newest(db).deleted_at is None
    assert [f.name for f in newest(db).attachments] == ["a.txt"]


async def test_the_receipt_tells_the_places_of_all_parts(
    at_work: Desk, agent: Agent, provider: Provider, now: Now
) -> None:
    message = await sent(at_work, agent, provider, now)

    places = locations.of_messages(at_work.db, [message.id])
    assert [(p.mailbox, p.remote_id) for p in places] == [("INBOX", "$2"), ("INBOX", "$3")]
    assert message.delivery is Delivery.SENT


async def test_in_a_room_without_messages_of_theirs_the_place_is_known_too(
    db: SqliteDatabase, at_work: Desk, agent: Agent, provider: Provider, now: Now
) -> None:
    receive(db, chat("Hi", remote_id="$7", room="other", direction=Direction.OUTBOUND))
    db.run("DELETE FROM locations WHERE remote_id = '$1'")
    provider.deliveries.append(answer(Receipt("$2")))
    room = conversations.of_thread(db, ACCOUNT, "room")
    assert room is not None
    perform("reply", agent.context, [room.id], {"text": "Hi"})

    await deliver(at_work, provider, now)

    place = locations.at(db, "mail", "INBOX", "$2")
    assert place is not None


async def test_a_note_is_delivered_and_shown_as_sent(
    at_work: Desk, agent: Agent, provider: Provider, now: Now
) -> None:
    provider.deliveries.append(answer(Receipt("$n")))
    do(agent, "note", text="Mind her.")
    assert newest(at_work.db).delivery is Delivery.QUEUED

    await deliver(at_work, provider, now)

    (effect,) = provider.accepted
    assert effect.kind is EffectKind.NOTE
    assert effect.outgoing is not None
    assert effect.outgoing.text == "Mind her."
    assert newest(at_work.db).delivery is Delivery.SENT
    assert newest(at_work.db).message_id == effect.key
    receive(at_work.db, chat("Mind her.", remote_id="$n", direction=Direction.NOTE))
    assert only(at_work.db).messages == 2


async def test_a_note_in_doubt_is_not_sent_again(
    at_work: Desk, agent: Agent, provider: Provider, now: Now
) -> None:
    provider.deliveries.append(after(Unreachable("Broke off.")))
    do(agent, "note", text="Mind her.")

    await deliver(at_work, provider, now)

    assert newest(at_work.db).delivery is Delivery.UNCERTAIN
    assert len(provider.tried) == 1


EFFECTS: list[tuple[EffectKind, Callable[[Agent, Message], object]]] = [
    (EffectKind.EDIT, lambda agent, m: messaging.edit(agent.context, m, "We look into it.")),
    (EffectKind.DELETE, lambda agent, m: messaging.delete(agent.context, m)),
    (EffectKind.REACT, lambda agent, m: messaging.react(agent.context, m, "+1")),
]


@pytest.mark.parametrize(("kind", "act"), EFFECTS)
async def test_effects_on_a_message_aim_at_that_message(
    at_work: Desk,
    agent: Agent,
    provider: Provider,
    now: Now,
    kind: EffectKind,
    act: Callable[[Agent, Message], object],
) -> None:
    message = await sent(at_work, agent, provider, now)
    act(agent, message)

    await deliver(at_work, provider, now)

    (effect,) = provider.accepted
    assert effect.kind is kind
    assert [t.remote_id for t in effect.targets] == ["$2", "$3"]
    assert effect.targets[0].message_id == message.message_id
    assert (effect.emoji, effect.on) == (("+1", True) if kind is EffectKind.REACT else ("", True))
    text = effect.outgoing.text if effect.outgoing else None
    assert text == ("We look into it." if kind is EffectKind.EDIT else None)
    assert newest(at_work.db).delivery is Delivery.SENT, "it says nothing of the sending"


@pytest.mark.parametrize(("kind", "act"), EFFECTS)
async def test_effects_on_a_message_are_repeated_when_they_broke_off(
    at_work: Desk,
    agent: Agent,
    provider: Provider,
    now: Now,
    kind: EffectKind,
    act: Callable[[Agent, Message], object],
) -> None:
    message = await sent(at_work, agent, provider, now)
    provider.deliveries.append(after(Unreachable("Broke off."), accepted=False))
    act(agent, message)

    await deliver(at_work, provider, now)
    await deliver(at_work, provider, now)

    assert [effect.kind for effect in provider.accepted] == [kind]
    assert provider.settles == 0


@pytest.mark.parametrize(("kind", "act"), EFFECTS)
async def test_a_refused_change_leaves_the_message_sent(
    at_work: Desk,
    agent: Agent,
    provider: Provider,
    now: Now,
    kind: EffectKind,
    act: Callable[[Agent, Message], object],
) -> None:
    message = await sent(at_work, agent, provider, now)
    provider.deliveries.append(before(Refused("Too old.")))
    act(agent, message)

    await deliver(at_work, provider, now)

    (item,) = failed(at_work.db)
    assert (item.kind, item.problem) == (kind, "Too old.")
    assert newest(at_work.db).delivery is Delivery.SENT
    assert newest(at_work.db).deleted_at is None, "what was not taken away is still there"
    assert outbox.undecided(at_work.db) == 1


def failed(db: Database) -> list[OutboxItem]:
    return [i for i in outbox.shown(db) if i.state is OutboxState.FAILED]


async def test_a_deletion_takes_the_text_with_it_when_the_provider_has_done_it(
    at_work: Desk, agent: Agent, provider: Provider, now: Now
) -> None:
    message = await sent(at_work, agent, provider, now)
    messaging.delete(agent.context, message)
    assert newest(at_work.db).deleted_at is not None
    assert newest(at_work.db).body.text == "We look."

    await deliver(at_work, provider, now)
    changed(at_work.db, deletions=(Deletion("$2", START), Deletion("$3", START)))

    assert newest(at_work.db).body.text == ""
    rows = [
        tuple(row)
        for table in ("outbox", "events", "messages")
        for row in at_work.db.all(f"SELECT * FROM {table}")
    ]
    assert not any("We look." in str(row) for row in rows)


async def test_the_providers_name_of_our_reaction_is_noted(
    at_work: Desk, agent: Agent, provider: Provider, now: Now
) -> None:
    provider.deliveries.append(answer(Receipt("$r")))
    do(agent, "react", emoji="+1")
    await deliver(at_work, provider, now)
    assert [r.emoji for r in newest(at_work.db).reactions] == ["+1"]

    changed(at_work.db, deletions=(Deletion("$r", START),))

    assert newest(at_work.db).reactions == ()


async def test_effects_of_triage_tell_all_as_it_is_when_they_leave(
    at_work: Desk, agent: Agent, provider: Provider, now: Now
) -> None:
    do(agent, "assign", agent="me")
    do(agent, "label", labels="vip refund")
    do(agent, "priority", priority="high")
    do(agent, "resolve")

    await deliver(at_work, provider, now)

    kinds = [effect.kind for effect in provider.accepted]
    assert kinds == [EffectKind.ASSIGN, EffectKind.LABELS, EffectKind.PRIORITY, EffectKind.STATUS]
    for effect in provider.accepted:
        assert effect.triage == only(at_work.db).triage
        assert effect.resolved
    triage = provider.accepted[0].triage
    assert triage is not None
    assert (triage.assignee, triage.labels, triage.priority) == (
        "maria",
        ("refund", "vip"),
        Priority.HIGH,
    )


async def test_what_was_told_is_the_providers_last_word(
    at_work: Desk, agent: Agent, provider: Provider, now: Now
) -> None:
    do(agent, "resolve")
    await deliver(at_work, provider, now)

    base = remote._base(at_work.db, only(at_work.db).id)

    assert base == {"status": Status.RESOLVED, "snoozed_until": None}


async def test_unread_aims_at_the_newest_message_and_read_at_all(
    db: SqliteDatabase, at_work: Desk, agent: Agent, provider: Provider, now: Now
) -> None:
    from agent_tui.actions.provider import tell_read

    receive(db, chat("And?", remote_id="$5"))
    tell_read(agent.context, only(db))
    await deliver(at_work, provider, now)
    conversations.mark_read(db, only(db).id)
    do(agent, "unread")
    await deliver(at_work, provider, now)

    read, unread = provider.accepted
    assert (read.kind, unread.kind) == (EffectKind.READ, EffectKind.UNREAD)
    assert [t.remote_id for t in read.targets] == ["$1", "$5"]
    assert read.targets[0].topic == "$t"
    assert [t.remote_id for t in unread.targets] == ["$5"]


async def test_an_account_without_notes_keeps_them_here(
    at_work: Desk, agent: Agent, provider: Provider, now: Now
) -> None:
    mail_account(at_work.db, Capabilities(Channel.CHAT, frozenset({EffectKind.SEND})))
    do(agent, "note", text="Mind her.")

    await deliver(at_work, provider, now)

    assert provider.tried == []
    assert newest(at_work.db).delivery is Delivery.NONE

"""A bot served by the engine: all that customers write is stored once, and answers reach them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent_tui.adapters.telegram import TelegramAdapter
from agent_tui.engine.runner import AccountRunner
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Channel
from agent_tui.model.incoming import Outgoing
from agent_tui.model.message import Address, Body, Delivery, Direction, Message
from agent_tui.store import codec, conversations, messages, queueing
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.testing.stand import Fault
from agent_tui.testing.stands.telegram import TelegramStand
from tests.engine.fakes import desk, end, until
from tests.factory import ACCOUNT, Now, listed


@pytest.fixture
async def stand() -> AsyncIterator[TelegramStand]:
    made = TelegramStand()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def runner(
    db: SqliteDatabase, tmp_path: Path, stand: TelegramStand
) -> AsyncIterator[AccountRunner]:
    """The engine at work for the bot."""
    now = Now()
    at_work = desk(db, tmp_path, now)
    made = AccountRunner(at_work, lambda: TelegramAdapter(stand.context(now)))
    task = asyncio.create_task(made.run())
    yield made
    await end(task)


def texts(db: SqliteDatabase) -> list[str]:
    return [
        message.body.text
        for conversation in listed(db)
        for message in messages.of_conversation(db, conversation.id)
    ]


async def test_what_two_customers_write_one_by_one_is_stored_once_and_crosses_once(
    db: SqliteDatabase, stand: TelegramStand, runner: AccountRunner
) -> None:
    for number in range(30):
        await stand.write(f"text {number}", thread=("one", "two")[number % 2])
        if number % 5 == 4:
            await until(lambda: stand.api.unconfirmed == [])
    await until(lambda: len(texts(db)) == 30 and stand.api.unconfirmed == [])
    first, second = ([f"text {n}" for n in range(start, 30, 2)] for start in (0, 1))
    assert sorted(texts(db)) == sorted(first + second)
    for conversation in listed(db):
        told = [m.body.text for m in messages.of_conversation(db, conversation.id)]
        assert told in (first, second)
        assert conversation.channel is Channel.CHAT
        assert conversation.via == "telegram"
    crossed = [update for crossing in stand.api.crossings for update in crossing]
    assert len(crossed) == len(set(crossed)) == 30


async def test_nothing_is_lost_or_doubled_in_bad_weather(
    db: SqliteDatabase, stand: TelegramStand, runner: AccountRunner
) -> None:
    weather = (Fault.CUT_AFTER, Fault.CUT_BEFORE, Fault.GARBAGE, Fault.REFUSED, Fault.SERVER_ERROR)
    for number in range(40):
        stand.fault(weather[number % len(weather)])
        await stand.write(f"text {number}")
    stand.end_faults()

    def all_there() -> bool:
        runner.try_again()
        return len(texts(db)) == 40

    await until(all_there)
    assert texts(db) == [f"text {number}" for number in range(40)]


async def test_an_answer_reaches_the_customer_and_reactions_find_it(
    db: SqliteDatabase, stand: TelegramStand, runner: AccountRunner
) -> None:
    await stand.write("Where is my parcel?")
    await until(lambda: texts(db))
    [conversation] = listed(db)
    _answer(db, conversation.id, "On its way.")
    runner.store_changed()
    await until(lambda: [sent.text for sent in stand.api.sent] == ["On its way."])

    def ours() -> Message:
        return messages.of_conversation(db, conversation.id)[-1]

    await until(lambda: ours().delivery is Delivery.SENT)
    [sent] = stand.api.sent
    await stand.react(f"{sent.chat}:{sent.number}", "👍")
    await until(lambda: ours().reactions)
    assert [reaction.emoji for reaction in ours().reactions] == ["👍"]


def _answer(db: SqliteDatabase, conversation: int, text: str) -> None:
    """An answer as an agent leaves it."""
    found = conversations.get(db, conversation)
    assert found is not None
    message = Message(
        id=messages.new_id(db, found.last_at + 1),
        conversation_id=conversation,
        account=ACCOUNT,
        direction=Direction.OUTBOUND,
        author="Shop",
        address="shop",
        at=found.last_at + 1,
        subject="",
        body=Body(text),
        delivery=Delivery.QUEUED,
    )
    messages.insert(db, message)
    outgoing = Outgoing("", text, Address("", ""), thread_key=found.thread_key)
    queueing.put(
        db,
        account=ACCOUNT,
        kind=EffectKind.SEND,
        key="answer-1",
        payload=codec.dump_outgoing(outgoing),
        agent="me",
        now=found.last_at,
        conversation_id=conversation,
        message_id=message.id,
    )

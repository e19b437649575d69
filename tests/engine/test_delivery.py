"""What becomes of an effect: at most once without the agent's word, never lost."""

import asyncio

import pytest

from agent_tui.adapters.contract import (
    AccountProblem,
    Commit,
    Deferred,
    Effect,
    MailboxProblem,
    Receipt,
    Refused,
    Settled,
    Target,
    Unreachable,
)
from agent_tui.engine import delivery
from agent_tui.engine.delivery import deliver
from agent_tui.engine.desk import Desk
from agent_tui.engine.dispatch import Dispatch
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import DAY, MINUTE, SECOND
from agent_tui.model.message import Delivery, Direction
from agent_tui.model.outbox import Filed, OutboxState
from agent_tui.store import locations, messages, outbox
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.fakes import (
    Deliver,
    FakeAdapter,
    Provider,
    accept,
    after,
    before,
    end,
    hang,
    hang_after_commit,
    until,
)
from tests.engine.world import customer_writes, now_of, reply, resolve, shown, taken
from tests.factory import ACCOUNT, START, Now

S = OutboxState
GONE = Unreachable("The server is gone.")


async def deliver_due(at_work: Desk, adapter: FakeAdapter) -> None:
    await Dispatch(at_work, adapter).all()


async def test_an_accepted_reply_is_sent_and_wants_its_copy(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter
) -> None:
    item = reply(db, customer_writes(db))

    await deliver_due(at_work, adapter)

    assert now_of(db, item).state is S.SENT
    assert now_of(db, item).filed is Filed.WANTED
    assert shown(db, item) == (Delivery.SENT, "")


async def test_a_provider_that_files_copies_is_not_asked_for_one(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    async def files(_provider: Provider, _effect: Effect, commit: Commit) -> Receipt:
        await commit()
        return Receipt(files_copy=True)

    provider.deliveries.append(files)
    item = reply(db, customer_writes(db))

    await deliver_due(at_work, adapter)

    assert now_of(db, item).filed is Filed.NONE


async def test_commit_is_written_before_the_step_of_no_return(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    seen: list[OutboxState] = []

    async def look(provider: Provider, effect: Effect, commit: Commit) -> Receipt:
        seen.append(now_of(db, item).state)
        await commit()
        seen.append(now_of(db, item).state)
        return Receipt()

    provider.deliveries.append(look)
    item = reply(db, customer_writes(db))

    await deliver_due(at_work, adapter)

    assert seen == [S.SENDING, S.COMMITTED]


@pytest.mark.parametrize(
    ("step", "verdict", "state"),
    [
        (before(GONE), None, S.QUEUED),
        (before(ValueError("a bug")), None, S.QUEUED),
        (before(SystemExit()), None, S.QUEUED),
        (before(Refused("550 no such user")), None, S.FAILED),
        (before(MailboxProblem("There is no Archive.")), None, S.QUEUED),
        (after(Deferred("451 later"), accepted=False), None, S.QUEUED),
        (after(Refused("554 spam"), accepted=False), None, S.FAILED),
        (after(GONE), Settled.SENT, S.SENT),
        (after(GONE, accepted=False), Settled.NOT_SENT, S.QUEUED),
        (after(GONE), Settled.UNKNOWN, S.UNCERTAIN),
        (after(GONE), Unreachable("Still gone."), S.UNCERTAIN),
        (after(GONE), RuntimeError("a bug"), S.UNCERTAIN),
        (after(ValueError("a bug")), Settled.UNKNOWN, S.UNCERTAIN),
        (after(AccountProblem("Odd.")), Settled.UNKNOWN, S.UNCERTAIN),
    ],
)
async def test_each_outcome_leads_to_the_state_of_the_design(
    db: SqliteDatabase,
    at_work: Desk,
    adapter: FakeAdapter,
    provider: Provider,
    step: Deliver,
    verdict: Settled | Exception | None,
    state: OutboxState,
) -> None:
    provider.deliveries.append(step)
    if verdict is not None:
        provider.verdicts.append(verdict)
    item = reply(db, customer_writes(db))

    await deliver_due(at_work, adapter)

    assert now_of(db, item).state is state
    assert provider.settles == (verdict is not None)


async def test_a_retry_waits_as_long_as_the_kind_of_failure_asks(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider, now: Now
) -> None:
    provider.deliveries.extend([before(GONE), before(Deferred("451 later"))])
    item = reply(db, customer_writes(db))

    await deliver_due(at_work, adapter)
    quick = now_of(db, item).due_at - now.at
    now.at += quick
    await deliver_due(at_work, adapter)
    patient = now_of(db, item).due_at - now.at

    assert (quick, patient) == (5 * SECOND, 5 * MINUTE)
    assert now_of(db, item).problem == "451 later"


async def test_an_account_problem_leaves_the_reply_queued_and_is_told(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider, now: Now
) -> None:
    provider.deliveries.append(before(AccountProblem("The password is wrong.")))
    item = reply(db, customer_writes(db))

    with pytest.raises(AccountProblem, match="password"):
        await deliver_due(at_work, adapter)

    assert now_of(db, item).state is S.QUEUED
    assert now_of(db, item).due_at <= now.at


async def test_recipients_who_were_refused_are_named(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    async def partly(_provider: Provider, _effect: Effect, commit: Commit) -> Receipt:
        await commit()
        return Receipt(refused=(("eve@gone.example", "550 no such user"),))

    provider.deliveries.append(partly)
    item = reply(db, customer_writes(db))

    await deliver_due(at_work, adapter)

    told = "Not delivered to eve@gone.example (550 no such user)"
    assert shown(db, item) == (Delivery.SENT, told)


async def test_the_server_s_words_are_made_harmless(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    provider.deliveries.append(before(Refused("550 \x1b]52;c;x\x07 no\nsuch user")))
    item = reply(db, customer_writes(db))

    await deliver_due(at_work, adapter)

    assert "\x1b" not in now_of(db, item).problem
    assert "\n" not in now_of(db, item).problem


async def test_effects_of_a_conversation_leave_in_order(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    conversation = customer_writes(db)
    items = [reply(db, conversation), reply(db, conversation), resolve(db, conversation)]

    await deliver_due(at_work, adapter)

    assert provider.keys == [item.key for item in items]


async def test_a_later_reply_waits_for_an_earlier_one_that_is_tried_again(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider, now: Now
) -> None:
    conversation = customer_writes(db)
    first, second = reply(db, conversation), reply(db, conversation)
    provider.deliveries.append(before(GONE))

    await deliver_due(at_work, adapter)
    assert provider.keys == []
    now.at += MINUTE
    await deliver_due(at_work, adapter)

    assert provider.keys == [first.key, second.key]


async def test_other_conversations_do_not_wait(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    stuck, free = reply(db, customer_writes(db)), reply(db, customer_writes(db))
    provider.deliveries.append(before(GONE))

    await deliver_due(at_work, adapter)

    assert provider.keys == [free.key]
    assert now_of(db, stuck).state is S.QUEUED


@pytest.mark.parametrize(("patience", "meanwhile"), [(60.0, S.SENDING), (0.0, S.SENT)])
async def test_one_waits_for_another_in_its_last_step_but_not_for_long(
    db: SqliteDatabase,
    at_work: Desk,
    adapter: FakeAdapter,
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
    patience: float,
    meanwhile: OutboxState,
) -> None:
    """A death leaves one of them in doubt; a server that takes ten minutes holds up nobody."""
    monkeypatch.setattr(delivery, "_ALONE_S", patience)
    seen: list[OutboxState] = []

    async def first_of_two(provider: Provider, effect: Effect, commit: Commit) -> Receipt:
        await commit()
        await until(lambda: len(provider.tried) == 2)
        if not patience:
            await until(lambda: now_of(db, second).state is S.SENT)
        seen.append(now_of(db, second).state)
        return Receipt()

    provider.deliveries.append(first_of_two)
    first = reply(db, customer_writes(db))
    second = reply(db, customer_writes(db))

    await deliver_due(at_work, adapter)

    assert seen == [meanwhile]
    assert [now_of(db, one).state for one in (first, second)] == [S.SENT, S.SENT]


async def test_what_is_held_does_not_leave_before_its_time(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider, now: Now
) -> None:
    item = reply(db, customer_writes(db), hold=now.at - START + SECOND)

    await deliver_due(at_work, adapter)
    assert provider.keys == []
    now.at += SECOND
    await deliver_due(at_work, adapter)

    assert provider.keys == [item.key]


async def test_what_was_called_back_is_not_delivered(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    item = reply(db, customer_writes(db))
    outbox.cancel(db, item)

    await deliver_due(at_work, adapter)

    assert provider.tried == []


async def test_after_a_crash_before_the_step_it_is_sent_once(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    item = reply(db, customer_writes(db))
    outbox.take(db, item)  # and here the process was killed

    outbox.recover(db, ACCOUNT)
    await deliver_due(at_work, adapter)

    assert provider.keys == [item.key]


async def test_after_a_crash_behind_the_step_it_is_never_sent_again(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider, now: Now
) -> None:
    item = reply(db, customer_writes(db))
    outbox.commit(db, taken(db, item))  # and here the process was killed

    outbox.recover(db, ACCOUNT)
    now.at += 10 * DAY
    await deliver_due(at_work, adapter)

    assert provider.tried == []
    assert now_of(db, item).state is S.UNCERTAIN


async def test_a_try_that_another_engine_has_taken_over_does_not_send(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    async def slow(provider: Provider, effect: Effect, commit: Commit) -> Receipt:
        outbox.recover(db, ACCOUNT)  # the other engine begins,
        await deliver_due(at_work, FakeAdapter(provider))  # and sends
        return await accept(provider, effect, commit)

    provider.deliveries.append(slow)
    item = reply(db, customer_writes(db))

    await deliver_due(at_work, adapter)

    assert provider.keys == [item.key]
    assert now_of(db, item).state is S.SENT


async def test_a_delivery_that_hangs_is_tried_again_and_cannot_send_any_more(
    db: SqliteDatabase,
    at_work: Desk,
    adapter: FakeAdapter,
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[Commit] = []

    async def keeps_going(provider: Provider, effect: Effect, commit: Commit) -> Receipt:
        kept.append(commit)
        return await hang(provider, effect, commit)

    monkeypatch.setattr(delivery, "_LIMIT_S", 0.01)
    provider.deliveries.append(keeps_going)
    item = reply(db, customer_writes(db))

    await deliver_due(at_work, adapter)

    assert now_of(db, item).state is S.QUEUED
    assert "'fake' did not answer" in now_of(db, item).problem
    with pytest.raises(Refused):
        await kept[0]()


async def test_a_delivery_that_hangs_behind_the_step_is_in_doubt(
    db: SqliteDatabase,
    at_work: Desk,
    adapter: FakeAdapter,
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "_LIMIT_S", 0.01)
    monkeypatch.setattr(delivery, "_AFTER_COMMIT_S", 0.01)
    provider.deliveries.append(hang_after_commit)
    item = reply(db, customer_writes(db))

    await deliver_due(at_work, adapter)

    assert now_of(db, item).state is S.UNCERTAIN


async def test_stopping_before_the_step_puts_the_reply_back(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    provider.deliveries.append(hang)
    item = reply(db, customer_writes(db))
    work = asyncio.create_task(deliver(at_work, adapter, taken(db, item)))
    await until(lambda: provider.tried)

    await end(work)

    assert now_of(db, item).state is S.QUEUED


async def test_stopping_behind_the_step_records_an_answer_that_comes_at_once(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    answer = asyncio.Event()

    async def answers(provider: Provider, effect: Effect, commit: Commit) -> Receipt:
        await commit()
        provider.accepted.append(effect)
        await answer.wait()
        return Receipt()

    provider.deliveries.append(answers)
    item = reply(db, customer_writes(db))
    work = asyncio.create_task(deliver(at_work, adapter, taken(db, item)))
    await until(lambda: provider.accepted)

    work.cancel()
    answer.set()
    await asyncio.wait({work})

    assert now_of(db, item).state is S.SENT


async def test_stopping_behind_the_step_without_an_answer_leaves_a_doubt(
    db: SqliteDatabase,
    at_work: Desk,
    adapter: FakeAdapter,
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "_GRACE_S", 0.01)
    provider.deliveries.append(hang_after_commit)
    item = reply(db, customer_writes(db))
    work = asyncio.create_task(deliver(at_work, adapter, taken(db, item)))
    await until(lambda: provider.accepted)

    await end(work)

    assert now_of(db, item).state is S.UNCERTAIN
    assert shown(db, item)[0] is Delivery.UNCERTAIN


async def test_a_status_that_broke_off_is_simply_done_again(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    provider.deliveries.append(after(GONE))
    item = resolve(db, customer_writes(db))

    await deliver_due(at_work, adapter)

    assert now_of(db, item).state is S.QUEUED
    assert provider.settles == 0


async def test_a_reply_aims_at_the_message_it_answers(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    conversation = customer_writes(db, message_id="asked@customer", remote_id="7:1")
    reply(db, conversation)

    await deliver_due(at_work, adapter)

    (effect,) = provider.accepted
    assert effect.kind is EffectKind.SEND
    assert effect.outgoing is not None
    assert effect.outgoing.text == "It is on its way."
    assert effect.targets == (Target("INBOX", "7:1", "asked@customer"),)


async def test_a_status_aims_at_all_of_the_customers_messages(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    conversation = customer_writes(db, message_id="a@customer", remote_id="7:1")
    last = messages.newest_id(db, conversation, Direction.INBOUND)
    locations.put(db, ACCOUNT, "Shop", "9:4", last or 0)
    resolve(db, conversation)

    await deliver_due(at_work, adapter)

    (effect,) = provider.accepted
    assert effect.resolved
    assert {(t.mailbox, t.remote_id) for t in effect.targets} == {("INBOX", "7:1"), ("Shop", "9:4")}


async def test_messages_that_were_moved_are_found_at_their_new_place(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    conversation = customer_writes(db, remote_id="7:1")

    async def archive(_provider: Provider, effect: Effect, _commit: Commit) -> Receipt:
        (old,) = effect.targets
        return Receipt(targets=((old, Target("Archive", "3:9")),))

    provider.deliveries.append(archive)
    resolve(db, conversation)

    await deliver_due(at_work, adapter)

    (place,) = locations.of_customer(db, conversation)
    assert (place.mailbox, place.remote_id) == ("Archive", "3:9")


async def test_the_providers_id_of_a_sent_message_is_kept(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter, provider: Provider
) -> None:
    async def chat(_provider: Provider, _effect: Effect, commit: Commit) -> Receipt:
        await commit()
        return Receipt(remote_id="msg-9", files_copy=True)

    provider.deliveries.append(chat)
    item = reply(db, customer_writes(db))

    await deliver_due(at_work, adapter)

    place = locations.at(db, ACCOUNT, "INBOX", "msg-9")
    assert place is not None
    assert place.message_id == item.message_id


async def test_a_payload_that_cannot_be_read_fails_in_words(
    db: SqliteDatabase, at_work: Desk, adapter: FakeAdapter
) -> None:
    item = reply(db, customer_writes(db))
    db.run("UPDATE outbox SET payload = '{}'")

    await deliver_due(at_work, adapter)

    assert now_of(db, item).state is S.FAILED
    assert "cannot be read" in now_of(db, item).problem

"""Mail of a real Dovecot arrives once, resumes after any batch, and follows other programs."""

import asyncio
import imaplib
from collections.abc import Callable
from contextlib import aclosing

import pytest
from imapclient.imap_utf7 import encode

from agent_tui.adapters.contract import MailboxProblem, Unreachable
from agent_tui.adapters.imap import ImapAdapter
from agent_tui.adapters.imap.client import Client, Row
from agent_tui.adapters.imap.uids import Uids
from agent_tui.model.incoming import Batch
from agent_tui.model.message import Direction
from tests.servers.imap_account import adapter, batches, cursors, mail, messages
from tests.servers.real import Dovecot, FaultProxy, User, eventually, shared

pytestmark = pytest.mark.server


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many batches of few mails."""
    monkeypatch.setattr("agent_tui.adapters.imap.caution._BATCH", 40)


async def test_a_mail_arrives_as_it_was_written(dovecot: Dovecot, user: User) -> None:
    dovecot.deliver(mail("Order 1001", "Where is it?", message_id="first"), user)
    account = adapter(dovecot, user)

    (message,) = messages(await batches(account))

    assert message.subject == "Order 1001"
    assert message.sender.value == "ada@shop.test"
    assert message.body.text.strip() == "Where is it?"
    assert message.message_id == "first@shop.test"
    assert message.direction is Direction.INBOUND
    await account.close()


async def test_taking_a_mail_does_not_mark_it_seen(dovecot: Dovecot, user: User) -> None:
    dovecot.deliver(mail("Order 1001"), user)
    account = adapter(dovecot, user)

    await batches(account)

    with dovecot.session(user) as other:
        assert other.search(None, "UNSEEN")[1] == [b"1"]
    await account.close()


async def test_what_was_sent_from_our_address_is_outbound(dovecot: Dovecot, user: User) -> None:
    ours = mail("Re: Order 1001")
    ours.replace_header("From", f"Support <{user.address.upper()}>")
    with dovecot.session(user) as other:
        other.append("Sent", "(\\Seen)", "", ours.as_bytes())
    account = adapter(dovecot, user)

    (message,) = messages(await batches(account), "Sent")

    assert message.direction is Direction.OUTBOUND
    await account.close()


@pytest.mark.usefixtures("small_batches")
async def test_a_first_sync_broken_off_after_any_batch_resumes(
    dovecot: Dovecot, user: User
) -> None:
    dovecot.seed(user, 300)
    account = adapter(dovecot, user)
    golden = sorted(one.remote_id for one in messages(await batches(account)))

    for stop in range(1, 8):
        first = await _pulled_until(account, stop)
        rest = await batches(account, cursors(first))
        taken = [one.remote_id for one in messages([*first, *rest])]
        assert sorted(taken) == golden, f"broken off after batch {stop}"
    assert len(golden) == 300
    await account.close()


async def test_a_server_that_lists_mails_one_by_one_is_pulled_alike(
    dovecot: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.seed(user, 100)
    account = adapter(dovecot, user)
    golden = [one.remote_id for one in messages(await batches(account))]
    _without_capability(monkeypatch, "ESEARCH")
    monkeypatch.setattr("agent_tui.adapters.imap.client._SEARCH_SPAN", 30)

    assert [one.remote_id for one in messages(await batches(account))] == golden
    await account.close()


@pytest.mark.parametrize("small", [256_000, 0])
async def test_hostile_mails_all_arrive_whole_or_in_parts(
    dovecot: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr("agent_tui.adapters.imap.reading._SMALL", small)
    attacks = sorted((shared() / "attacks").rglob("*.eml"))
    for number, path in enumerate(attacks):
        dovecot.put(user, number, path.read_bytes())
    account = adapter(dovecot, user)

    pulled = await batches(account)

    assert len(messages(pulled)) == len(attacks) > 50
    assert await batches(account, cursors(pulled)) == []
    await account.close()


async def test_mailboxes_may_be_called_anything(dovecot: Dovecot, user: User) -> None:
    name = 'Rückfragen & "Ärger"/日本'
    account = adapter(dovecot, user, mailboxes=[name], archive=name)
    with dovecot.session(user) as other:
        other.create(_quoted(name))
        other.append(_quoted(name), "", "", mail("Here").as_bytes())

    assert [one.subject for one in messages(await batches(account), name)] == ["Here"]
    await account.close()


async def test_a_mailbox_that_is_not_for_us_does_not_stop_the_others(
    dovecot: Dovecot, user: User
) -> None:
    with dovecot.session(user) as other:
        other.create("Parent/Child")
    account = adapter(dovecot, user, mailboxes=["", "INBOX"])
    dovecot.deliver(mail("Here"), user)
    pulled: list[Batch] = []

    with pytest.raises(MailboxProblem, match="The mailbox ''"):
        await _into(pulled, account)

    assert [one.subject for one in messages(pulled)] == ["Here"]
    await account.close()


@pytest.mark.usefixtures("small_batches")
async def test_a_first_sync_takes_the_newest_first_and_tells_how_far_it_is(
    dovecot: Dovecot, user: User
) -> None:
    dovecot.seed(user, 100)
    account = adapter(dovecot, user)

    pulled = [batch for batch in await batches(account) if batch.mailbox == "INBOX"]

    uids = [int(one.remote_id.partition(":")[2]) for one in messages(pulled)]
    assert uids == sorted(uids, reverse=True)
    progress = [(b.progress.done, b.progress.total) for b in pulled if b.progress]
    assert progress == [(40, 100), (80, 100), (100, 100)]
    await account.close()


async def test_a_second_pull_takes_only_what_is_new(dovecot: Dovecot, user: User) -> None:
    dovecot.seed(user, 50)
    account = adapter(dovecot, user)
    first = await batches(account)
    dovecot.deliver(mail("New"), user)

    second = await batches(account, cursors(first))

    assert [one.subject for one in messages(second)] == ["New"]
    assert all(batch.progress is None for batch in second)
    assert await batches(account, cursors(first) | cursors(second)) == []
    await account.close()


@pytest.mark.parametrize("condstore", [True, False])
async def test_flags_set_by_another_program_are_told(
    dovecot: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch, *, condstore: bool
) -> None:
    if not condstore:
        _without_capability(monkeypatch, "CONDSTORE")
    for subject in ("one", "two", "three"):
        dovecot.deliver(mail(subject), user)
    account = adapter(dovecot, user)
    first = await batches(account)
    before = await batches(account, cursors(first))
    known = cursors(first) | cursors(before)
    with dovecot.session(user) as other:
        other.store("2", "+FLAGS", "(\\Seen \\Answered)")

    after = await batches(account, known)

    changed = {c.remote_id.partition(":")[2]: c.flags for batch in after for c in batch.flags}
    assert changed["2"].seen
    assert changed["2"].answered
    assert await batches(account, known | cursors(after)) == []
    await account.close()


async def test_mails_that_another_program_deleted_are_gone(dovecot: Dovecot, user: User) -> None:
    dovecot.seed(user, 20)
    account = adapter(dovecot, user)
    first = await batches(account)
    with dovecot.session(user) as other:
        other.store("3,5:7", "+FLAGS", "\\Deleted")
        other.expunge()
    dovecot.deliver(mail("New"), user)

    second = await batches(account, cursors(first))

    gone = [uid.partition(":")[2] for batch in second for uid in batch.gone]
    assert sorted(gone, key=int) == ["3", "5", "6", "7"]
    assert all(batch.gone_resolves for batch in second if batch.gone)
    assert [one.subject for one in messages(second)] == ["New"]
    assert await batches(account, cursors(first) | cursors(second)) == []
    await account.close()


async def test_a_mail_moved_between_mailboxes_arrives_before_it_is_missed(
    dovecot: Dovecot, user: User
) -> None:
    with dovecot.session(user) as other:
        other.create("Orders")
    dovecot.deliver(mail("Moving"), user)
    account = adapter(dovecot, user, mailboxes=["INBOX", "Orders"])
    first = await batches(account)
    with dovecot.session(user) as other:
        other.uid("MOVE", "1", "Orders")

    second = await batches(account, cursors(first))

    order = [(batch.mailbox, len(batch.messages), len(batch.gone)) for batch in second]
    assert [step for step in order if step[1] or step[2]] == [("Orders", 1, 0), ("INBOX", 0, 1)]
    await account.close()


async def test_a_renumbered_mailbox_is_taken_anew(dovecot: Dovecot, user: User) -> None:
    with dovecot.session(user) as other:
        other.create("Orders")
        other.append("Orders", "", "", mail("Old", message_id="kept").as_bytes())
    account = adapter(dovecot, user, mailboxes=["Orders"])
    first = await batches(account)
    with dovecot.session(user) as other:
        other.delete("Orders")
        other.create("Orders")
        other.append("Orders", "", "", mail("Other", message_id="other").as_bytes())
        other.append("Orders", "", "", mail("Old", message_id="kept").as_bytes())

    second = [b for b in await batches(account, cursors(first)) if b.mailbox == "Orders"]

    assert [batch.reset for batch in second] == [True, False]
    assert [one.message_id for one in messages(second, "Orders")] == [
        "kept@shop.test",
        "other@shop.test",
    ]
    assert not {one.remote_id for one in messages(first, "Orders")} & {
        one.remote_id for one in messages(second, "Orders")
    }
    assert second[-1].progress is not None
    await account.close()


async def test_a_mailbox_that_disappeared_is_named_after_the_others_were_pulled(
    dovecot: Dovecot, user: User
) -> None:
    dovecot.deliver(mail("Here"), user)
    account = adapter(dovecot, user, mailboxes=["Vanished", "INBOX"])
    pulled: list[Batch] = []

    with pytest.raises(MailboxProblem, match="'Vanished' is not on localhost") as raised:
        await _into(pulled, account)

    assert [one.subject for one in messages(pulled)] == ["Here"]
    assert str(raised.value).count(".") == 1
    await account.close()


async def test_mail_is_hinted_at_when_it_arrives(dovecot: Dovecot, user: User) -> None:
    account = adapter(dovecot, user)
    async with asyncio.timeout(20), aclosing(account.watch()) as hints:
        assert (await anext(hints)).mailbox == "INBOX"
        cursor = cursors(await batches(account))
        dovecot.deliver(mail("Just now"), user)

        hint = await anext(hints)

        assert hint.mailbox == "INBOX"
        assert [one.subject for one in messages(await batches(account, cursor))] == ["Just now"]
    await account.close()


async def test_idle_that_is_begun_again_hints_still(
    dovecot: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewals: list[bytes] = []
    end = Client.end_idle

    def counted(self: Client, tag: bytes) -> bool:
        renewals.append(tag)
        return end(self, tag)

    monkeypatch.setattr("agent_tui.adapters.imap.idle._RENEW", 0.05)
    monkeypatch.setattr(Client, "end_idle", counted)
    account = adapter(dovecot, user)
    async with asyncio.timeout(20), aclosing(account.watch()) as hints:
        await anext(hints)
        coming = asyncio.ensure_future(anext(hints))
        while len(renewals) < 3:
            await asyncio.wait([coming], timeout=0.02)
        dovecot.deliver(mail("After renewals"), user)

        assert (await coming).mailbox == "INBOX"
    await account.close()


async def test_mail_that_arrives_between_two_idles_is_hinted_at_at_once(
    dovecot: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = Client.end_idle

    def then_mail(self: Client, tag: bytes) -> bool:
        changed = end(self, tag)
        dovecot.deliver(mail("In between"), user)
        monkeypatch.setattr("agent_tui.adapters.imap.idle._RENEW", 600)
        return changed

    monkeypatch.setattr("agent_tui.adapters.imap.idle._RENEW", 0.05)
    monkeypatch.setattr(Client, "end_idle", then_mail)
    account = adapter(dovecot, user)
    async with asyncio.timeout(20), aclosing(account.watch()) as hints:
        await anext(hints)
        assert (await anext(hints)).mailbox == "INBOX"
    await account.close()


async def test_a_server_gone_while_idle_is_told(
    dovecot: Dovecot, user: User, fault_proxy: FaultProxy
) -> None:
    account = adapter(dovecot, user, port=fault_proxy.port)
    async with asyncio.timeout(20), aclosing(account.watch()) as hints:
        await anext(hints)
        coming = asyncio.ensure_future(anext(hints))
        fault_proxy.say("drop")

        with pytest.raises(Unreachable, match="broke off"):
            await coming
    await account.close()


async def test_no_idle_means_no_hints(
    dovecot: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_capability(monkeypatch, "IDLE")
    account = adapter(dovecot, user)

    assert [hint async for hint in account.watch()] == []
    await account.close()


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("octets", [3_000, 40_000, 90_000])
async def test_a_line_cut_within_a_mail_loses_and_doubles_nothing(
    dovecot: Dovecot, user: User, fault_proxy: FaultProxy, octets: int
) -> None:
    dovecot.seed(user, 200)
    account = adapter(dovecot, user, port=fault_proxy.port)
    fault_proxy.say(f"cut {octets}")

    taken = [one.remote_id for one in messages(await batches(account))]

    assert len(taken) == len(set(taken)) == 200
    await account.close()


@pytest.mark.usefixtures("small_batches")
async def test_a_server_gone_in_the_middle_is_told_and_resumed_from(
    dovecot: Dovecot, user: User, fault_proxy: FaultProxy
) -> None:
    dovecot.seed(user, 200)
    account = adapter(dovecot, user, port=fault_proxy.port)
    pulled: list[Batch] = []

    with pytest.raises(Unreachable, match="Nothing answers at the IMAP server localhost"):
        await _into(pulled, account, after_each=lambda: fault_proxy.say("refuse"))
    fault_proxy.say("clear")
    rest = await batches(account, cursors(pulled))

    assert len(messages(pulled)) == 40
    taken = [one.remote_id for one in messages([*pulled, *rest])]
    assert len(taken) == len(set(taken)) == 200
    await account.close()


async def test_a_mail_on_which_the_server_breaks_off_does_not_hold_up_the_others(
    dovecot: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = Client.rows

    def breaking(self: Client, uids: str, items: str, changed_since: int = 0) -> dict[int, Row]:
        if "BODY" in items and 25 in Uids.parse(uids):
            raise imaplib.IMAP4.abort("socket error: EOF")
        return fetched(self, uids, items, changed_since)

    monkeypatch.setattr(Client, "rows", breaking)
    dovecot.seed(user, 50)
    account = adapter(dovecot, user)
    pulled: list[Batch] = []
    breaks = 0

    for _ in range(30):
        try:
            async for batch in account.pull(cursors(pulled)):
                pulled.append(batch)
            break
        except Unreachable:
            breaks += 1

    taken = messages(pulled)
    assert sorted(int(one.remote_id.partition(":")[2]) for one in taken) == list(range(1, 51))
    (poison,) = (one for one in taken if one.remote_id.endswith(":25"))
    assert "breaks off" in poison.notes[0]
    assert breaks < 15
    await account.close()


async def test_a_slow_line_is_asked_for_less_at_a_time(
    dovecot: Dovecot, user: User, fault_proxy: FaultProxy
) -> None:
    dovecot.seed(user, 450)
    account = adapter(dovecot, user, port=fault_proxy.port)
    async with aclosing(account.pull({})) as running:
        first = [await anext(running)]
        fault_proxy.say("latency 60000")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(running), 0.2)
    fault_proxy.say("drop")
    fault_proxy.say("clear")

    rest = await batches(account, cursors(first))

    assert [len(batch.messages) for batch in [*first, *rest]][:4] == [200, 25, 50, 100]
    assert len({one.remote_id for one in messages([*first, *rest])}) == 450
    await account.close()


async def test_a_server_that_falls_silent_is_given_up_in_time(
    dovecot: Dovecot, user: User, fault_proxy: FaultProxy
) -> None:
    account = adapter(dovecot, user, port=fault_proxy.port, timeout=1)
    await batches(account)
    fault_proxy.say("stall")

    with pytest.raises(Unreachable, match="did not answer in time"):
        await batches(account)

    fault_proxy.say("clear")
    await batches(account)
    await account.close()


async def test_an_idle_line_that_the_server_closed_is_opened_again(
    dovecot: Dovecot, user: User, fault_proxy: FaultProxy
) -> None:
    account = adapter(dovecot, user, port=fault_proxy.port)
    first = await batches(account)
    fault_proxy.say("drop")
    dovecot.deliver(mail("After the drop"), user)

    second = await batches(account, cursors(first))

    assert [one.subject for one in messages(second)] == ["After the drop"]
    await account.close()


async def test_closing_ends_what_is_under_way(
    dovecot: Dovecot, user: User, fault_proxy: FaultProxy
) -> None:
    account = adapter(dovecot, user, port=fault_proxy.port, timeout=600)
    await batches(account)
    fault_proxy.say("stall")
    pulling = asyncio.create_task(batches(account))
    await asyncio.sleep(0)

    await account.close()

    with pytest.raises(Unreachable):
        await asyncio.wait_for(pulling, 10)
    eventually(lambda: "conns=0" in fault_proxy.say("clear"), "the connection is closed")


async def _pulled_until(account: ImapAdapter, stop: int) -> list[Batch]:
    pulled: list[Batch] = []
    async with aclosing(account.pull({})) as running:
        async for batch in running:
            pulled.append(batch)
            if len(pulled) == stop:
                break
    return pulled


async def _into(
    pulled: list[Batch], account: ImapAdapter, after_each: Callable[[], object] = lambda: None
) -> None:
    async for batch in account.pull({}):
        pulled.append(batch)
        after_each()


def _without_capability(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    offered = Client.has_capability
    monkeypatch.setattr(
        Client, "has_capability", lambda self, one: one != name and offered(self, one)
    )


def _quoted(name: str) -> str:
    escaped = encode(name).decode().replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

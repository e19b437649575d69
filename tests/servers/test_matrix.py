"""The Matrix adapter against a real Synapse and customers with raw HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from agent_tui.adapters.contract import (
    AccountProblem,
    Deferred,
    Effect,
    Hint,
    Receipt,
    Refused,
    Settled,
    Severity,
    Target,
    Unreachable,
)
from agent_tui.adapters.matrix import MatrixAdapter
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import system_clock
from agent_tui.model.incoming import Batch, Incoming, Outgoing
from agent_tui.model.message import Address, Delivery, Direction
from tests.servers.synapse import Person, Synapse

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("synapse")]

LIMIT_S = 30.0


@dataclass
class Account:
    """Our side: an adapter and how far it was pulled."""

    adapter: MatrixAdapter
    us: Person
    cursors: dict[str, str] = field(default_factory=dict)

    async def batches(self) -> list[Batch]:
        """A pull; its cursors are kept."""
        found = []
        async for batch in self.adapter.pull(self.cursors):
            found.append(batch)
            self.cursors[batch.mailbox] = batch.cursor
        return found

    async def messages(self) -> list[Incoming]:
        """The messages of a pull."""
        return [one for batch in await self.batches() for one in batch.messages]

    async def texts(self) -> list[str]:
        """Their texts."""
        return [one.body.text for one in await self.messages()]

    def reply(
        self, room: str, text: str, *targets: str, key: str, files: tuple[Path, ...] = ()
    ) -> Effect:
        """A message of ours."""
        outgoing = Outgoing(
            "",
            text,
            Address("Shop", self.us.id),
            files=tuple(map(str, files)),
            date=system_clock(),
            thread_key=room,
        )
        places = tuple(Target("", one) for one in targets)
        return Effect(EffectKind.SEND, key, outgoing, targets=places, thread_key=room)

    async def deliver(self, effect: Effect) -> Receipt:
        """Without a step of no return."""

        async def never() -> None:
            raise AssertionError("nothing is committed")

        return await self.adapter.deliver(effect, never)


@asynccontextmanager
async def account(synapse: Synapse, us: Person, **settings: object) -> AsyncIterator[Account]:
    """An account of ``us``."""
    adapter = synapse.adapter(us, **settings)  # type: ignore[arg-type]
    try:
        yield Account(adapter, us)
    finally:
        await adapter.close()


async def within(work: Awaitable[Hint]) -> Hint:
    """A hint, in time."""
    async with asyncio.timeout(LIMIT_S):
        return await work


async def test_an_invitation_is_accepted_and_what_was_said_before_arrives(
    synapse: Synapse,
) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us, name="Order 1001")
    ann.say(room, "Where is it?")
    ann.say(room, "I wait.")
    async with account(synapse, us) as ours:
        first, second = await ours.messages()
    assert [first.body.text, second.body.text] == ["Where is it?", "I wait."]
    assert (first.sender.value, first.sender.name) == (ann.id, "Ann")
    assert (first.thread_key, first.subject) == (room, "Order 1001")
    assert first.direction is Direction.INBOUND


async def test_a_limited_timeline_is_filled_in_order(synapse: Synapse) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us)
    async with account(synapse, us) as ours:
        ann.say(room, "hello")
        await ours.batches()
        lines = [f"line {number}" for number in range(260)]
        for line in lines:
            ann.say(room, line)
        assert await ours.texts() == lines
        assert await ours.texts() == []


async def test_a_first_sync_of_a_long_room_is_bounded_and_resumes(synapse: Synapse) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us)
    us.ask("POST", f"/rooms/{room}/join", json={})
    for number in range(230):
        ann.say(room, f"line {number}")
    async with account(synapse, us) as ours:
        batches = [batch for batch in await ours.batches() if batch.messages]
        came = [one for batch in batches for one in batch.messages]
        assert all(batch.progress is not None for batch in batches)
        assert len({one.remote_id for one in came}) == len(came)
        assert 150 <= len(came) <= 200
        assert came[0].body.text != "line 0"
        assert {f"line {n}" for n in range(40, 230)} <= {one.body.text for one in came}
        assert await ours.texts() == []


async def test_news_are_hinted_one_by_one(synapse: Synapse) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us)
    async with account(synapse, us) as ours:
        await ours.batches()
        watch = ours.adapter.watch()
        for number in range(10):
            hint = asyncio.ensure_future(within(anext(watch)))
            await asyncio.to_thread(ann.say, room, f"news {number}")
            assert await hint == Hint()
            assert await ours.texts() == [f"news {number}"]
        await watch.aclose()


async def test_edits_reactions_deletions_and_receipts_arrive(synapse: Synapse) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us)
    async with account(synapse, us) as ours:
        await ours.batches()
        event = ann.say(room, "frist")
        sent = (await ours.deliver(ours.reply(room, "Hello Ann", key="k1"))).remote_id
        echoes = await ours.messages()
        assert [one.message_id for one in echoes] == [None, "k1"]

        new = {"msgtype": "m.text", "body": "first"}
        relates = {"rel_type": "m.replace", "event_id": event}
        ann.say(room, "* first", {"m.new_content": new, "m.relates_to": relates})
        liked = {"rel_type": "m.annotation", "event_id": sent, "key": "\U0001f44d"}
        reaction = ann.put(room, "m.reaction", {"m.relates_to": liked})
        ann.ask("POST", f"/rooms/{room}/receipt/m.read/{sent}", json={})
        (batch,) = await ours.batches()
        assert [(e.remote_id, e.body.text) for e in batch.edits] == [(event, "first")]
        assert [(r.message, r.remote_id) for r in batch.reactions] == [(sent, reaction)]
        assert [(m.remote_id, m.delivery) for m in batch.marks] == [(sent, Delivery.READ)]

        ann.ask("PUT", f"/rooms/{room}/redact/{event}/r1", json={})
        ann.ask("PUT", f"/rooms/{room}/redact/{reaction}/r2", json={})
        (batch,) = await ours.batches()
        assert [gone.remote_id for gone in batch.deletions] == [event, reaction]


async def test_an_edit_that_is_taken_away_leaves_the_text_before(synapse: Synapse) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us)
    async with account(synapse, us) as ours:
        await ours.batches()
        event = ann.say(room, "before")
        await ours.batches()
        new = {"msgtype": "m.text", "body": "after"}
        relates = {"rel_type": "m.replace", "event_id": event}
        edit = ann.say(room, "* after", {"m.new_content": new, "m.relates_to": relates})
        await ours.batches()
        ann.ask("PUT", f"/rooms/{room}/redact/{edit}/r1", json={})
        (batch,) = await ours.batches()
    assert [(e.remote_id, e.body.text) for e in batch.edits] == [(event, "before")]


async def test_what_we_read_in_another_client_is_read_here(synapse: Synapse) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us)
    async with account(synapse, us) as ours:
        await ours.batches()
        event = ann.say(room, "hello")
        await ours.batches()
        us.ask("POST", f"/rooms/{room}/receipt/m.read/{event}", json={})
        (batch,) = await ours.batches()
    assert [(change.remote_id, change.flags.seen) for change in batch.flags] == [(event, True)]


async def test_a_first_sync_shows_what_became_of_messages(synapse: Synapse) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us)
    us.ask("POST", f"/rooms/{room}/join", json={})
    gone = ann.say(room, "oops")
    ann.ask("PUT", f"/rooms/{room}/redact/{gone}/r1", json={})
    event = ann.say(room, "frist")
    new = {"msgtype": "m.text", "body": "first"}
    relates = {"rel_type": "m.replace", "event_id": event}
    ann.say(room, "* first", {"m.new_content": new, "m.relates_to": relates})
    async with account(synapse, us) as ours:
        (batch,) = [batch for batch in await ours.batches() if batch.messages]
    # Synapse bundles edits only where the timeline is limited; else they follow.
    (message,) = batch.messages
    assert message.remote_id == event
    assert [(edit.remote_id, edit.body.text) for edit in batch.edits] == [(event, "first")]


async def test_who_writes_is_seen_writing(synapse: Synapse) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us)
    async with account(synapse, us) as ours:
        await ours.batches()
        watch = ours.adapter.watch()
        typing = partial(ann.ask, "PUT", f"/rooms/{room}/typing/{ann.id}")
        for on in (True, False):
            hint = asyncio.ensure_future(within(anext(watch)))
            await asyncio.sleep(0)
            await asyncio.to_thread(typing, json={"typing": on, "timeout": 20_000})
            said = (await hint).typing
            assert said is not None
            assert (said.thread_key, said.who, said.on) == (room, "Ann", on)
        await watch.aclose()


async def test_what_agents_do_is_seen_by_the_customer(synapse: Synapse) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us)
    async with account(synapse, us) as ours:
        asked = ann.say(room, "Where is it?")
        await ours.batches()
        effect = ours.reply(room, "**Here**", asked, key="k1")
        sent = {(await ours.deliver(effect)).remote_id for _ in range(2)}
        (event,) = sent
        assert event is not None
        (seen,) = ann.written(room, us)
        assert seen["content"]["formatted_body"] == "<strong>Here</strong>"
        assert await ours.adapter.settle(effect) is Settled.SENT
        assert await ours.adapter.settle(ours.reply(room, "x", key="k2")) is Settled.NOT_SENT

        itself, question = (Target("", event),), (Target("", asked),)
        outgoing = ours.reply(room, "There", key="k3").outgoing
        edit = Effect(EffectKind.EDIT, "k3", outgoing, targets=itself, thread_key=room)
        await ours.deliver(edit)
        newest = ann.written(room, us)[-1]["content"]
        assert newest["m.new_content"]["body"] == "There"

        like = partial(Effect, EffectKind.REACT, targets=question, thread_key=room)
        for key in ("k4", "k5"):
            await ours.deliver(like(key, emoji="\U0001f44d"))
        reactions = [e for e in ann.history(room) if e["type"] == "m.reaction"]
        assert len(reactions) == 1
        await ours.deliver(like("k6", emoji="\U0001f44d", on=False))
        assert [e["content"] for e in ann.history(room) if e["type"] == "m.reaction"] == [{}]

        await ours.deliver(Effect(EffectKind.READ, "k7", targets=question, thread_key=room))
        assert us.id in ann.ephemeral(room, "m.receipt")[asked]["m.read"]
        await ours.deliver(Effect(EffectKind.TYPING, "k8", thread_key=room))
        assert ann.ephemeral(room, "m.typing")["user_ids"] == [us.id]
        await ours.deliver(Effect(EffectKind.TYPING, "k9", on=False, thread_key=room))
        assert ann.ephemeral(room, "m.typing").get("user_ids", []) == []

        await ours.deliver(Effect(EffectKind.DELETE, "k10", targets=itself, thread_key=room))
        assert ann.written(room, us)[0]["content"] == {}
        assert [edit for batch in await ours.batches() for edit in batch.edits] == []


async def test_files_go_both_ways(synapse: Synapse, tmp_path: Path) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us)
    octets = bytes(range(256)) * 9
    async with account(synapse, us) as ours:
        await ours.batches()
        uploaded = ann.http.post("/_matrix/media/v3/upload?filename=zip.bin", content=octets)
        address = uploaded.json()["content_uri"]
        content = {"msgtype": "m.file", "body": "zip.bin", "url": address}
        event = ann.put(room, "m.room.message", content)
        (message,) = await ours.messages()
        got = await ours.adapter.fetch(Target("", event), message.files[0].part)
        assert got == octets

        path = tmp_path / "label.pdf"
        path.write_bytes(octets)
        receipt = await ours.deliver(ours.reply(room, "Print:", event, key="k1", files=(path,)))
        text, file = ann.written(room, us)
        assert [receipt.remote_id, *receipt.parts] == [text["event_id"], file["event_id"]]
        place = file["content"]["url"].removeprefix("mxc://")
        found = ann.http.get(f"/_matrix/client/v1/media/download/{place}")
        assert found.content == octets
        assert found.headers["Content-Type"] == "application/pdf"
        assert {one.message_id for one in await ours.messages()} == {"k1"}

        path.write_bytes(b"x" * 6_000_000)
        with pytest.raises(Refused, match="too large"):
            await ours.deliver(ours.reply(room, "Print:", event, key="k2", files=(path,)))
        with pytest.raises(Refused, match="too large"):
            await ours.deliver(ours.reply(room, "x" * 70_000, event, key="k3"))
        assert len(ann.written(room, us)) == 2


async def test_a_thread_is_kept(synapse: Synapse) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us)
    async with account(synapse, us) as ours:
        await ours.batches()
        root = ann.say(room, "Two things")
        relates = {"rel_type": "m.thread", "event_id": root}
        last = ann.say(room, "first the zip", {"m.relates_to": relates})
        _, inside = await ours.messages()
        assert inside.topic == root
        effect = ours.reply(room, "The zip, yes.", key="k1")
        target = Target("", last, topic=root)
        effect = Effect(EffectKind.SEND, "k1", effect.outgoing, targets=(target,), thread_key=room)
        await ours.deliver(effect)
        (echo,) = await ours.messages()
        assert (echo.topic, echo.answers) == (root, None)


async def test_a_lost_token_is_had_anew_and_nothing_is_sent_twice(synapse: Synapse) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us)
    async with account(synapse, us) as ours:
        await ours.batches()
        effect = ours.reply(room, "once", key="k1")
        await ours.deliver(effect)
        us.ask("POST", "/logout/all", json={})
        ann.say(room, "still there?")
        assert "still there?" in await ours.texts()
        await ours.deliver(effect)
        assert len(ann.written(room, us)) == 1


async def test_a_lost_token_without_a_password_stops_the_account(synapse: Synapse) -> None:
    us = synapse.person("support")
    async with account(synapse, us, password=None, access_token={"env": "T"}) as ours:
        await ours.batches()
        us.ask("POST", "/logout", json={})
        with pytest.raises(AccountProblem, match="access token"):
            await ours.batches()


async def test_a_wrong_password_is_said_to_be_wrong(synapse: Synapse) -> None:
    us = synapse.person("support")
    us.password = "another"
    async with account(synapse, us) as ours:
        with pytest.raises(AccountProblem, match="refused the password"):
            await ours.batches()


async def test_a_restart_of_the_server_loses_and_doubles_nothing(own_synapse: Synapse) -> None:
    us, ann = own_synapse.person("support"), own_synapse.person("ann")
    room = ann.room(us)
    async with account(own_synapse, us) as ours:
        await ours.batches()
        ann.say(room, "before")
        effect = ours.reply(room, "once", key="k1")
        await ours.deliver(effect)
        await asyncio.to_thread(own_synapse.stop)
        with pytest.raises(Unreachable):
            await ours.batches()
        with pytest.raises(Unreachable):
            await ours.deliver(effect)
        await asyncio.to_thread(own_synapse.start)
        ann.say(room, "after", txn="after")
        await ours.deliver(effect)
        assert await ours.texts() == ["before", "once", "after"]
        assert len(ann.written(room, us)) == 1


async def test_a_limited_rate_is_kept_to(tight_synapse: Synapse) -> None:
    us, ann = tight_synapse.person("support"), tight_synapse.person("ann")
    room = ann.room(us)
    async with account(tight_synapse, us) as ours:
        await ours.batches()
        waits = []
        for number in range(6):
            effect = ours.reply(room, f"{number}", key=f"k{number}")
            while True:
                try:
                    await ours.deliver(effect)
                    break
                except Deferred as told:
                    waits.append(told.retry_after)
        assert waits
        assert all(waits)
        seen = [event["content"]["body"] for event in ann.written(room, us)]
        assert seen == [f"{number}" for number in range(6)]


async def test_an_encrypted_room_says_so_and_gets_nothing_plain(synapse: Synapse) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    state = {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    room = ann.room(us, initial_state=[state])
    ann.put(room, "m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x"})
    async with account(synapse, us) as ours:
        said, unread = await ours.messages()
        assert "End-to-end encryption" in said.body.text
        assert "cannot be read here" in unread.notes[0]
        with pytest.raises(Refused, match="end-to-end encrypted"):
            await ours.deliver(ours.reply(room, "plain", key="k1"))
        findings = {one.what: one for one in await ours.adapter.check()}
        assert findings["Encryption"].detail.startswith("1 of them")
        assert await ours.texts() == []


async def test_who_is_thrown_out_hears_of_it_and_cannot_answer(synapse: Synapse) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us)
    async with account(synapse, us) as ours:
        await ours.batches()
        ann.say(room, "Thanks, bye.")
        ann.ask("POST", f"/rooms/{room}/kick", json={"user_id": us.id, "reason": "done"})
        said, note = await ours.messages()
        assert said.body.text == "Thanks, bye."
        assert note.body.text == "Ann has removed us from this room (done)."
        with pytest.raises(Refused, match="not in room"):
            await ours.deliver(ours.reply(room, "hello?", key="k1"))


async def test_what_our_user_writes_elsewhere_is_ours(synapse: Synapse) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us)
    async with account(synapse, us) as ours:
        await ours.batches()
        us.say(room, "from my phone")
        (message,) = await ours.messages()
        assert message.direction is Direction.OUTBOUND
        assert message.message_id is None
        assert message.customer is not None
        assert (message.customer.value, message.customer.name) == (ann.id, "Ann")


@pytest.mark.parametrize(("rule", "joined"), [("all", True), ("local", True), ("none", False)])
async def test_invitations_follow_the_rule(synapse: Synapse, rule: str, joined: bool) -> None:
    us, ann = synapse.person("support"), synapse.person("ann")
    room = ann.room(us)
    async with account(synapse, us, invitations=rule) as ours:
        await ours.batches()
    assert (room in us.ask("GET", "/joined_rooms")["joined_rooms"]) is joined


async def test_doctor_finds_all_well(synapse: Synapse) -> None:
    us = synapse.person("support")
    async with account(synapse, us) as ours:
        findings = await ours.adapter.check()
    assert {one.severity for one in findings} == {Severity.OK}
    devices = us.ask("GET", "/devices")["devices"]
    assert not [one for one in devices if one["device_id"].endswith("CHECK")]

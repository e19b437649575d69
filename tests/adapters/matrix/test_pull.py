"""What a pull brings: everything once, in order, however much came and whatever the clocks say."""

import asyncio
from contextlib import aclosing

import pytest

from agent_tui.adapters.contract import Hint
from agent_tui.adapters.matrix.cursor import Back, Cursor
from agent_tui.adapters.matrix.pull import HISTORY, TIMELINE
from agent_tui.model.clock import DAY, HOUR
from agent_tui.model.message import Direction
from agent_tui.testing.stand import Fault
from agent_tui.testing.stands.matrix import MatrixStand, customer
from agent_tui.testing.stands.matrix_world import US
from tests.adapters.matrix.desk import Desk, until, within


async def test_what_came_while_nobody_listened_is_filled_in_before_the_rest(desk: Desk) -> None:
    await desk.stand.write("hello")
    await desk.pull()
    for number in range(3 * TIMELINE):
        await desk.stand.write(f"line {number}")
    assert await desk.texts() == [f"line {number}" for number in range(3 * TIMELINE)]
    assert await desk.texts() == []


async def test_the_cursor_moves_only_behind_all_of_a_sync(desk: Desk) -> None:
    await desk.stand.write("hello")
    await desk.pull()
    before = Cursor.read(desk.cursor).since
    for number in range(250):
        await desk.stand.write(f"line {number}")
    *early, last = await desk.pull()
    assert early
    assert {Cursor.read(batch.cursor).since for batch in early} == {before}
    assert Cursor.read(last.cursor).since != before


async def test_a_first_sync_is_bounded_and_tells_how_far_it_is(desk: Desk) -> None:
    room = desk.stand.room("one")
    desk.server.enter(room, US)
    for number in range(2 * HISTORY):
        await desk.stand.write(f"line {number}")
    batches = await desk.pull()
    came = [one for batch in batches for one in batch.messages]
    assert HISTORY - 5 <= len(came) <= HISTORY
    assert f"line {2 * HISTORY - 1}" in [one.body.text for one in came]
    assert len({one.remote_id for one in came}) == len(came)
    assert all(batch.progress is not None for batch in batches)
    assert batches[-1].progress is not None
    assert batches[-1].progress.done == batches[-1].progress.total == len(came)


async def test_a_first_sync_that_breaks_off_goes_on_where_it_was(desk: Desk) -> None:
    room = desk.stand.room("one")
    desk.server.enter(room, US)
    for number in range(2 * HISTORY):
        await desk.stand.write(f"line {number}")
    async with aclosing(desk.adapter.pull({})) as batches:
        first = await anext(batches)
    desk.cursor = first.cursor
    assert Cursor.read(desk.cursor).back
    await desk.restart()
    rest = await desk.messages()
    came = [*first.messages, *rest]
    assert len({one.remote_id for one in came}) == len(came) >= HISTORY - 5
    assert not Cursor.read(desk.cursor).back


async def test_what_was_answered_before_we_came_waits_for_nobody(desk: Desk) -> None:
    room = desk.stand.room("one")
    desk.server.enter(room, US)
    await desk.stand.write("old question")
    desk.server.say(room, US, "old answer")
    await desk.stand.write("new question")
    flags = {one.body.text: one.flags for one in await desk.messages()}
    assert flags["old question"].answered
    assert flags["old question"].seen
    assert not flags["new question"].answered
    assert not flags["new question"].seen


@pytest.mark.parametrize(
    ("rule", "inviter", "joined"),
    [
        ("all", "@ann:elsewhere.test", True),
        ("local", "@ann:shop.test", True),
        ("local", "@ann:elsewhere.test", False),
        ("none", "@ann:shop.test", False),
    ],
)
async def test_invitations_are_accepted_by_the_rule(
    stand: MatrixStand, rule: str, inviter: str, joined: bool
) -> None:
    desk = Desk(stand, invitations=rule)
    stand.server.open("!r:shop.test", inviter)
    stand.server.say("!r:shop.test", inviter, "written before you came")
    assert await desk.texts() == (["written before you came"] if joined else [])
    assert (stand.server.rooms["!r:shop.test"].membership(US)[1] == "join") is joined
    await desk.close()


async def test_an_invitation_whose_server_is_down_is_accepted_later(desk: Desk) -> None:
    await desk.pull()
    room = desk.stand.room("one")
    desk.stand.transport.play(Fault.SERVER_ERROR, 1, lambda r: r.url.path.endswith("/join"))
    await desk.pull()
    assert desk.server.rooms[room].membership(US)[1] == "invite"
    await desk.restart()
    await desk.pull()
    assert desk.server.rooms[room].membership(US)[1] == "join"
    assert not Cursor.read(desk.cursor).invited


async def test_no_clock_of_a_sender_reorders_what_was_said(desk: Desk) -> None:
    await desk.pull()
    desk.stand.room("one")
    clock = desk.server.clock
    for shift in (0, 5 * DAY, -HOUR, 0):
        desk.server.clock = lambda shift=shift: clock() + shift  # type: ignore[misc]
        await desk.stand.write(f"{shift}")
        desk.clock.advance(1)
    came = await desk.messages()
    assert [one.body.text for one in came] == ["0", f"{5 * DAY}", f"{-HOUR}", "0"]
    assert [one.at for one in came] == sorted(one.at for one in came)
    assert all(one.at <= desk.clock() for one in came)


async def test_a_position_that_the_server_has_forgotten_begins_anew(desk: Desk) -> None:
    await desk.stand.write("before")
    await desk.pull()
    await desk.stand.write("after")
    desk.server.refuses_tokens_before = 10_000
    assert "after" in await desk.texts()
    desk.server.refuses_tokens_before = 0
    await desk.stand.write("later")
    assert await desk.texts() == ["later"]


async def test_who_is_thrown_out_is_told(desk: Desk) -> None:
    await desk.stand.write("hello")
    await desk.pull()
    room = desk.stand.room("one")
    desk.server.put(
        room, customer("one"), "m.room.member", {"membership": "leave", "reason": "done"}, US
    )
    (note,) = await desk.messages()
    assert note.direction is Direction.NOTE
    assert note.body.text == "Customer one has removed us from this room (done)."


async def test_a_customer_who_leaves_is_said_to_be_gone(desk: Desk) -> None:
    await desk.stand.write("hello")
    await desk.pull()
    desk.server.enter(desk.stand.room("one"), customer("one"), "leave")
    (note,) = await desk.messages()
    assert "Customer one has left the room" in note.body.text
    assert note.automatic


async def test_a_replaced_room_is_followed(desk: Desk) -> None:
    await desk.stand.write("hello")
    await desk.pull()
    old, new = desk.stand.room("one"), desk.stand.room("two")
    desk.server.put(old, customer("one"), "m.room.tombstone", {"replacement_room": new}, "")
    notes = await desk.messages()
    assert "replaced by another one" in notes[0].body.text
    assert desk.server.rooms[new].membership(US)[1] == "join"


async def test_switched_on_encryption_is_said_once(desk: Desk) -> None:
    desk.server.open("!secret:shop.test", "@eve:shop.test", encrypted=True)
    desk.server.put("!secret:shop.test", "@eve:shop.test", "m.room.encrypted", {"ciphertext": "x"})
    said, unread = await desk.messages()
    assert said.direction is Direction.NOTE
    assert "End-to-end encryption" in said.body.text
    assert "cannot be read here" in unread.notes[0]
    assert await desk.messages() == []


async def test_a_new_name_of_the_room_is_the_new_subject(desk: Desk) -> None:
    await desk.stand.write("hello")
    await desk.pull()
    room = desk.stand.room("one")
    desk.server.put(room, customer("one"), "m.room.name", {"name": "Order 7"}, "")
    (batch,) = await desk.pull()
    (state,) = batch.conversations
    assert (state.thread_key, state.subject) == (room, "Order 7")


async def test_each_event_crosses_the_wire_once(desk: Desk) -> None:
    await desk.stand.write("hello")
    await desk.pull()
    watch = desk.adapter.watch()
    hint = asyncio.ensure_future(anext(watch))
    await until(lambda: _polls(desk) == 1)
    await desk.stand.write("news")
    assert await within(hint) == Hint()
    again = asyncio.ensure_future(anext(watch))
    await until(lambda: _polls(desk) == 2)
    asked = len(desk.server.requests)
    assert await desk.texts() == ["news"]
    assert len(desk.server.requests) == asked, "the pull asked although the answer was here"
    again.cancel()


async def test_a_pull_that_was_not_stored_gets_the_same_again(desk: Desk) -> None:
    await desk.stand.write("hello")
    await desk.pull()
    watch = desk.adapter.watch()
    hint = asyncio.ensure_future(anext(watch))
    await until(lambda: _polls(desk) == 1)
    await desk.stand.write("news")
    await within(hint)
    before = desk.cursor
    assert await desk.texts() == ["news"]
    desk.cursor = before
    assert await desk.texts() == ["news"]
    await watch.aclose()


async def test_a_pull_by_itself_asks_even_while_somebody_watches(desk: Desk) -> None:
    await desk.stand.write("hello")
    await desk.pull()
    watch = asyncio.ensure_future(anext(desk.adapter.watch()))
    await until(lambda: _polls(desk) == 1)
    asked = len(desk.server.requests)
    await desk.pull()
    assert len(desk.server.requests) > asked
    watch.cancel()


async def test_who_types_is_hinted_and_needs_no_pull(desk: Desk) -> None:
    await desk.stand.write("hello")
    await desk.pull()
    watch = desk.adapter.watch()
    hint = asyncio.ensure_future(anext(watch))
    await until(lambda: _polls(desk) == 1)
    await desk.stand.type(on=True)
    begun = await within(hint)
    assert begun.typing is not None
    assert (begun.typing.who, begun.typing.on) == ("Customer one", True)
    hint = asyncio.ensure_future(anext(watch))
    await until(lambda: _polls(desk) == 2)
    await desk.stand.type(on=False)
    ended = await within(hint)
    assert ended.typing is not None
    assert not ended.typing.on
    await watch.aclose()
    assert await desk.texts() == []


async def test_our_own_typing_is_no_news(desk: Desk) -> None:
    await desk.stand.write("hello")
    await desk.pull()
    watch = desk.adapter.watch()
    hint = asyncio.ensure_future(anext(watch))
    await until(lambda: _polls(desk) == 1)
    desk.server.type(desk.stand.room("one"), US, on=True)
    await until(lambda: _polls(desk) == 2)
    await desk.stand.write("news")
    assert (await within(hint)).typing is None
    await watch.aclose()


def test_a_cursor_survives_being_written() -> None:
    cursor = Cursor("s1", {"!r:x": Back("t1", 7)}, {"!i:x": 2}, 3, 10)
    assert Cursor.read(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "{", "[]", '{"since": 1, "back": {"!r": 3}}'])
def test_a_cursor_that_cannot_be_read_is_the_beginning(text: str) -> None:
    assert Cursor.read(text) == Cursor()


def _polls(desk: Desk) -> int:
    """How many long polls have been asked for."""
    return sum(
        request.url.path.endswith("/sync") and request.url.params["timeout"] != "0"
        for request in desk.server.requests
    )

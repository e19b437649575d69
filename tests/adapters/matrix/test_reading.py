"""How events become messages, edits, deletions, reactions and marks."""

from typing import Any

import pytest

from agent_tui.model.account import EffectKind
from agent_tui.model.incoming import Incoming
from agent_tui.model.message import Delivery, Direction
from agent_tui.testing.stands.matrix import customer
from agent_tui.testing.stands.matrix_world import US
from tests.adapters.matrix.desk import Desk

ANN = customer("one")


async def read(desk: Desk, content: dict[str, Any], kind: str = "m.room.message") -> Incoming:
    """The message that an event of the customer's becomes."""
    desk.server.put(desk.stand.room("one"), ANN, kind, content)
    (message,) = await desk.messages()
    return message


async def test_a_message_names_its_room_its_author_and_nothing_else(desk: Desk) -> None:
    message = await read(desk, {"msgtype": "m.text", "body": "Where is my order?"})
    assert message.direction is Direction.INBOUND
    assert (message.sender.value, message.sender.name) == (ANN, "Customer one")
    assert message.thread_key == desk.stand.room("one")
    assert message.customer is None
    assert message.message_id is None


async def test_html_is_read_where_it_is_sent(desk: Desk) -> None:
    content = {
        "msgtype": "m.text",
        "body": "plain",
        "format": "org.matrix.custom.html",
        "formatted_body": "<mx-reply><blockquote>old</blockquote></mx-reply>see <b>this</b>",
    }
    assert (await read(desk, content)).body.text == "see **this**"


async def test_the_quote_that_old_clients_put_before_a_reply_is_left_out(desk: Desk) -> None:
    content = {
        "msgtype": "m.text",
        "body": "> <@support:shop.test> your order?\n> second\n\nyes, this",
        "m.relates_to": {"m.in_reply_to": {"event_id": "$asked"}},
    }
    message = await read(desk, content)
    assert message.body.text == "yes, this"
    assert message.answers == "$asked"


async def test_a_quote_of_ones_own_in_a_reply_stays(desk: Desk) -> None:
    content = {
        "msgtype": "m.text",
        "body": "> two weeks\nis too long",
        "m.relates_to": {"m.in_reply_to": {"event_id": "$asked"}},
    }
    assert "two weeks" in (await read(desk, content)).body.text


async def test_an_emote_has_its_author_before_it(desk: Desk) -> None:
    message = await read(desk, {"msgtype": "m.emote", "body": "waves"})
    assert message.body.text == "* Customer one waves"


async def test_a_notice_is_automatic(desk: Desk) -> None:
    assert (await read(desk, {"msgtype": "m.notice", "body": "beep"})).automatic


async def test_a_file_with_a_caption_is_both(desk: Desk) -> None:
    content = {
        "msgtype": "m.image",
        "body": "the broken zip",
        "filename": "zip.png",
        "url": "mxc://shop.test/m1",
        "info": {"mimetype": "image/png", "size": 12},
    }
    message = await read(desk, content)
    (file,) = message.files
    assert message.body.text == "the broken zip"
    assert (file.part, file.name, file.type) == ("mxc://shop.test/m1", "zip.png", "image/png")


async def test_a_file_without_a_caption_has_no_text(desk: Desk) -> None:
    content = {"msgtype": "m.file", "body": "bill.pdf", "url": "mxc://shop.test/m1"}
    message = await read(desk, content)
    assert message.body.text == ""
    assert message.files[0].name == "bill.pdf"


@pytest.mark.parametrize("url", ["https://evil.test/x", "mxc://x/../../etc", "mxc://x", 7, None])
async def test_a_file_elsewhere_is_no_file(desk: Desk, url: object) -> None:
    message = await read(desk, {"msgtype": "m.file", "body": "bill.pdf", "url": url})
    assert message.files == ()
    assert "cannot be read here" in message.notes[0]


async def test_a_sticker_is_a_picture(desk: Desk) -> None:
    message = await read(desk, {"body": "thumbs up", "url": "mxc://shop.test/m1"}, "m.sticker")
    assert message.body.text == "thumbs up"
    assert len(message.files) == 1


async def test_an_unknown_kind_of_message_shows_its_text_and_says_so(desk: Desk) -> None:
    message = await read(desk, {"msgtype": "org.example.card", "body": "a card"})
    assert message.body.text == "a card"
    assert "org.example.card" in message.notes[0]


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"msgtype": "m.text"},
        {"msgtype": 7, "body": []},
        {"msgtype": "m.text", "body": None, "m.relates_to": "x"},
        {"msgtype": "m.text", "body": "x", "m.relates_to": {"m.in_reply_to": [], "rel_type": 3}},
        {"msgtype": "m.image", "body": "x", "url": {}, "info": []},
    ],
)
async def test_an_event_of_another_shape_harms_nobody(desk: Desk, content: dict[str, Any]) -> None:
    desk.server.put(desk.stand.room("one"), ANN, "m.room.message", content)
    await desk.stand.write("after it")
    assert (await desk.texts())[-1] == "after it"


async def test_a_thread_is_a_topic_and_its_fall_back_no_answer(desk: Desk) -> None:
    relates = {
        "rel_type": "m.thread",
        "event_id": "$root",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$last"},
    }
    content = {"msgtype": "m.text", "body": "in it", "m.relates_to": relates}
    message = await read(desk, content)
    assert message.topic == "$root"
    assert message.answers is None


async def test_an_edit_before_we_came_is_the_text(desk: Desk) -> None:
    event = await desk.stand.write("frist")
    await desk.stand.edit(event, "first")
    (batch,) = [batch for batch in await desk.pull() if batch.messages]
    (message,) = batch.messages
    assert message.body.text == "first"
    assert message.edited_at is not None
    assert batch.edits == ()


async def test_an_edit_that_is_not_bundled_comes_as_one(desk: Desk) -> None:
    desk.server.bundles = False
    event = await desk.stand.write("frist")
    await desk.stand.edit(event, "first")
    (batch,) = [batch for batch in await desk.pull() if batch.messages]
    assert [edit.body.text for edit in batch.edits] == ["first"]


async def test_nobody_edits_what_somebody_else_wrote(desk: Desk) -> None:
    room = desk.stand.room("one")
    await desk.pull()
    event = desk.server.say(room, US, "We refund you.")
    await desk.pull()
    for restarted in (False, True):
        if restarted:
            await desk.restart()
        forged = {
            "msgtype": "m.text",
            "body": "* We refund you twice.",
            "m.new_content": {"msgtype": "m.text", "body": "We refund you twice."},
            "m.relates_to": {"rel_type": "m.replace", "event_id": event},
        }
        desk.server.put(room, ANN, "m.room.message", forged)
        assert [edit for batch in await desk.pull() for edit in batch.edits] == []


async def test_our_own_edit_is_no_news(desk: Desk) -> None:
    await desk.stand.write("hello")
    await desk.pull()
    room = desk.stand.room("one")
    sent = (await desk.send(room, "frist")).remote_id or ""
    await desk.pull()
    await desk.deliver(EffectKind.EDIT, room, sent, text="first", key="key2")
    assert [edit for batch in await desk.pull() for edit in batch.edits] == []


async def test_what_was_taken_back_before_we_came_is_not_shown(desk: Desk) -> None:
    event = await desk.stand.write("oops")
    await desk.stand.delete(event)
    assert await desk.texts() == []


async def test_a_reaction_and_its_end_have_the_same_id(desk: Desk) -> None:
    event = await desk.stand.write("hello")
    await desk.pull()
    await desk.stand.react(event, "\U0001f44d")
    (batch,) = await desk.pull()
    (reaction,) = batch.reactions
    assert (reaction.message, reaction.emoji, reaction.ours) == (event, "\U0001f44d", False)
    desk.server.redact(desk.stand.room("one"), ANN, reaction.remote_id or "")
    (batch,) = await desk.pull()
    assert [gone.remote_id for gone in batch.deletions] == [reaction.remote_id]


async def test_what_another_client_of_ours_wrote_is_ours(desk: Desk) -> None:
    room = desk.stand.room("one")
    await desk.pull()
    desk.server.say(room, US, "from my phone")
    (message,) = await desk.messages()
    assert message.direction is Direction.OUTBOUND
    assert message.customer is not None
    assert (message.customer.value, message.customer.name) == (ANN, "Customer one")


async def test_the_customer_is_known_after_a_restart_too(desk: Desk) -> None:
    room = desk.stand.room("one")
    await desk.pull()
    await desk.restart()
    desk.server.say(room, US, "from my phone")
    (message,) = await desk.messages()
    assert message.customer is not None
    assert message.customer.value == ANN


async def test_our_echo_carries_the_key_of_its_effect(desk: Desk) -> None:
    await desk.stand.write("hello")
    await desk.pull()
    receipt = await desk.send(desk.stand.room("one"), "hi", key="k@shop.test")
    (echo,) = await desk.messages()
    assert (echo.remote_id, echo.message_id) == (receipt.remote_id, "k@shop.test")


async def test_a_receipt_marks_what_we_wrote_up_to_it(desk: Desk) -> None:
    room = desk.stand.room("one")
    await desk.pull()
    sent = (await desk.send(room, "hi")).remote_id
    later = await desk.stand.write("thanks")
    await desk.stand.react(later, "\U0001f44d")
    await desk.pull()
    last = desk.server.rooms[room].events[-1][1]["event_id"]
    desk.server.read(room, ANN, last)
    (batch,) = await desk.pull()
    (mark,) = batch.marks
    assert (mark.remote_id, mark.delivery, mark.and_before) == (sent, Delivery.READ, True)


async def test_a_receipt_in_a_thread_says_nothing_of_the_rest(desk: Desk) -> None:
    room = desk.stand.room("one")
    await desk.pull()
    sent = (await desk.send(room, "hi")).remote_id or ""
    await desk.pull()
    desk.server.read(room, ANN, sent, thread="$root")
    (batch,) = await desk.pull()
    assert [mark.and_before for mark in batch.marks] == [False]


async def test_our_own_receipt_marks_nothing(desk: Desk) -> None:
    event = await desk.stand.write("hello")
    await desk.pull()
    desk.server.read(desk.stand.room("one"), US, event)
    assert [mark for batch in await desk.pull() for mark in batch.marks] == []


async def test_an_edit_that_is_taken_away_leaves_the_text_before(desk: Desk) -> None:
    room = desk.stand.room("one")
    event = await desk.stand.write("my number is 12")
    await desk.pull()
    await desk.stand.edit(event, "my number is 12, my password is x")
    await desk.pull()
    edit = desk.server.messages(room)[-1]["event_id"]
    desk.server.redact(room, ANN, edit)
    (batch,) = await desk.pull()
    assert [(e.remote_id, e.body.text) for e in batch.edits] == [(event, "my number is 12")]
    assert batch.deletions == ()


async def test_what_we_read_in_another_client_is_read_here(desk: Desk) -> None:
    room = desk.stand.room("one")
    await desk.pull()
    first, second = [await desk.stand.write(text) for text in ("one", "two")]
    await desk.pull()
    for event in (first, second):
        desk.server.read(room, US, event)
        (batch,) = await desk.pull()
        assert [(c.remote_id, c.flags.seen) for c in batch.flags] == [(event, True)]
        assert batch.marks == ()

"""What agents do reaches the room once, and what cannot be done is said in words."""

import json
from pathlib import Path
from typing import Any

import pytest

from agent_tui.adapters.contract import (
    AccountProblem,
    Deferred,
    Effect,
    Refused,
    Settled,
    Target,
    Unreachable,
)
from agent_tui.adapters.matrix.effects import OLD
from agent_tui.adapters.matrix.markup import formatted
from agent_tui.model.account import EffectKind
from agent_tui.model.incoming import Outgoing
from agent_tui.model.message import Address
from agent_tui.testing.stand import Fault
from agent_tui.testing.stands.matrix import customer
from agent_tui.testing.stands.matrix_world import US
from tests.adapters.matrix.desk import Desk

ANN = customer("one")


@pytest.fixture
async def room(desk: Desk) -> str:
    """A room that we are in, with a customer who has written."""
    await desk.stand.write("hello")
    await desk.pull()
    return desk.stand.room("one")


def sent(desk: Desk, room: str) -> list[dict[str, Any]]:
    """The contents of what we have sent."""
    return [e["content"] for e in desk.server.messages(room) if e["sender"] == US]


async def test_plain_text_goes_as_it_is(desk: Desk, room: str) -> None:
    await desk.send(room, "2 * 3 * 4 = 24, see my_file_name")
    (content,) = sent(desk, room)
    assert content["body"] == "2 * 3 * 4 = 24, see my_file_name"
    assert "formatted_body" not in content


async def test_markdown_goes_as_html_too(desk: Desk, room: str) -> None:
    await desk.send(room, "**now** & here")
    (content,) = sent(desk, room)
    assert content["body"] == "**now** & here"
    assert content["formatted_body"] == "<strong>now</strong> &amp; here"


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("plain", ""),
        ("a < b & c", ""),
        ("*a* and _b_", "<em>a</em> and <em>b</em>"),
        ("`<x> *y*`\nz", "<code>&lt;x&gt; *y*</code><br>z"),
        ("[here](https://a.test/x_y_z)", '<a href="https://a.test/x_y_z">here</a>'),
        ("[x](javascript:alert(1))", ""),
        ('[x](https://a.test/"onload=)', ""),
        ("<script>**x**</script>", "&lt;script&gt;<strong>x</strong>&lt;/script&gt;"),
    ],
)
def test_markup_is_modest_and_escapes_the_rest(text: str, page: str) -> None:
    assert formatted(text) == page


async def test_an_answer_in_a_thread_stays_in_it(desk: Desk, room: str) -> None:
    await desk.send(room, "yes", "$asked", topic="$root")
    (content,) = sent(desk, room)
    assert content["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": "$root",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$asked"},
    }


async def test_files_follow_their_text_and_all_is_sent_once(
    desk: Desk, room: str, tmp_path: Path
) -> None:
    paths = (tmp_path / "label.pdf", tmp_path / "zip.png")
    for path in paths:
        path.write_bytes(path.name.encode())
    for _ in range(2):
        receipt = await desk.deliver(EffectKind.SEND, room, text="Look:", files=paths)
    first, second, third = sent(desk, room)
    assert first["body"] == "Look:"
    assert (second["msgtype"], second["filename"]) == ("m.file", "label.pdf")
    assert (third["msgtype"], third["info"]["mimetype"]) == ("m.image", "image/png")
    ids = [e["event_id"] for e in desk.server.messages(room) if e["sender"] == US]
    assert [receipt.remote_id, *receipt.parts] == ids
    assert {one.message_id for one in await desk.messages()} == {"key1@shop.test"}


async def test_a_file_alone_needs_no_text(desk: Desk, room: str, tmp_path: Path) -> None:
    path = tmp_path / "label.pdf"
    path.write_bytes(b"x")
    receipt = await desk.deliver(EffectKind.SEND, room, files=(path,))
    assert len(sent(desk, room)) == 1
    assert receipt.parts == ()


async def test_a_file_that_is_too_large_is_refused_and_nothing_is_sent(
    desk: Desk, room: str, tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"x" * 5_000_001)
    with pytest.raises(Refused, match=r"film\.mp4 was not taken.*too large"):
        await desk.deliver(EffectKind.SEND, room, text="Look:", files=(path,))
    assert sent(desk, room) == []


async def test_an_old_message_is_looked_for_before_it_is_sent_again(desk: Desk, room: str) -> None:
    first = await desk.send(room, "only once", age=2 * OLD)
    desk.server.forget_transactions()
    second = await desk.send(room, "only once", age=2 * OLD)
    assert first.remote_id == second.remote_id
    assert len(sent(desk, room)) == 1


async def test_another_device_finds_what_the_first_has_sent(desk: Desk, room: str) -> None:
    first = await desk.send(room, "only once", age=2 * OLD)
    desk.server.forget_transactions()
    for event in desk.server.messages(room):
        event["unsigned"].pop("transaction_id", None)
    await desk.restart()
    assert (await desk.send(room, "only once", age=2 * OLD)).remote_id == first.remote_id


async def test_settling_looks_into_the_room(desk: Desk, room: str) -> None:
    outgoing = Outgoing("", "hi", Address("Shop", US), date=desk.clock(), thread_key=room)
    there = Effect(EffectKind.SEND, "there", outgoing, thread_key=room)
    other = Effect(EffectKind.SEND, "other", outgoing, thread_key=room)
    await desk.send(room, "hi", key="there")
    for number in range(150):
        await desk.stand.write(f"{number}")
    assert await desk.adapter.settle(there) is Settled.SENT
    assert await desk.adapter.settle(other) is Settled.NOT_SENT


async def test_nothing_plain_is_sent_into_an_encrypted_room(desk: Desk, room: str) -> None:
    desk.server.put(room, ANN, "m.room.encryption", {"algorithm": "x"}, "")
    await desk.restart()
    with pytest.raises(Refused, match="end-to-end encrypted"):
        await desk.send(room, "secret")
    assert sent(desk, room) == []


async def test_encryption_switched_on_meanwhile_is_noticed(desk: Desk, room: str) -> None:
    await desk.send(room, "plain")
    desk.server.put(room, ANN, "m.room.encryption", {"algorithm": "x"}, "")
    await desk.pull()
    with pytest.raises(Refused, match="end-to-end encrypted"):
        await desk.send(room, "secret", key="key2")


async def test_a_room_that_we_have_left_is_named(desk: Desk, room: str) -> None:
    desk.server.enter(room, US, "leave")
    with pytest.raises(Refused, match="still in the room"):
        await desk.send(room, "hello?")


async def test_a_message_over_the_limit_is_refused_in_words(desk: Desk, room: str) -> None:
    with pytest.raises(Refused, match="too large"):
        await desk.send(room, "x" * 70_000)


async def test_a_server_that_asks_for_patience_gets_what_it_names(desk: Desk, room: str) -> None:
    desk.stand.fault(Fault.SLOW_DOWN)
    with pytest.raises(Deferred) as told:
        await desk.send(room, "hi")
    assert told.value.retry_after == 1500


async def test_an_answer_that_was_lost_is_no_second_message(desk: Desk, room: str) -> None:
    desk.stand.transport.play(Fault.CUT_AFTER, 1, lambda r: "/send/" in r.url.path)
    with pytest.raises(Unreachable):
        await desk.send(room, "hi")
    await desk.send(room, "hi")
    assert len(sent(desk, room)) == 1


async def test_an_edit_has_a_star_for_clients_that_know_no_edits(desk: Desk, room: str) -> None:
    event = (await desk.send(room, "frist")).remote_id or ""
    await desk.deliver(EffectKind.EDIT, room, event, text="**first**", key="key2")
    content = sent(desk, room)[-1]
    assert content["body"] == "* **first**"
    assert content["m.new_content"]["body"] == "**first**"
    assert content["m.new_content"]["formatted_body"] == "<strong>first</strong>"
    assert content["m.relates_to"] == {"rel_type": "m.replace", "event_id": event}


async def test_a_deletion_takes_the_files_along(desk: Desk, room: str, tmp_path: Path) -> None:
    path = tmp_path / "label.pdf"
    path.write_bytes(b"x")
    receipt = await desk.deliver(EffectKind.SEND, room, text="Look:", files=(path,))
    ids = [receipt.remote_id or "", *receipt.parts]
    for _ in range(2):
        await desk.deliver(EffectKind.DELETE, room, *ids, key="key2")
    assert sent(desk, room) == [{}, {}]


async def test_a_reaction_comes_and_goes(desk: Desk, room: str) -> None:
    event = desk.server.messages(room)[0]["event_id"]
    receipt = await desk.deliver(EffectKind.REACT, room, event, emoji="\U0001f44d")
    (batch,) = await desk.pull()
    assert batch.reactions[0].ours
    assert batch.reactions[0].remote_id == receipt.remote_id
    await desk.deliver(EffectKind.REACT, room, event, emoji="\U0001f44d", key="again")
    await desk.deliver(EffectKind.REACT, room, event, emoji="\U0001f44d", on=False, key="key3")
    (batch,) = await desk.pull()
    assert [gone.remote_id for gone in batch.deletions] == [receipt.remote_id]


async def test_the_newest_message_is_the_one_that_is_read(desk: Desk, room: str) -> None:
    newest = await desk.stand.write("and another")
    first = desk.server.messages(room)[0]["event_id"]
    await desk.deliver(EffectKind.READ, room, first, newest)
    assert [(event, who) for _, event, who, _ in desk.server.rooms[room].receipts] == [(newest, US)]


async def test_typing_is_seen_and_ends(desk: Desk, room: str) -> None:
    await desk.deliver(EffectKind.TYPING, room)
    assert await desk.stand.seen_typing()
    await desk.deliver(EffectKind.TYPING, room, on=False)
    assert not await desk.stand.seen_typing()


async def test_what_matrix_does_not_know_is_refused(desk: Desk, room: str) -> None:
    with pytest.raises(Refused):
        await desk.deliver(EffectKind.ASSIGN, room)
    with pytest.raises(Refused):
        await desk.deliver(EffectKind.SEND, "", text="x")
    with pytest.raises(Refused):
        await desk.deliver(EffectKind.EDIT, room, text="x")


async def test_files_of_servers_that_do_not_ask_who_we_are_are_fetched(desk: Desk) -> None:
    event = await desk.stand.write("look", files=[("a.bin", b"\0\1")])
    (message,) = await desk.messages()
    desk.server.legacy_media = True
    part = message.files[0].part
    assert await desk.adapter.fetch(Target("", event), part) == b"\0\1"


async def test_a_file_that_is_gone_is_said_to_be(desk: Desk, room: str) -> None:
    with pytest.raises(Refused):
        await desk.adapter.fetch(Target("", "$x"), "mxc://shop.test/none")
    with pytest.raises(Refused, match="no address"):
        await desk.adapter.fetch(Target("", "$x"), "https://evil.test/x")


async def test_a_lost_log_in_stops_the_account_in_words(desk: Desk, room: str) -> None:
    desk.server.tokens.clear()
    with pytest.raises(AccountProblem, match="new one"):
        await desk.send(room, "hi")


async def test_the_key_travels_in_the_event(desk: Desk, room: str) -> None:
    await desk.send(room, "hi", key="k@shop.test")
    assert json.dumps(sent(desk, room)[0]).count("k@shop.test") == 1


async def test_a_long_text_is_sent_and_edited_whole(desk: Desk, room: str) -> None:
    long = "**x** " * 10_000
    event = (await desk.send(room, long)).remote_id or ""
    await desk.deliver(EffectKind.EDIT, room, event, text=f"{long}!", key="key2")
    first, edit = sent(desk, room)
    assert first["body"] == long
    assert edit["m.new_content"]["body"] == f"{long}!"
    assert edit["body"].startswith("* **x**")

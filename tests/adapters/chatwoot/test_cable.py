"""What is pushed: hints, who types, and what becomes of a line that breaks."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from agent_tui.adapters.chatwoot.cable import Cable, Event
from agent_tui.adapters.chatwoot.records import Profile
from agent_tui.adapters.contract import AccountProblem, Hint, Unreachable
from agent_tui.model.incoming import Typing
from tests.adapters.chatwoot.visit import Visit, visit
from tests.adapters.scripted import Authority

PATIENCE_S = 10.0
PROTOCOL = Subprotocol("actioncable-v1-json")
ANN = Profile(1, "Ann", "pubsub-of-ann", {7: "Shop"})
MESSAGE = {"conversation_id": 11, "id": 1001}
CLOSED: dict[str, Any] = {"type": "disconnect"}


@asynccontextmanager
async def _watching(here: Visit) -> AsyncIterator["asyncio.Queue[Hint | Exception]"]:
    """The hints that come, after the one of the beginning."""
    came: asyncio.Queue[Hint | Exception] = asyncio.Queue()

    async def watch() -> None:
        try:
            async for hint in here.adapter.watch():
                came.put_nowait(hint)
        except (AccountProblem, Unreachable) as error:
            came.put_nowait(error)

    task = asyncio.create_task(watch())
    try:
        assert await asyncio.wait_for(came.get(), PATIENCE_S) == Hint("chatwoot")
        yield came
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _next(came: "asyncio.Queue[Hint | Exception]") -> Hint | Exception:
    return await asyncio.wait_for(came.get(), PATIENCE_S)


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("message.created", MESSAGE),
        ("message.updated", MESSAGE),
        ("conversation.created", {"id": 11}),
        ("conversation.status_changed", {"id": 11}),
        ("conversation.updated", {"id": 11}),
        ("assignee.changed", {"id": 11}),
    ],
)
async def test_what_happens_gives_a_hint(event: str, data: dict[str, Any]) -> None:
    async with visit() as here, _watching(here) as came:
        here.api.cable.tell(event, data)
        assert await _next(came) == Hint("chatwoot")


async def test_a_customer_who_writes_is_seen_writing_and_stopping() -> None:
    async with visit() as here, _watching(here) as came:
        here.api.talk(11, name="Ann\x1b Lee")
        for on in (True, False):
            here.api.type(11, on=on)
            typing = Typing("11", "Ann\ufffd Lee", on)
            assert await _next(came) == Hint("chatwoot", typing)


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("conversation.typing_on", {"conversation": {"id": 11}, "user": {"id": 2, "type": "user"}}),
        ("conversation.typing_on", {"conversation": {"id": 11}}),
        ("presence.update", {"users": {"1": "online"}}),
        ("contact.updated", {"id": 111}),
        ("never.heard_of", {}),
        ("message.created", {**MESSAGE, "account_id": 8}),
    ],
)
async def test_what_is_of_no_concern_gives_none(event: str, data: dict[str, Any]) -> None:
    async with visit() as here, _watching(here) as came:
        here.api.cable.tell(event, data)
        here.api.cable.send("no JSON")
        here.api.cable.send('["no", "object"]')
        here.api.cable.send({"type": "ping", "message": 1})
        here.api.type(11)
        after = await _next(came)
        assert isinstance(after, Hint)
        assert after.typing is not None


async def test_a_deletion_that_is_pushed_arrives_by_the_next_pull() -> None:
    async with visit() as here:
        row = here.api.say(11, "Oops")
        async with _watching(here) as came:
            await here.pull()
            here.later(3)
            await here.pull()
            here.api.erase(11, row.id)
            await _next(came)
            gone = [one.remote_id for batch in await here.pull() for one in batch.deletions]
            assert gone == [str(row.id)]


async def test_what_came_while_the_line_was_down_comes_by_the_next_pull() -> None:
    async with visit() as here:
        row = here.api.say(11, "One")
        async with _watching(here) as came:
            await here.pull()
            await here.api.cable.drop()
            assert isinstance(await _next(came), Unreachable)
        here.later(2)
        here.api.say(11, "Two")
        here.api.change(11, row.id, content="One, corrected")
        batches = await here.pull()
        assert [one.body.text for batch in batches for one in batch.messages] == ["Two"]
        assert [one.body.text for b in batches for one in b.edits] == ["One, corrected"]


@pytest.mark.parametrize(
    ("frame", "error", "words"),
    [
        (CLOSED | {"reason": "server_restart", "reconnect": True}, Unreachable, "server_restart"),
        (CLOSED | {"reason": "unauthorized", "reconnect": False}, AccountProblem, "for good"),
        ({"type": "reject_subscription"}, AccountProblem, "does not let us listen"),
    ],
)
async def test_a_line_that_the_server_closes_is_said_to_be_closed(
    frame: dict[str, Any], error: type[Exception], words: str
) -> None:
    async with visit() as here, _watching(here) as came:
        here.api.cable.send(frame)
        found = await _next(came)
        assert isinstance(found, error)
        assert words in str(found)


async def test_a_token_that_may_not_listen_is_turned_away() -> None:
    async with visit() as here:
        here.api.cable.pubsub_token = "another"
        cable = Cable(here.stand.url, 7, "")
        with pytest.raises(AccountProblem, match="renew the access token"):
            async with cable.listening(ANN):
                pass


async def test_a_silent_line_is_a_dead_one() -> None:
    async with visit() as here:
        here.api.cable.mute = True
        cable = Cable(here.stand.url, 7, "", silence_s=0.05)
        with pytest.raises(Unreachable, match="broke off"):
            async with cable.listening(ANN) as events:
                await anext(events)


async def test_nobody_there_is_unreachable() -> None:
    async with visit() as here:
        url = here.stand.url
        await here.api.cable.stop()
        with pytest.raises(Unreachable):
            async with Cable(url, 7, "").listening(ANN):
                pass


async def test_a_server_without_the_websocket_is_said_to_be_polled() -> None:
    async def no(line: ServerConnection) -> None:
        """Never reached: the handshake is refused."""

    async with serve(
        no, "127.0.0.1", 0, process_request=lambda line, _: line.respond(404, "")
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(Unreachable, match="messages come by polling"):
            async with Cable(f"http://127.0.0.1:{port}", 7, "").listening(ANN):
                pass


@asynccontextmanager
async def _encrypted(authority: Authority) -> AsyncIterator[str]:
    """A cable behind TLS that welcomes, confirms and tells one event; its address."""

    async def talk(line: ServerConnection) -> None:
        await line.send('{"type":"welcome"}')
        await line.recv()
        await line.send('{"type":"confirm_subscription"}')
        await line.send('{"message":{"event":"contact.updated","data":{"account_id":7}}}')
        await line.wait_closed()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.ca.issue_cert("localhost").configure_cert(context)
    async with serve(talk, "127.0.0.1", 0, ssl=context, subprotocols=[PROTOCOL]) as server:
        yield f"https://localhost:{next(iter(server.sockets)).getsockname()[1]}"


async def test_the_line_is_encrypted_and_its_certificate_checked(authority: Authority) -> None:
    async with _encrypted(authority) as url:
        async with Cable(url, 7, str(authority.ca_file)).listening(ANN) as events:
            assert await anext(events) == Event("contact.updated", {"account_id": 7})
        with pytest.raises(AccountProblem, match=r"certificate .* cannot be trusted"):
            async with Cable(url, 7, "").listening(ANN):
                pass


async def test_certificates_that_cannot_be_read_are_named() -> None:
    with pytest.raises(AccountProblem, match="correct 'ca_file'"):
        async with Cable("https://localhost:1", 7, "/nowhere.pem").listening(ANN):
            pass

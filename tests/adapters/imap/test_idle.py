"""What a server tells of a mailbox between one IDLE and the next is a push as any other."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

import pytest

from agent_tui.adapters.contract import Hint
from agent_tui.adapters.imap import idle
from agent_tui.adapters.imap.line import Line
from agent_tui.adapters.server import Login, Server
from tests.adapters.scripted import Authority, Wire, serve

IDLING, DONE, NEW = "+ idling\n", "{tag} OK done\n", "* 10 EXISTS\n"
_ANSWERS = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE\n",
    "EXAMINE": "* 9 EXISTS\n* OK [UIDVALIDITY 7] ok\n",
}


def talk(done: str, second: str = "") -> Callable[[Wire], None]:
    """A server that answers the first DONE and the IDLE behind it so, each in one go; without a
    ``second`` answer it hangs up there."""

    def say(wire: Wire) -> None:
        wire.say("* OK ready\n")
        idling, answers = "", iter((IDLING, second))
        while True:
            tag, _, command = wire.line().decode().partition(" ")
            verb = command.partition(" ")[0]
            if tag == "DONE":
                wire.say(done.replace("{tag}", idling))
            elif verb != "IDLE":
                wire.say(_ANSWERS.get(verb, "") + f"{tag} OK done\n")
            elif answer := next(answers):
                idling = tag
                wire.say(answer)
            else:
                return

    return say


@pytest.fixture
def second_wait(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """The first IDLE ends at once, and in the second nobody says anything; set when it is on."""
    waits, begun = iter([False, True]), asyncio.Event()

    async def readable(_descriptor: int, _seconds: float) -> None:
        if next(waits):
            begun.set()
            await asyncio.Event().wait()

    monkeypatch.setattr(idle, "_readable", readable)
    return begun


@asynccontextmanager
async def watching(port: int, authority: Authority) -> AsyncIterator[AsyncIterator[Hint]]:
    server = Server("IMAP", "localhost", port, ca_file=str(authority.ca_file), timeout=5)
    line = Line("idle", server, Login("support", lambda: "canary"))
    try:
        async with asyncio.timeout(10), aclosing(idle.hints(line, "INBOX")) as hints:
            yield hints
    finally:
        line.close()


@pytest.mark.usefixtures("second_wait")
@pytest.mark.parametrize(
    ("done", "second"),
    [
        (NEW + DONE, IDLING),
        (DONE + NEW, IDLING),
        (DONE, NEW + IDLING),
        (DONE, IDLING + NEW),
        (DONE, IDLING + "* OK Still here\n" + NEW),
    ],
    ids=["before OK", "with OK", "before +", "with +", "with other words"],
)
async def test_a_change_told_beside_an_answer_is_hinted_at_without_a_wait(
    done: str, second: str, authority: Authority
) -> None:
    with serve(talk(done, second), authority.server()) as served:
        async with watching(served.port, authority) as hints:
            await anext(hints)  # the one at the start
            assert await anext(hints) == Hint("INBOX")


async def test_words_that_tell_of_no_change_are_no_hint(
    authority: Authority, second_wait: asyncio.Event
) -> None:
    with serve(talk(DONE, IDLING + "* OK Still here\n"), authority.server()) as served:
        async with watching(served.port, authority) as hints:
            await anext(hints)
            coming = asyncio.ensure_future(anext(hints))
            await second_wait.wait()
            coming.cancel()
            with pytest.raises(asyncio.CancelledError):
                await coming


@pytest.mark.usefixtures("second_wait")
async def test_after_a_session_that_broke_between_two_idles_there_is_a_hint(
    authority: Authority,
) -> None:
    with serve(talk(DONE), authority.server()) as served:
        async with watching(served.port, authority) as hints:
            await anext(hints)
            assert await anext(hints) == Hint("INBOX")
    assert served.heard_text().count("EXAMINE") == 2

"""Waits for the server to say that a mailbox changed (IDLE, RFC 2177)."""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial

from agent_tui.adapters.contract import Hint
from agent_tui.adapters.imap.client import Client
from agent_tui.adapters.imap.line import Line
from agent_tui.adapters.imap.pull import examined

_RENEW = 10 * 60.0
"""Seconds after which IDLE is begun anew. RFC 2177 allows 29 minutes; routers that translate
addresses forget a silent connection sooner, and then nothing would ever arrive on it."""


async def hints(line: Line, mailbox: str) -> AsyncGenerator[Hint, None]:
    """A hint at the start and whenever ``mailbox`` changed; ends where there is no IDLE.

    ``line`` is for this alone. Each hint is given after IDLE was begun again, so that what
    arrives while it is followed up is not missed; nor is what arrives between one IDLE and the
    next, of which the server tells before, with or after its answers. Raises AdapterError.
    """
    changed = True
    while True:
        idling = await line.run(lambda client: _begin(client, mailbox))
        if idling is None:
            return
        tag, descriptor, told = idling
        if changed or told:
            yield Hint(mailbox)
        await _readable(descriptor, _RENEW)
        changed = await line.run(partial(_end, tag=tag), again=False)


def _begin(client: Client, mailbox: str) -> tuple[bytes, int, bool] | None:
    """The tag, what becomes readable, and whether there is something new already."""
    if not client.has_capability("IDLE"):
        return None
    anew = client.box is None  # another session: nobody told us of what came between
    if anew:
        examined(client, mailbox)
    tag = client.begin_idle()
    return tag, client.socket().fileno(), client.told_at_once() or anew


def _end(client: Client, tag: bytes) -> bool:
    return client.end_idle(tag)


async def _readable(descriptor: int, seconds: float) -> None:
    """Wait until the server says something, at most ``seconds``; no thread waits with us."""
    loop = asyncio.get_running_loop()
    said = asyncio.Event()
    loop.add_reader(descriptor, said.set)
    try:
        async with asyncio.timeout(seconds):
            await said.wait()
    except TimeoutError:
        return
    finally:
        loop.remove_reader(descriptor)

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
    arrives while it is followed up is not missed. Raises AdapterError.
    """
    changed = True
    while True:
        idling = await line.run(lambda client: _begin(client, mailbox))
        if idling is None:
            return
        tag, descriptor = idling
        if changed:
            yield Hint(mailbox)
        await _readable(descriptor, _RENEW)
        changed = await line.run(partial(_end, tag=tag), again=False)


def _begin(client: Client, mailbox: str) -> tuple[bytes, int] | None:
    if not client.has_capability("IDLE"):
        return None
    if client.box is None:
        examined(client, mailbox)
    return client.begin_idle(), client.socket().fileno()


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

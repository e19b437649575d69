"""A connection to the account's IMAP server that opens itself and is used by one thread."""

import imaplib
from collections.abc import Callable
from typing import TypeVar

from imapclient.exceptions import ProtocolError

from agent_tui.adapters import errors
from agent_tui.adapters.contract import AdapterError, Unreachable
from agent_tui.adapters.imap.client import Client, reply_of
from agent_tui.adapters.server import Login, Server
from agent_tui.adapters.worker import Worker

T = TypeVar("T")

_LOST = (OSError, EOFError, ValueError, imaplib.IMAP4.abort, ProtocolError)
"""After these nobody knows what the server says next."""


class Line:
    """Runs functions on a session that is opened when first needed and again when it broke."""

    def __init__(self, purpose: str, server: Server, login: Login) -> None:
        self._server = server
        self._login = login
        self._client: Client | None = None
        self._closed = False
        self._worker = Worker(f"imap-{purpose}", wake=self._wake, close=self._drop)

    async def run(self, call: Callable[[Client], T], *, again: bool = True) -> T:
        """What ``call`` returns, given the session.

        A session that lay idle may have been closed by the server, which shows only when it is
        used; then ``call`` is run once more on a new one, unless not ``again``. Raises
        AdapterError.
        """
        if self._closed:
            raise Unreachable(f"The connection to {self._server} was closed.")
        return await self._worker.run(lambda: self._call(call, again=again))

    def close(self) -> None:
        """End the session and whatever runs on it; does not wait."""
        self._closed = True
        self._worker.stop()

    def _call(self, call: Callable[[Client], T], *, again: bool) -> T:
        lay_idle = self._client is not None
        try:
            return self._once(call)
        except _LOST as error:
            self._drop()
            if not lay_idle or not again or self._closed:
                raise errors.in_words(error, self._server) from error
        try:
            return self._once(call)
        except _LOST as error:
            self._drop()
            raise errors.in_words(error, self._server) from error

    def _once(self, call: Callable[[Client], T]) -> T:
        try:
            if self._client is None:
                self._client = Client.open(self._server, self._login)
            return call(self._client)
        except (AdapterError, *_LOST):
            raise
        except imaplib.IMAP4.error as error:  # NO or BAD: the session itself is well
            raise Unreachable(
                f"The IMAP server {self._server} refused a request ({reply_of(error)[1]}); it is "
                "tried again.",
                detail=repr(error),
            ) from error

    def _wake(self) -> None:
        if self._client is not None:
            self._client.wake()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

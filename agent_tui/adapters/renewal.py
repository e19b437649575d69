"""A refresh token that its server may replace at each use (RFC 6749, 6): the new one is kept where
the old one was before anything else is done with it."""

from collections.abc import Callable
from dataclasses import dataclass

from agent_tui.adapters.contract import AccountContext, NotKept
from agent_tui.model.clock import Millis

INVALID_GRANT = "invalid_grant"
"""The error of a server that takes a refresh token no more (RFC 6749, 5.2)."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What a token endpoint gave."""

    access: str
    until: Millis
    refresh: str = ""  # in place of the one that was used; empty: that one stays


class RefreshToken:
    """The refresh token that an option of the account holds; for one thread at a time."""

    def __init__(self, account: AccountContext, option: str, again: str) -> None:
        """``again`` is how to get another one, for a sentence."""
        self._account, self._option, self._again = account, option, again
        self._unkept = ("", "")  # what is kept, and what came in its place but could not be
        self._told = ""

    def use(self, ask: Callable[[str], Granted]) -> Granted:
        """What ``ask`` is given for the token; blocks, while no other process uses it.

        Raises what ``ask`` raises, and AccountProblem when the token cannot be read.
        """
        made: list[Granted] = []

        def exchanged(kept: str) -> str:
            old, newer = self._unkept
            used = newer if kept == old and newer else kept
            made.append(ask(used))
            new = made[-1].refresh or used
            self._unkept = (kept, new) if new != kept else ("", "")
            return new

        try:
            if self._account.exchange is None:
                exchanged(self._account.secret(self._option))
            else:
                self._account.exchange(self._option, exchanged)
                self._unkept = ("", "")
                self._tell("")
        except NotKept as problem:
            self._tell(str(problem).rstrip("."))
        return made[-1]

    def refused(self) -> None:
        """The server takes it no more: what is kept is the one to try next."""
        self._unkept = ("", "")

    def _tell(self, why: str) -> None:
        """Tell the agent that the log-in cannot be kept, and when it can again."""
        if why == self._told:
            return
        self._told, name = why, self._account.name
        said = (
            f"The renewed log-in could not be kept. The log-in server gave the account {name} a "
            f"new refresh token in place of the old one, but {why}. The account works until "
            f"agent-tui ends; mend that before, or {self._again}"
            if why
            else "The renewed log-in is kept again."
        )
        self._account.log.warning("%s", said)
        self._account.notice(said)

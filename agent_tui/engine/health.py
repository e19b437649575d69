"""How an account is doing: the worst of its parts, written down when it changes."""

from dataclasses import dataclass, replace
from enum import StrEnum

from agent_tui.content.safe import safe_line
from agent_tui.model.account import AccountState
from agent_tui.model.clock import Clock, Millis
from agent_tui.store import accounts
from agent_tui.store.database import Database

_LONGEST = 400


class Part(StrEnum):
    """What can fail on its own."""

    PULL = "pull"
    SEND = "send"
    LOOK_UP = "look up"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a part does not work, and when it is tried again."""

    state: AccountState  # FAILING or STOPPED
    sentence: str
    retry_at: Millis | None


class Health:
    """The health of one account."""

    def __init__(self, db: Database, account: str, clock: Clock) -> None:
        self._db = db
        self._account = account
        self._clock = clock
        self._troubles: dict[Part, Trouble] = {}
        self._busy = True
        self._written: tuple[AccountState, str, Millis | None] | None = None

    def syncing(self) -> None:
        """A first sync, or the first pull of this run, is going on."""
        self._busy = True
        self._write()

    def synced(self) -> bool:
        """The account is caught up with; True when pulling had failed before."""
        self._busy = False
        recovered = self._troubles.pop(Part.PULL, None) is not None
        self._write()
        return recovered

    def sends(self) -> None:
        """Sending works, or is about to be tried again."""
        self._troubles.pop(Part.SEND, None)
        self._write()

    def looks_up(self, trouble: Trouble | None) -> None:
        """Look-ups work, or what is in their way."""
        if trouble is not None:
            self.trouble(Part.LOOK_UP, trouble)
            return
        self._troubles.pop(Part.LOOK_UP, None)
        self._write()

    def trouble(self, part: Part, trouble: Trouble) -> None:
        """The part does not work."""
        self._troubles[part] = replace(trouble, sentence=safe_line(trouble.sentence, _LONGEST))
        self._write()

    def restate(self) -> None:
        """Write it down again, whatever stands there."""
        self._written = None
        self._write()

    def _write(self) -> None:
        told = self._worst()
        if told == self._written:
            return
        state, problem, retry_at = told
        accounts.set_state(
            self._db, self._account, state, self._clock(), problem=problem, retry_at=retry_at
        )
        self._written = told

    def _worst(self) -> tuple[AccountState, str, Millis | None]:
        troubles = [self._troubles[part] for part in Part if part in self._troubles]
        if not troubles:
            return (AccountState.SYNCING if self._busy else AccountState.OK), "", None
        stopped = [t for t in troubles if t.state is AccountState.STOPPED]
        worst = (stopped or troubles)[0]
        return worst.state, worst.sentence, worst.retry_at

"""What holds for everything that one batch of an adapter brings."""

from dataclasses import dataclass

from agent_tui.model.event import Stamp
from agent_tui.model.message import Message
from agent_tui.store import locations, messages
from agent_tui.store.database import Database
from agent_tui.store.tombstones import Tombstones


@dataclass(frozen=True, slots=True)
class Arrival:
    """A batch that is being taken in, within its transaction."""

    db: Database
    account: str
    mailbox: str
    own: frozenset[str]  # the account's normal addresses
    first_sync: bool
    stamp: Stamp
    erased: Tombstones

    def message(self, remote_id: str) -> Message | None:
        """The message that the provider calls so, with all that hangs on it."""
        number = self.message_id(remote_id)
        return messages.get(self.db, number) if number is not None else None

    def message_id(self, remote_id: str) -> int | None:
        """The id of the message that the provider calls so."""
        place = locations.at(self.db, self.account, self.mailbox, remote_id)
        return place.message_id if place else None

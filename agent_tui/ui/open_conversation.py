"""What the store has of the conversation that is open, read again as others change it."""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum, auto

from agent_tui.model.clock import Clock
from agent_tui.model.conversation import LIVE, Conversation
from agent_tui.model.event import TOLD, Entity
from agent_tui.model.message import Message
from agent_tui.store import conversations, customer_pages, events, presence, rereading
from agent_tui.store.database import Database
from agent_tui.store.rereading import Seen
from agent_tui.ui.history import Happening, happenings
from agent_tui.ui.orders import named


class Change(Enum):
    """What is different after reading again."""

    NOTHING = auto()
    AROUND = auto()  # what stands above and below the messages
    MESSAGES = auto()  # these, or what happened between them
    GONE = auto()  # there is no such conversation any more


class OpenConversation:
    """Reads at once; raises StoreError, as reading again does."""

    def __init__(
        self, db: Database, me: str, clock: Clock, conversation: Conversation, ahead: Seen
    ) -> None:
        """``me`` is the agent who reads; ``ahead`` has the messages that were read before."""
        self.conversation = conversation
        self._db, self._me, self._clock = db, me, clock
        self.happened: list[Happening] = []
        self.writing: tuple[list[str], list[str]] = ([], [])  # customers, teammates
        self.earlier = 0  # how many more conversations there are with the customer
        self.known: tuple[str, ...] = ()  # numbers of orders that stand in the messages
        self._last_event = 0
        self._read_happened()
        self._seen = rereading.again(db, conversation.id, ahead)
        self._read_around()

    @property
    def messages(self) -> Sequence[Message]:
        """Oldest first."""
        return self._seen.messages

    @property
    def is_live(self) -> bool:
        """Whether it is a chat."""
        return self.conversation.channel in LIVE

    @property
    def somebody_writes(self) -> bool:
        """Whether a customer or a teammate writes in it now."""
        return any(self.writing)

    def read_again(self) -> Change:
        """Read what is new."""
        before, around = self.conversation, (self.writing, self.earlier)
        now = conversations.get(self._db, before.id)
        if now is None:
            return Change.GONE
        seen, told, known = self._seen, len(self.happened), self.known
        self.conversation = now
        self._seen = rereading.again(self._db, now.id, seen)
        self._read_happened()
        self._read_around()
        if self._seen is not seen or len(self.happened) != told or self.known != known:
            return Change.MESSAGES
        different = now != before or (self.writing, self.earlier) != around
        return Change.AROUND if different else Change.NOTHING

    def read_writing(self) -> None:
        """Read who writes in it now."""
        number, now = self.conversation.id, self._clock()
        teammates = presence.writing(self._db, number, now, ours=True)
        customers = presence.writing(self._db, number, now, ours=False)
        self.writing = customers, [who for who in teammates if who != self._me]

    def now_read(self) -> None:
        """Nothing of it is unread any more."""
        self.conversation = replace(self.conversation, unread=0)

    def _read_happened(self) -> None:
        number, last = self.conversation.id, self._last_event
        self._last_event = events.newest_id(self._db, Entity.CONVERSATION, number)
        if self._last_event != last:
            found = events.of_fields(self._db, Entity.CONVERSATION, number, TOLD, after=last)
            self.happened += happenings(found, live=self.is_live)

    def _read_around(self) -> None:
        self.read_writing()
        self.earlier = customer_pages.count_others(self._db, self.conversation)
        self.known = named(self._db, self.conversation.customer_id, self.messages)

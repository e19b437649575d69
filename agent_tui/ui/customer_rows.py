"""What the store has of a customer as rows to go through: records, then conversations.

Only what the cursor comes near is read, whatever a customer has. Knows nothing of the screen.
"""

from collections.abc import Sequence
from typing import NamedTuple

from agent_tui.model.conversation import Channel, Conversation
from agent_tui.model.customer import Person
from agent_tui.model.record import Known
from agent_tui.store import customer_pages, lookups, records
from agent_tui.store.database import Database
from agent_tui.ui import person_lines
from agent_tui.ui.records_lines import Facts

_PAGE = 60
"""Conversations and records that are read at a time, as the cursor comes near."""

_LATEST = 4
"""Records above the conversations until all are asked for: most questions are about these."""


class Every(NamedTuple):
    """The row on which Enter shows all records."""

    records: int


Row = Known | Every | Conversation | None
"""None stands for a conversation that is not read."""


class _Read(NamedTuple):
    """What the store has of the customer, as far as it was read."""

    known: person_lines.Known | None = None
    facts: Facts = Facts()
    records: Sequence[Known] = ()
    conversations: Sequence[Conversation] = ()
    skipped: int = 0  # conversations before these: then these are the last of all
    channels: Sequence[tuple[Channel, int]] = ()

    @property
    def talks(self) -> int:
        """How many conversations there are."""
        return sum(count for _, count in self.channels)


class CustomerRows:
    """The rows of one customer, of whom there may be nobody."""

    def __init__(self, db: Database) -> None:
        self.listed: Sequence[Row] = ()
        self._db = db
        self._read = _Read()
        self._all_records = False

    @property
    def known(self) -> person_lines.Known | None:
        """Who it is, with what people noted."""
        return self._read.known

    @property
    def customer(self) -> Person | None:
        """Who it is."""
        return self._read.known.person if self._read.known is not None else None

    @property
    def facts(self) -> Facts:
        """What they bought, in numbers."""
        return self._read.facts

    @property
    def channels(self) -> Sequence[tuple[Channel, int]]:
        """On which channels there are how many conversations."""
        return self._read.channels

    @property
    def talks(self) -> int:
        """How many conversations there are."""
        return self._read.talks

    @property
    def most(self) -> int:
        """No more rows than these can there be."""
        return self._read.facts.records + 1 + self._read.talks

    @property
    def above(self) -> int:
        """Rows above the conversations."""
        return self._above(self._read)

    def read(self, conversation: Conversation | None, *, same: bool) -> bool:
        """Read the customer of ``conversation``; with ``same`` as much as before, if they are the
        same. Whether anything is different."""
        before = self._read
        if not same:
            self._all_records = False
        self._read = _Read() if conversation is None else self._read_again(conversation, before)
        if same and before == self._read:
            return False
        self._list()
        return True

    def reach(self, wanted: int, height: int) -> None:
        """Have the row number ``wanted`` in memory, and the rows around it that a view of
        ``height`` lines shows."""
        read = self._read
        if self.customer is None:
            return
        number, needed = self.customer.id, wanted + _PAGE // 2
        held = len(read.records)
        if self._all_records and held <= needed and 0 < held < read.facts.records:
            last = read.records[-1]
            place = (last.record.at, last.id)
            more = records.of_customer(self._db, number, needed - held + _PAGE, place)
            read = read._replace(records=[*read.records, *more])
        read = _read_talks(self._db, number, read, wanted - self._above(read), height)
        if read is not self._read:
            self._read = read
            self._list()

    def show_all_records(self) -> None:
        """All records instead of the latest ones; their pages come as the cursor does."""
        if self.customer is None:
            return
        self._all_records = True
        every = records.of_customer(self._db, self.customer.id, _PAGE)
        self._read = self._read._replace(records=every)
        self._list()

    def at(self, place: int) -> Row:
        """The row there, or the last one."""
        return self.listed[min(place, len(self.listed) - 1)] if self.listed else None

    def place_of(self, key: object, otherwise: int) -> int:
        """Where the row of that name is now; ``otherwise``, as far as there are rows, when it is
        gone."""
        places = (place for place, row in enumerate(self.listed) if key_of(row) == key)
        return next(places, min(otherwise, max(len(self.listed) - 1, 0)))

    def holds(self, key: object) -> bool:
        """Whether a row has that name."""
        return any(key_of(row) == key for row in self.listed)

    def _read_again(self, conversation: Conversation, before: _Read) -> _Read:
        """What there is now, as much of it as there was before."""
        db, number = self._db, conversation.customer_id
        same = before.known is not None and before.known.person.id == conversation.person_id
        held = max(_PAGE, len(before.records)) if self._all_records else _LATEST
        now = _Read(
            person_lines.read(db, number, before.known),
            _facts(db, number),
            records.of_customer(db, number, held),
            channels=list(customer_pages.channels(db, number).items()),
        )
        if same and before.skipped:
            return _to_the_last(db, number, now, len(before.conversations))
        talked: Sequence[Conversation] = customer_pages.conversations_of(db, number, _PAGE)
        if same and len(before.conversations) > _PAGE:
            if talked == before.conversations[:_PAGE] and now.channels == before.channels:
                talked = before.conversations  # whatever is new comes to the top
            else:
                far = len(before.conversations)
                talked = customer_pages.conversations_of(db, number, far)
        return now._replace(conversations=talked)

    def _list(self) -> None:
        read = self._read
        every = [Every(read.facts.records)] if self._above(read) > len(read.records) else []
        self.listed = [*read.records, *every, *[None] * read.skipped, *read.conversations]

    def _above(self, read: _Read) -> int:
        hidden = 0 if self._all_records else read.facts.records - len(read.records)
        return len(read.records) + (hidden > 0)


def key_of(row: Row) -> object:
    """What names a row across readings."""
    if isinstance(row, Known):
        return row.key
    return row.id if isinstance(row, Conversation) else type(row)


def _read_talks(db: Database, customer_id: int, read: _Read, at: int, margin: int) -> _Read:
    """``read`` with the conversation number ``at`` and as many as ``margin`` around it.

    Whoever goes to the very last of thousands gets the last page alone, and reads upwards from
    there; to the very first, the first page again.
    """
    held, margin = read.skipped + len(read.conversations), max(margin, _PAGE // 2)
    at = min(max(at, 0), read.talks - 1)
    if not read.conversations:
        return read
    if read.skipped and at < margin:
        talked = customer_pages.conversations_of(db, customer_id, margin + _PAGE)
        return read._replace(conversations=talked, skipped=0)
    if read.skipped and at - margin < read.skipped:
        few = read.skipped - (at - margin) + _PAGE
        found = customer_pages.conversations_of(
            db, customer_id, min(few, read.skipped), read.conversations[0], backwards=True
        )
        skipped = read.skipped - len(found)
        return read._replace(conversations=[*found, *read.conversations], skipped=skipped)
    if held == read.talks or at + margin < held:
        return read
    if at == read.talks - 1 and at - held > _PAGE:
        return _to_the_last(db, customer_id, read, margin + _PAGE)
    few = at + margin - held + _PAGE
    found = customer_pages.conversations_of(db, customer_id, few, read.conversations[-1])
    return read._replace(conversations=[*read.conversations, *found])


def _to_the_last(db: Database, customer_id: int, read: _Read, limit: int) -> _Read:
    """``read`` with the last conversations and no others."""
    last = customer_pages.conversations_of(db, customer_id, limit, backwards=True)
    return read._replace(conversations=last, skipped=max(read.talks - len(last), 0))


def _facts(db: Database, customer_id: int) -> Facts:
    """What is known of the customer; one question where nobody was ever asked."""
    asked = lookups.of_customer(db, customer_id)
    if not asked:
        return Facts()
    return Facts(
        asked,
        records.count(db, customer_id),
        records.spent(db, customer_id),
        records.open_ones(db, customer_id),
    )

"""What every database offers: rows by ``:name`` SQL, short transactions, a change notice.

The aggregates of this room (conversations, outbox, ...) are modules of functions over a
:class:`Database`; they hold the only SQL of the program and no SQL of one product. What differs
between products stands behind this protocol.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from threading import Event
from typing import Any, Protocol

Params = Mapping[str, object]

NO_PARAMS: Params = {}  # sqlite3 refuses a MappingProxyType

Row = Mapping[str, Any]
"""A row by column name; its values are decoded into dataclasses by the module that asked."""


class StoreError(Exception):
    """The store cannot do what was asked; ``str()`` is one sentence for the agent."""


class Conflict(StoreError):  # noqa: N818 - a state of the world, not a fault of ours
    """Somebody else changed the same thing meanwhile; read again and decide anew."""


class Stopped(StoreError):  # noqa: N818 - wanted so
    """A read was given up because nobody waits for it any more."""


class Database(Protocol):
    """A connection to the store, usable from any thread of one process."""

    def all(self, sql: str, params: Params = ...) -> Sequence[Row]:
        """All rows of a query."""
        ...

    def one(self, sql: str, params: Params = ...) -> Row | None:
        """The first row of a query, or None."""
        ...

    def run(self, sql: str, params: Params = ...) -> int:
        """Execute a statement; the number of rows it touched."""
        ...

    def insert(self, sql: str, params: Params = ...) -> int:
        """Execute an INSERT; the new row's id."""
        ...

    def many(self, sql: str, params: Iterable[Params]) -> int:
        """Execute a statement once for each set of parameters; how many rows all touched."""
        ...

    def insert_all(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        """Put many rows in, in their order, each with a value for each of ``columns``."""
        ...

    def transaction(self, *, durable: bool = False) -> AbstractContextManager[None]:
        """Everything inside happens or nothing; ``durable`` is on disk when it ends.

        Nested transactions join the outer one: an error caught inside leaves what was done before
        it. A durable one within one that is not is a mistake of ours (RuntimeError).
        """
        ...

    def is_free(self) -> bool:
        """Whether a transaction of this thread would begin at once, as far as others go."""
        ...

    def stoppable(self, stop: Event) -> AbstractContextManager[None]:
        """What this thread reads inside gives up, raising Stopped, soon after ``stop`` is set."""
        ...

    def stamp(self) -> int:
        """A number that changes when another process or thread has committed; compare it only
        with one that the same thread was given."""
        ...

    def index(self, rowid: int, columns: Mapping[str, str]) -> None:
        """Make a message findable by its columns subject, body, people and files."""
        ...

    def unindex(self, rowid: int, columns: Mapping[str, str]) -> None:
        """Take back :meth:`index`, with the very same columns."""
        ...

    def match(self, param: str) -> str:
        """A condition on table ``search``: it matches the expression in ``:param``."""
        ...

    def term(self, text: str, column: str | None, *, prefix: bool) -> str:
        """The search expression for words in this order, in ``column`` or anywhere.

        ``column`` is subject, body, people or files; with ``prefix`` the last word may go on.
        An empty string when ``text`` holds nothing that is indexed.
        """
        ...

    def owned_by(self, table: str) -> Sequence[tuple[str, str]]:
        """The tables whose rows belong to a row of ``table``, each with the column that says so:
        one that references it, or is named after it (``customer_id``)."""
        ...

    def purge(self) -> bool:
        """Overwrite what was deleted, in the file, its index and its journal; False when somebody
        who reads kept a part of it. Rewrites all of the store."""
        ...

    def close(self) -> None:
        """Close the connections of all threads."""
        ...

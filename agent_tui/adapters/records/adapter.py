"""The adapter class: a file of orders, read again when it has changed."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from agent_tui.adapters.contract import (
    AccountContext,
    AccountProblem,
    AdapterInfo,
    Finding,
    Role,
    Severity,
)
from agent_tui.adapters.records import book, table
from agent_tui.adapters.records.book import Book
from agent_tui.adapters.records.settings import OPTIONS, Settings
from agent_tui.model.account import Capabilities
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import Identity, IdentityKind, normal
from agent_tui.model.record import Looked

_TOLD = 5
"""Rows that are named one by one when they cannot be used."""

_MOST = 2_000
"""Records of one customer; who has more is told that there are older ones."""

_Stamp = tuple[int, int, int]
"""By which a changed file is known: time of its last change, size, inode."""


class RecordsAdapter:
    """Orders, invoices and refunds as another program has exported them; never written to."""

    info: ClassVar[AdapterInfo] = AdapterInfo(
        name="records",
        title="Orders in a file (CSV or JSON)",
        version="1",
        capabilities=Capabilities(Channel.MAIL),
        options=OPTIONS,
        roles=frozenset({Role.CONTEXT}),
    )

    def __init__(self, account: AccountContext) -> None:
        self._settings = Settings.read(account)
        self._reading = asyncio.Lock()
        self._read: tuple[_Stamp, Book] | None = None

    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        """See the contract; customers are known by their mail addresses."""
        emails = [
            normal(one.kind, one.value) for one in identities if one.kind is IdentityKind.EMAIL
        ]
        if not emails:
            return Looked()
        found = (await self._book()).of(emails)
        return Looked(records=tuple(found[:_MOST]), more=len(found) > _MOST)

    async def check(self) -> list[Finding]:
        """Whether the file can be used, what it holds, and which of its rows are left out."""
        try:
            found = await self._book()
        except AccountProblem as problem:
            return [Finding("File", Severity.ERROR, str(problem))]
        held = f"{found.count:,} records of {len(found.records):,} customers"
        findings = [Finding("File", Severity.OK, f"{self._settings.path}: {held}")]
        rows = [f"row {line}: {why}." for line, why in found.problems[:_TOLD]]
        rest = len(found.problems) - _TOLD
        if rest > 0:
            rows.append(f"{rest:,} more.")
        if rows:
            findings.append(Finding("Rows left out", Severity.WARNING, " ".join(rows)))
        return findings

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _book(self) -> Book:
        """What the file holds now; in a thread, for it may be large."""
        async with self._reading:
            return await asyncio.to_thread(self._current)

    def _current(self) -> Book:
        stamp = self._stamp()
        if self._read is None or self._read[0] != stamp:
            read = table.read(self._settings.path)
            self._read = (stamp, book.bound(read, self._settings))
        return self._read[1]

    def _stamp(self) -> _Stamp:
        path = self._settings.path
        try:
            found = path.stat()
        except OSError as error:
            raise AccountProblem(
                f"The file {path} cannot be found ({error.strerror}); correct 'path'.",
                detail=repr(error),
            ) from error
        return found.st_mtime_ns, found.st_size, found.st_ino

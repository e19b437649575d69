"""A CSV file in a temporary folder, as an export would write it."""

import csv
import logging
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from agent_tui.adapters.contract import AccountContext
from agent_tui.adapters.records import RecordsAdapter
from agent_tui.model.clock import Clock
from agent_tui.model.record import Money
from agent_tui.testing.stand import ContextStand, Fault

_FIRST = 1_790_000_000
_HEAD = ("E-Mail", "Order no.", "Date", "Status", "Item", "Total", "Currency")


class RecordsStand(ContextStand):
    """Each order is a row; the file is there from the start, without one."""

    adapter = RecordsAdapter
    faults_of_pull = frozenset[Fault]()  # files have no weather

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="agent-tui-records-")
        self._rows = 0

    @property
    def _file(self) -> Path:
        return Path(self._folder.name) / "orders.csv"

    async def start(self) -> None:
        self._add(_HEAD)

    async def stop(self) -> None:
        self._folder.cleanup()

    def context(self, clock: Clock) -> AccountContext:
        settings = {
            "path": str(self._file),
            "columns": ["email=E-Mail", "number=Order no."],
            "currency": "EUR",
        }
        return AccountContext("records", settings, str, logging.getLogger("records"), clock)

    async def order(
        self, email: str, number: str, *, item: str = "Lamp", total: Money | None = None
    ) -> None:
        self._rows += 1
        at = datetime.fromtimestamp(_FIRST + self._rows, UTC).isoformat()
        amount = total or Money(4900, "EUR")
        whole, rest = divmod(amount.minor, 10**amount.exponent)
        written = f"{whole}.{rest:0{amount.exponent}}" if amount.exponent else str(whole)
        self._add((email, number, at, "paid", item, written, amount.currency))

    def _add(self, row: tuple[str, ...]) -> None:
        text = [cell.encode().decode() for cell in row]  # raises UnicodeError for lone surrogates
        with self._file.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow(text)

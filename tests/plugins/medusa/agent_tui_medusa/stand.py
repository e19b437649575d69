"""The stand on which ``agent-tui plugin check`` and the tests run the conformance suite."""

import logging
from collections.abc import Sequence

import httpx
from agent_tui.adapters.contract import AccountContext
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import Clock
from agent_tui.model.record import Money
from agent_tui.model.review import Moderation
from agent_tui.testing.faults import FaultTransport
from agent_tui.testing.server import answer_json
from agent_tui.testing.stand import Arrived, CannotPlay, Fault, Stand

from agent_tui_medusa.adapter import MedusaAdapter
from agent_tui_medusa.reading import MODERATIONS
from agent_tui_medusa.server import MedusaServer, item

KEY = "sk_0123456789abcdef"


class MedusaStand(Stand):
    """One shop in memory, behind bad weather; each thread has a customer who is logged in."""

    adapter = MedusaAdapter
    faults = frozenset(Fault)

    async def start(self) -> None:
        self.server = MedusaServer(KEY)
        self.weather = FaultTransport(self.server, no_entry=_no_entry, silence_s=0.2)
        self._orders: dict[str, str] = {}  # by thread
        self._threads: dict[str, str] = {}  # by review

    async def stop(self) -> None:
        """Nothing is left of a server in memory."""

    def context(self, clock: Clock) -> AccountContext:
        self.server.clock = clock
        return AccountContext(
            name="stand",
            settings={"url": "https://shop.example", "ca_file": None},
            secret=lambda _option: KEY,
            log=logging.getLogger("agent_tui.account.stand"),
            clock=clock,
            network=lambda: self.weather,
        )

    async def write(
        self, text: str, *, thread: str = "one", files: Sequence[tuple[str, bytes]] = ()
    ) -> str:
        _storable(text, files)
        review = self.server.review(self._order_of(thread), text)
        self._threads[review] = thread
        return review

    async def arrived(self) -> Sequence[Arrived]:
        found = [one for one in self.server.reviews.values() if one["response"]]
        found.sort(key=lambda one: str(one["response"]["updated_at"]))
        return [
            Arrived(EffectKind.SEND, self._threads[one["id"]], one["response"]["content"])
            for one in found
        ]

    async def edit(self, remote_id: str, text: str) -> None:
        _storable(text)
        self.server.change(remote_id, content=text)

    async def delete(self, remote_id: str) -> None:
        del self.server.reviews[remote_id]

    async def moderation(self, remote_id: str) -> Moderation:
        return MODERATIONS[self.server.reviews[remote_id]["status"]]

    async def rename(self, name: str, *, thread: str = "one") -> None:
        _storable(name)
        buyer = self.server.orders[self._order_of(thread)]["customer_id"]
        self.server.customers[buyer] |= {"first_name": name, "last_name": ""}

    async def order(
        self, email: str, number: str, *, item: str = "Lamp", total: Money | None = None
    ) -> None:
        _storable(item)
        money = total or Money(1250, "EUR")
        amount = money.minor / 10**money.exponent
        known = [one["id"] for one in self.server.customers.values() if one["email"] == email]
        self.server.order(
            known[0] if known else self.server.customer(email),
            display_id=int(number),
            currency_code=money.currency.lower(),
            total=amount,
            items=[_line(item, amount)],
        )

    def fault(self, fault: Fault, *, times: int = 1) -> None:
        self.weather.play(fault, times)

    def end_faults(self) -> None:
        self.weather.end()

    def strange(self) -> None:
        self.weather.strange()

    def _order_of(self, thread: str) -> str:
        if thread not in self._orders:
            buyer = self.server.customer(f"{thread}@example.test", thread.capitalize())
            self._orders[thread] = self.server.order(buyer)
        return self._orders[thread]


_line = item


def _storable(text: str, files: Sequence[object] = ()) -> None:
    """Raises what keeps Medusa from taking it: its database takes no NUL and no half characters."""
    if files:
        raise CannotPlay("reviews in Medusa have no files")
    if "\0" in text:
        raise CannotPlay("PostgreSQL takes no NUL")
    text.encode()


def _no_entry() -> httpx.Response:
    return answer_json({"message": "Unauthorized"}, 401)

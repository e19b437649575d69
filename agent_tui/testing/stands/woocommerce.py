"""The stand of the WooCommerce adapter: a shop in memory, held to a captured description of one.

Set ``AGENT_TUI_SHARED`` to a folder with
``contracts/woocommerce/woocommerce-11.0.1-live.openapi.json``.
"""

import logging
import os
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import ClassVar

import httpx

from agent_tui.adapters.contract import AccountContext, AnyAdapter
from agent_tui.adapters.woocommerce import WooCommerceAdapter
from agent_tui.adapters.woocommerce.reading import MODERATIONS
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import SECOND, Clock, system_clock
from agent_tui.model.record import Money
from agent_tui.model.review import Moderation
from agent_tui.testing.contract import Amendment, ContractTransport, Document
from agent_tui.testing.faults import FaultTransport
from agent_tui.testing.server import answer_json
from agent_tui.testing.stand import Arrived, CannotPlay, Fault, Stand
from agent_tui.testing.stands.woocommerce_api import WooCommerceApi
from agent_tui.testing.stands.woocommerce_world import AGENT, URL, World

PASSWORD = "abcd EFGH 1234 ijkl"  # noqa: S105 - nobody's
KEY, SECRET = "ck_0123456789abcdef", "cs_fedcba9876543210"

BASE = "/wp-json"
UNCOVERED = {
    "GET /wp-json/wp/v2/users": "of the users the document has only /users/me",
    "GET /wp-json/wp/v2/product/{id}": "the document leaves WordPress's posts out",
}
STATUSES = {409: "WordPress answers so to a comment that is there already; seen on a real one"}

_LISTS = ((f"{BASE}/wp/v2/comments", "10"), (f"{BASE}/wc/v3/products/reviews", "7"))
"""Where the document has the parameter ``include``."""


class WooCommerceStand(Stand):
    """One shop; the customer of each thread is a guest who writes a review, then below it."""

    adapter: ClassVar[type[AnyAdapter]] = WooCommerceAdapter
    faults: ClassVar[frozenset[Fault]] = frozenset(Fault)

    def __init__(self) -> None:
        self._clock: Clock = system_clock
        self._reviews: dict[str, int] = {}  # by thread
        self._names: dict[str, str] = {}
        self.held: ContractTransport | None = None
        document = _document()
        self.contract = document.title if document else ""

    async def start(self) -> None:
        self.world = World(lambda: self._clock() // SECOND)
        self.api = WooCommerceApi(self.world, PASSWORD, KEY, SECRET)
        inner: httpx.AsyncBaseTransport = self.api
        document = _document()
        if document is not None:
            self.held = inner = ContractTransport(
                inner, document, uncovered=UNCOVERED, statuses=STATUSES
            )
        self.weather = FaultTransport(inner, no_entry=_no_entry)

    async def stop(self) -> None:
        """Raises ContractViolation for what the adapter asked against the contract."""
        if self.held is not None and self.held.violations:
            raise self.held.violations[0]

    def context(self, clock: Clock) -> AccountContext:
        self._clock = clock
        secrets = {
            "application_password": PASSWORD,
            "consumer_key": KEY,
            "consumer_secret": SECRET,
        }
        return AccountContext(
            "shop",
            {"url": URL, "user": "agent", "consumer_key": "here", "consumer_secret": "here"},
            secrets.__getitem__,
            logging.getLogger("agent_tui.account.shop"),
            clock,
            network=lambda: self.weather,
        )

    async def write(
        self, text: str, *, thread: str = "one", files: Sequence[tuple[str, bytes]] = ()
    ) -> str:
        if files:
            raise CannotPlay("reviews of a shop have no files")
        text.encode()  # a database takes no half characters
        name = self._names.get(thread, thread.capitalize())
        email = f"{thread}@example.test"
        review = self._reviews.get(thread)
        if review is None:
            written = self.world.review(text, name, email)
            self._reviews[thread] = written.id
        else:
            written = self.world.reply(review, text, name, email)
        return str(written.id)

    async def arrived(self) -> Sequence[Arrived]:
        threads = {number: thread for thread, number in self._reviews.items()}
        ours = [one for one in self.world.comments.values() if one.author == AGENT]
        return [
            Arrived(
                EffectKind.SEND,
                threads[self.world.root(one.id)],
                unescape(one.text),
                deleted=one.status == "trash",
            )
            for one in ours
        ]

    async def edit(self, remote_id: str, text: str) -> None:
        self.world.comments[int(remote_id)].text = escape(text, quote=False)

    async def delete(self, remote_id: str) -> None:
        del self.world.comments[int(remote_id)]

    async def moderation(self, remote_id: str) -> Moderation:
        return MODERATIONS[self.world.comments[int(remote_id)].status]

    async def rename(self, name: str, *, thread: str = "one") -> None:
        name.encode()
        self._names[thread] = name

    async def order(
        self, email: str, number: str, *, item: str = "Lamp", total: Money | None = None
    ) -> None:
        item.encode()
        money = total or Money(1250, "EUR")
        amount = str(Decimal(money.minor).scaleb(-money.exponent))
        line = {"id": 1, "name": item, "quantity": 1, "total": amount}
        self.world.order(email, number, currency=money.currency, total=amount, line_items=[line])

    def fault(self, fault: Fault, *, times: int = 1) -> None:
        self.weather.play(fault, times)

    def end_faults(self) -> None:
        self.weather.end()

    def strange(self) -> None:
        self.weather.strange()


@cache
def _document() -> Document | None:
    shared = os.environ.get("AGENT_TUI_SHARED")
    if not shared:
        return None
    folder = Path(shared) / "contracts" / "woocommerce"
    path = folder / "woocommerce-11.0.1-live.openapi.json"
    why = "of a parameter that is given twice PHP keeps the last, so WordPress splits at commas"
    amendments = [
        Amendment(("paths", route, "get", "parameters", place, "explode"), value=False, reason=why)
        for route, place in _LISTS
    ]
    return Document.load(path, amendments) if path.is_file() else None


def _no_entry() -> httpx.Response:
    said = "Sorry, you cannot list resources."
    body = {"code": "woocommerce_rest_cannot_view", "message": said, "data": {"status": 401}}
    return answer_json(body, 401)

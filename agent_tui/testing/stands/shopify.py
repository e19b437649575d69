"""The stand of the Shopify adapter: a shop in memory, held to the introspection if it is here.

Set ``AGENT_TUI_SHARED`` to a folder with ``contracts/shopify/admin_2026-10.introspection.json.gz``.
"""

import logging
import os
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import ClassVar

import httpx

from agent_tui.adapters.contract import AccountContext, AnyAdapter
from agent_tui.adapters.shopify import ShopifyAdapter
from agent_tui.adapters.shopify.api import PATH, VERSION
from agent_tui.model.clock import Clock
from agent_tui.model.record import Money
from agent_tui.testing.faults import FaultTransport
from agent_tui.testing.graphql import GraphqlTransport, Schema
from agent_tui.testing.stand import ContextStand, Fault
from agent_tui.testing.stands.shopify_api import ShopifyApi, no_entry, price, slow_down

TOKEN = "shpat_0123456789abcdef0123456789abcdef"  # noqa: S105 - nobody's
SHOP = "lamps-and-shades.myshopify.com"


class ShopifyStand(ContextStand):
    """One shop."""

    adapter: ClassVar[type[AnyAdapter]] = ShopifyAdapter
    faults: ClassVar[frozenset[Fault]] = frozenset(Fault)

    def __init__(self) -> None:
        self.held: GraphqlTransport | None = None
        found = schema()
        self.contract = found.title if found else ""

    async def start(self) -> None:
        self.api = ShopifyApi(TOKEN, PATH)
        inner: httpx.AsyncBaseTransport = self.api
        found = schema()
        if found is not None:
            self.held = inner = GraphqlTransport(inner, found, PATH)
        self.weather = FaultTransport(inner, slow_down=slow_down, no_entry=no_entry)

    async def stop(self) -> None:
        """Raises ContractViolation for what the adapter asked against the contract."""
        if self.held is not None and self.held.violations:
            raise self.held.violations[0]

    def context(self, clock: Clock) -> AccountContext:
        return AccountContext(
            "shopify",
            {"shop": SHOP},
            lambda option: {"token": TOKEN}[option],
            logging.getLogger("agent_tui.account.shopify"),
            clock,
            network=lambda: self.weather,
        )

    async def order(
        self, email: str, number: str, *, item: str = "Lamp", total: Money | None = None
    ) -> None:
        known = self.api.customers(email)
        customer = known[0] if known else self.api.customer(email)
        sum_ = total or Money(1999, "EUR")
        paid = price(str(Decimal(sum_.minor).scaleb(-sum_.exponent)), sum_.currency)
        line = {"name": item, "quantity": 1, "sku": "L-1", "discountedTotalSet": paid}
        self.api.order(f"#{number}", customer, totalPriceSet=paid, lineItems=[line])

    def fault(self, fault: Fault, *, times: int = 1) -> None:
        self.weather.play(fault, times)

    def end_faults(self) -> None:
        self.weather.end()

    def strange(self) -> None:
        self.weather.strange()


@cache
def schema() -> Schema | None:
    """Shopify's own introspection; None where it is not."""
    shared = os.environ.get("AGENT_TUI_SHARED")
    path = Path(shared or ".") / "contracts" / "shopify" / f"admin_{VERSION}.introspection.json.gz"
    if not shared or not path.is_file():
        return None
    return Schema.load(path, f"Shopify Admin GraphQL {VERSION}")

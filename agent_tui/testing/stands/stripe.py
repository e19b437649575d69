"""The stand of the Stripe adapter: an account in memory, of Stripe's own examples if they are here.

Set ``AGENT_TUI_SHARED`` to a folder with ``contracts/stripe/fixtures3-subset.json``. These hold
the objects only, and all that the stand gives is held to them. What may be asked stands in
:mod:`stripe_api`, as Stripe's reference has it: there is no description of it to hold it against.
"""

import json
import logging
import os
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from agent_tui.adapters.contract import AccountContext, AnyAdapter
from agent_tui.adapters.stripe import StripeAdapter
from agent_tui.adapters.stripe.api import VERSION
from agent_tui.model.clock import Clock
from agent_tui.model.record import Money
from agent_tui.testing.faults import FaultTransport
from agent_tui.testing.stand import ContextStand, Fault
from agent_tui.testing.stands.stripe_api import StripeApi, no_entry, slow_down

KEY = "rk_live_51PgafTB7WZ01zgkWnobodys"


_HELD = "Stripe's own examples of its objects (fixtures3), parameters as in stripe-python 16.1.0"


class StripeStand(ContextStand):
    """One account; what somebody orders is an invoice, paid by a charge."""

    adapter: ClassVar[type[AnyAdapter]] = StripeAdapter
    faults: ClassVar[frozenset[Fault]] = frozenset(Fault)

    async def start(self) -> None:
        examples = fixtures()
        self.contract = _HELD if examples else ""
        self.api = StripeApi(KEY, VERSION, examples)
        self.weather = FaultTransport(self.api, slow_down=slow_down, no_entry=no_entry)

    async def stop(self) -> None:
        """Raises AssertionError for what the adapter asked and Stripe would refuse."""
        api = getattr(self, "api", None)
        if api is not None and api.refused:
            raise AssertionError(f"Stripe would refuse this: {api.refused[0]}")

    def context(self, clock: Clock) -> AccountContext:
        return AccountContext(
            "stripe",
            {},
            lambda option: {"key": KEY}[option],
            logging.getLogger("agent_tui.account.stripe"),
            clock,
            network=lambda: self.weather,
        )

    async def order(
        self, email: str, number: str, *, item: str = "Lamp", total: Money | None = None
    ) -> None:
        known = self.api.customers(email)
        customer = known[0] if known else self.api.put("customers", email=email)
        sum_ = total or Money(1999, "EUR")
        paid = {"customer": customer["id"], "currency": sum_.currency.lower()}
        self.api.put(
            "charges",
            **paid,
            amount=sum_.minor,
            amount_captured=sum_.minor,
            captured=True,
            status="succeeded",
            description=item,
        )
        line = {"object": "line_item", "id": f"il_{number}", "description": item, "quantity": 1}
        line |= {"amount": sum_.minor, "currency": paid["currency"]}
        lines = {"object": "list", "data": [line], "has_more": False, "url": "/v1/invoices/lines"}
        self.api.put(
            "invoices", **paid, number=number, status="paid", total=sum_.minor, lines=lines
        )

    def fault(self, fault: Fault, *, times: int = 1) -> None:
        self.weather.play(fault, times)

    def end_faults(self) -> None:
        self.weather.end()

    def strange(self) -> None:
        self.weather.strange()


@cache
def fixtures() -> dict[str, dict[str, Any]] | None:
    """Stripe's own examples of its objects; None where they are not."""
    shared = os.environ.get("AGENT_TUI_SHARED")
    path = Path(shared or ".") / "contracts" / "stripe" / "fixtures3-subset.json"
    if not shared or not path.is_file():
        return None
    found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found

"""The claims about what adapters know of customers: a right one passes, seeded flaws are found."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

import httpx
import pytest

from agent_tui.adapters.contract import (
    AccountContext,
    AccountProblem,
    AdapterInfo,
    Deferred,
    Finding,
    Option,
    Role,
    Severity,
    Unreachable,
    as_channel,
    as_context,
)
from agent_tui.content.safe import safe_line
from agent_tui.model.account import Capabilities
from agent_tui.model.clock import SECOND, Clock
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import Identity, IdentityKind
from agent_tui.model.record import Item, Looked, Money, Record, RecordKind
from agent_tui.testing.conformance import Claim, Outcome, claims, claims_of, prove, run, try_claim
from agent_tui.testing.faults import FaultTransport
from agent_tui.testing.pytest_suite import conformance_cases
from agent_tui.testing.stand import ContextStand, Fault, Stand
from tests.testing.toy import ToyStand

TOKEN = "t0ken-that-nobody-sees"
SOON_S = 0.4


class Till:
    """A shop's API: GET /orders?email=."""

    def __init__(self) -> None:
        self.orders: list[dict[str, object]] = []

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization") != TOKEN:
            return httpx.Response(401)
        email = request.url.params.get("email")
        return httpx.Response(200, json=[one for one in self.orders if one["email"] == email])


class TillAdapter:
    """Reads the till."""

    info: ClassVar[AdapterInfo] = AdapterInfo(
        "till",
        "Till",
        "1",
        Capabilities(Channel.MAIL),
        (Option("token", str, "The key.", secret=True),),
        frozenset({Role.CONTEXT}),
    )

    def __init__(self, account: AccountContext) -> None:
        assert account.network is not None
        self.account = account
        self.client = httpx.AsyncClient(transport=account.network(), base_url="https://till.test")

    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        found: dict[str, Record] = {}
        for one in identities:
            if one.kind is IdentityKind.EMAIL:
                found |= {record.remote_id: record for record in await self.of(one.value)}
        return Looked(records=tuple(sorted(found.values(), key=lambda one: -one.at)))

    async def of(self, email: str) -> list[Record]:
        return [self.record(one) for one in await self.page(email)]

    async def page(self, email: str) -> list[dict[str, object]]:
        headers = {"authorization": self.account.secret("token")}
        try:
            answer = await self.client.get("/orders", params={"email": email}, headers=headers)
        except httpx.TransportError as error:
            raise Unreachable("The till does not answer.") from error
        if answer.status_code == 401:
            raise AccountProblem("The till does not know the key; write another one.")
        if answer.status_code == 429:
            raise Deferred("The till asks for patience.", retry_after=SECOND)
        try:
            rows = answer.raise_for_status().json()
        except (httpx.HTTPStatusError, ValueError) as error:
            raise Unreachable("The till is out of order.") from error
        if not isinstance(rows, list):
            raise Unreachable("The till is out of order.")
        return rows

    def record(self, row: dict[str, object]) -> Record:
        minor, currency, exponent = row["total"]  # type: ignore[misc]  # the till's own rows
        return Record(
            RecordKind.ORDER,
            str(row["number"]),
            f"#{row['number']}",
            int(str(row["at"])),
            "paid",
            Money(minor, currency, exponent),  # type: ignore[has-type]
            items=(Item(safe_line(str(row["item"]))),),
        )

    async def check(self) -> list[Finding]:
        await self.page("nobody@example.test")
        return [Finding("Till", Severity.OK)]

    async def close(self) -> None:
        await self.client.aclose()


class TillStand(ContextStand):
    """The till in memory, in any weather."""

    adapter = TillAdapter
    faults = frozenset(Fault)

    async def start(self) -> None:
        self.till = Till()
        self.weather = FaultTransport(httpx.MockTransport(self.till.answer))

    async def stop(self) -> None:
        """Nothing is left of it."""

    def context(self, clock: Clock) -> AccountContext:
        log = logging.getLogger("till")
        settings = {"token": "a reference"}
        return AccountContext("till", settings, lambda _: TOKEN, log, clock, lambda: self.weather)

    async def order(
        self, email: str, number: str, *, item: str = "Lamp", total: Money | None = None
    ) -> None:
        item.encode()  # raises UnicodeError for lone surrogates
        at = 1_790_000_000_000 + len(self.till.orders)
        money = total or Money(100, "EUR")
        paid = [money.minor, money.currency, money.exponent]
        row = {"email": email, "number": number, "item": item, "at": at, "total": paid}
        self.till.orders.append(row)

    def fault(self, fault: Fault, *, times: int = 1) -> None:
        self.weather.play(fault, times)

    def end_faults(self) -> None:
        self.weather.end()


@conformance_cases(TillStand)
async def test_a_right_adapter_passes(stand: type[Stand], claim: Claim) -> None:
    result = await prove(stand, claim)
    wanted = Outcome.NOT_APPLICABLE if claim.name == "order-own" else Outcome.PASSED
    assert result.outcome is wanted, result.detail


class Everybody(TillAdapter):
    async def page(self, email: str) -> list[dict[str, object]]:
        return [one for start in ("", "x") for one in await super().page(start + email)]


class OldestFirst(TillAdapter):
    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        looked = await super().lookup(identities)
        return replace(looked, records=looked.records[::-1])


class FirstOnly(TillAdapter):
    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        return await super().lookup(identities[:1])


class Raw(TillAdapter):
    def record(self, row: dict[str, object]) -> Record:
        return replace(super().record(row), items=(Item(str(row["item"])),))


class Cents(TillAdapter):
    def record(self, row: dict[str, object]) -> Record:
        made = super().record(row)
        assert made.total is not None
        return replace(made, total=replace(made.total, exponent=2))


class Remembers(TillAdapter):
    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        if not hasattr(self, "first"):
            self.first = await super().lookup(identities)
        return self.first


class Tells(TillAdapter):
    async def page(self, email: str) -> list[dict[str, object]]:
        self.account.log.info("asking with %s", self.account.secret("token"))
        return await super().page(email)


class Hushed(TillAdapter):
    async def page(self, email: str) -> list[dict[str, object]]:
        try:
            return await super().page(email)
        except (Unreachable, AccountProblem):
            return []


class Nameless(TillAdapter):
    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        found = await super().lookup(identities)
        records = found.records or (Record(RecordKind.ORDER, "0", "", 0, "none"),)
        return replace(found, records=records)


@pytest.mark.parametrize(
    ("flawed", "names"),
    [
        (Everybody, ["order-others"]),
        (OldestFirst, ["orders"]),
        (FirstOnly, ["order-several"]),
        (Raw, ["order-hostile"]),
        (Cents, ["order-sums"]),
        (Remembers, ["order-again"]),
        (Tells, ["order-secrets"]),
        (Nameless, ["order-nobody"]),
        (Hushed, [f"lookup-{fault.value.replace(' ', '-')}" for fault in Fault]),
    ],
)
async def test_a_seeded_flaw_is_found(flawed: type[TillAdapter], names: list[str]) -> None:
    class Flawed(TillStand):
        adapter = flawed

    for result in await run(Flawed, names, patience_s=SOON_S):
        if result.claim.name != "lookup-silence":  # a silence that lasts is no flaw
            assert result.outcome is Outcome.FAILED, result


def test_claims_are_chosen_by_role() -> None:
    of_channels = {claim.name for claim in claims_of(ToyStand)}
    of_shops = {claim.name for claim in claims_of(TillStand)}
    assert of_channels & of_shops == {"info", "check", "check-refused", "close"}
    assert of_channels | of_shops == {claim.name for claim in claims()}


async def test_a_claim_about_another_role_is_not_applicable() -> None:
    (resume,) = [claim for claim in claims() if claim.name == "resume"]
    result = await try_claim(TillStand, resume)
    assert (result.outcome, "role channel" in result.detail) == (Outcome.NOT_APPLICABLE, True)


def test_an_adapter_is_what_its_roles_say() -> None:
    stand: Callable[[], TillStand] = TillStand
    made = stand()
    made.weather = FaultTransport(httpx.MockTransport(Till().answer))
    adapter = TillAdapter(made.context(lambda: 0))
    assert as_channel(adapter) is None
    assert as_context(adapter) is adapter

"""From an address to everything that Stripe knows of its owner."""

import pytest

from agent_tui.adapters.contract import AccountProblem, Severity
from agent_tui.model.customer import Identity, IdentityKind
from agent_tui.model.record import Looked, Money, RecordKind
from agent_tui.testing.stands.stripe import KEY
from tests.adapters.stripe.visit import ADA, of_kind, visit


async def test_an_address_in_capitals_at_stripe_is_found_by_its_search() -> None:
    async with visit() as here:
        here.api.put("customers", email="Ada@Example.TEST", name="Ada")
        assert [one.name for one in (await here.email(ADA)).profiles] == ["Ada"]


async def test_somebody_too_new_for_the_search_is_found_by_the_list() -> None:
    async with visit() as here:
        here.api.searches = False
        here.api.put("customers", email=ADA, name="Ada")
        assert [one.name for one in (await here.email(ADA)).profiles] == ["Ada"]
        assert "Search is not available for your account" in here.api.refused
        here.api.refused.clear()


async def test_everybody_with_the_address_is_one_customer() -> None:
    async with visit() as here:
        for number in (1, 2):
            who = here.api.put("customers", email=ADA)
            here.api.put("invoices", customer=who["id"], number=f"A-{number}", status="paid")
        looked = await here.email(ADA)
        assert len(looked.profiles) == 2
        assert [one.number for one in looked.records] == ["A-2", "A-1"]


async def test_more_customers_than_are_looked_at_are_said() -> None:
    async with visit() as here:
        for _ in range(11):
            here.api.put("customers", email=ADA)
        looked = await here.email(ADA)
        assert (len(looked.profiles), looked.more) == (10, True)


async def test_phone_numbers_and_stripes_own_ids_find_their_owner() -> None:
    async with visit() as here:
        ada = here.api.put("customers", email=ADA, phone="+4930123456", name="Ada")
        phone = await here.of(Identity(IdentityKind.PHONE, "+4930123456"))
        own = await here.of(Identity(IdentityKind.SHOP, ada["id"]))
        assert [one.name for one in (*phone.profiles, *own.profiles)] == ["Ada", "Ada"]
        here.api.refused.clear()


async def test_an_id_that_is_gone_is_nobody() -> None:
    async with visit() as here:
        gone = here.api.put("customers", email=ADA, deleted=True)
        for name in (gone["id"], "cus_never"):
            assert await here.of(Identity(IdentityKind.SHOP, name)) == Looked()
        here.api.refused.clear()


@pytest.mark.parametrize(
    "email",
    ['"@x', 'a" OR email:"b@x', "back\\slash@x", "a\x00b@x", "\ud800@x", "x" * 600 + "@x", "@"],
)
async def test_a_hostile_address_asks_for_itself_only(email: str) -> None:
    async with visit() as here:
        here.api.put("customers", email="b@x")
        assert await here.email(email) == Looked()


async def test_a_hostile_address_that_is_somebodys_is_found() -> None:
    async with visit() as here:
        here.api.put("customers", email='"ada \\ b"@Example.test', name="Ada")
        assert [one.name for one in (await here.email('"ada \\ b"@example.test')).profiles] == [
            "Ada"
        ]


async def test_refunds_and_disputes_belong_to_their_payment() -> None:
    async with visit() as here:
        who = here.api.put("customers", email=ADA)["id"]
        paid = {"currency": "eur", "amount": 1000, "amount_captured": 1000, "captured": True}
        charge = here.api.put(
            "charges", customer=who, status="succeeded", disputed=True, amount_refunded=300, **paid
        )
        here.api.put("refunds", charge=charge["id"], amount=300, currency="eur", status="succeeded")
        here.api.put(
            "disputes",
            charge=charge["id"],
            amount=700,
            currency="eur",
            status="needs_response",
            reason="product_not_received",
            evidence_details={"due_by": 1_790_000_000},
        )
        looked = await here.email(ADA)
        (payment,) = of_kind(looked, RecordKind.PAYMENT)
        (refund,) = of_kind(looked, RecordKind.REFUND)
        (dispute,) = of_kind(looked, RecordKind.DISPUTE)
        assert (payment.status, refund.of, dispute.of) == ("disputed", charge["id"], charge["id"])
        assert refund.total == Money(300, "EUR")
        assert (dispute.open, dispute.due_at) == (True, 1_790_000_000_000)
        assert (dispute.status, dispute.reason) == ("needs response", "product not received")
        assert looked.profiles[0].spent == Money(700, "EUR")


async def test_ended_subscriptions_are_told_too() -> None:
    async with visit() as here:
        who = here.api.put("customers", email=ADA)["id"]
        here.api.put("subscriptions", customer=who, status="canceled")
        (ended,) = of_kind(await here.email(ADA), RecordKind.SUBSCRIPTION)
        assert ended.status == "canceled"


async def test_pages_go_on_where_the_last_ended_and_come_to_an_end() -> None:
    async with visit() as here:
        who = here.api.put("customers", email=ADA)["id"]
        for number in range(250):
            here.api.put("invoices", customer=who, number=f"N{number}", status="open")
        looked = await here.email(ADA)
        assert [one.number for one in looked.records] == [f"N{n}" for n in range(249, 49, -1)]
        assert looked.more


async def test_what_a_customer_spent_is_not_guessed_where_not_all_is_known() -> None:
    async with visit() as here:
        who = here.api.put("customers", email=ADA)["id"]
        paid = {"amount": 100, "amount_captured": 100, "status": "succeeded"}
        for code in ("eur", "usd"):
            here.api.put("charges", customer=who, currency=code, **paid)
        assert (await here.email(ADA)).profiles[0].spent is None


async def test_a_right_that_the_key_lacks_is_named_without_the_key() -> None:
    async with visit() as here:
        here.api.put("customers", email=ADA)
        here.api.denied = {"subscriptions"}
        with pytest.raises(AccountProblem, match="rak_subscription_read") as problem:
            await here.email(ADA)
        assert KEY not in f"{problem.value} "
        here.api.refused.clear()


async def test_a_key_that_was_renewed_is_read_anew() -> None:
    async with visit() as here:
        here.keys = ["rk_live_old", KEY]
        here.api.put("customers", email=ADA)
        with pytest.raises(AccountProblem):
            await here.email(ADA)
        here.api.refused.clear()
        assert (await here.email(ADA)).profiles


@pytest.mark.parametrize("key", ["", "pk_live_51PgafTB7", "rk_live_with blank", "Bearer x"])
async def test_what_is_no_secret_key_goes_nowhere(key: str) -> None:
    async with visit() as here:
        here.keys = [key]
        with pytest.raises(AccountProblem, match="restricted key"):
            await here.email(ADA)
        assert here.api.requests == []


async def test_check_names_what_the_key_may_not_read() -> None:
    async with visit() as here:
        here.api.denied = {"disputes"}
        found = await here.adapter.check()
        assert [one.what for one in found if one.severity is Severity.ERROR] == ["Reading disputes"]
        here.api.refused.clear()


async def test_check_says_what_a_stripe_without_search_cannot_find() -> None:
    async with visit() as here:
        here.api.searches = False
        (warning,) = [o for o in await here.adapter.check() if o.severity is Severity.WARNING]
        assert "phone numbers not at all" in warning.detail
        here.api.refused.clear()


async def test_check_warns_of_a_key_that_may_do_everything() -> None:
    async with visit() as here:
        here.api.key = "sk_live_almighty"
        here.keys = ["sk_live_almighty"]
        found = await here.adapter.check()
        assert [one.what for one in found if one.severity is Severity.WARNING] == ["Stripe key"]


async def test_only_reading_is_ever_asked_for() -> None:
    async with visit() as here:
        here.api.put("charges", customer=here.api.put("customers", email=ADA)["id"])
        await here.email(ADA)
        await here.adapter.check()
        assert {one.method for one in here.api.requests} == {"GET"}
        assert {one.headers["Stripe-Version"] for one in here.api.requests} == {here.api.version}

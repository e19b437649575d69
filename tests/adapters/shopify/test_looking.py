"""From an address to everything that a shop knows of its owner."""

import pytest

from agent_tui.adapters.contract import (
    AccountProblem,
    AdapterError,
    Deferred,
    Refused,
    Severity,
    Unreachable,
)
from agent_tui.model.customer import Identity, IdentityKind
from agent_tui.model.record import Item, Looked, Money, RecordKind, Shipment
from agent_tui.testing.stands.shopify import SHOP, TOKEN
from agent_tui.testing.stands.shopify_api import price
from tests.adapters.shopify.visit import ADA, visit

_SENT: dict[str, str | None] = {"createdAt": "2026-10-02T10:00:00Z", "inTransitAt": None}


async def test_an_order_comes_whole() -> None:
    async with visit() as here:
        ada = here.api.customer(
            ADA,
            displayName="Ada Byron",
            numberOfOrders="3",
            amountSpent={"amount": "120.5", "currencyCode": "EUR"},
            note="likes lamps",
            tags=["VIP", "trade"],
        )
        track = {"company": "DHL", "number": "0034", "url": "https://dhl.example/0034"}
        order = here.api.order(
            "#1007",
            ada,
            displayFinancialStatus="PARTIALLY_REFUNDED",
            displayFulfillmentStatus="FULFILLED",
            totalPriceSet=price("5000", "JPY"),
            lineItems=[
                {
                    "name": "Lamp",
                    "quantity": 2,
                    "sku": None,
                    "discountedTotalSet": price("40.00"),
                }
            ],
            fulfillments=[
                {
                    "createdAt": "2026-10-02T10:00:00Z",
                    "inTransitAt": None,
                    "displayStatus": "IN_TRANSIT",
                    "trackingInfo": [track],
                }
            ],
            refunds=[
                {
                    "id": "gid://shopify/Refund/1",
                    "createdAt": "2026-10-09T10:00:00Z",
                    "note": "broken",
                    "totalRefundedSet": price("1000", "JPY"),
                }
            ],
        )
        looked = await here.email(ADA)
    (profile,) = looked.profiles
    assert (profile.name, profile.orders, profile.note) == ("Ada Byron", 3, "likes lamps")
    assert (profile.spent, profile.tags) == (Money(12050, "EUR"), ("VIP", "trade"))
    assert profile.url == f"https://{SHOP}/admin/customers/{ada['legacyResourceId']}"
    refund, found = looked.records
    assert (found.number, found.status) == ("#1007", "partially refunded, fulfilled")
    assert found.total == Money(5000, "JPY", 0)
    assert found.items == (Item("Lamp", 2, total=Money(4000, "EUR")),)
    assert found.shipments == (
        Shipment("DHL", "0034", "https://dhl.example/0034", "in transit", 1_790_935_200_000),
    )
    assert (refund.kind, refund.of, refund.reason) == (RecordKind.REFUND, order["id"], "broken")
    assert refund.total == Money(1000, "JPY", 0)


async def test_an_order_without_a_customer_is_found_by_its_address() -> None:
    async with visit() as here:
        here.api.order("#1", None, email="Ada@Example.test")
        looked = await here.email(ADA)
        assert (looked.profiles, [one.number for one in looked.records]) == ((), ["#1"])


async def test_orders_of_a_customer_under_an_earlier_address_are_found() -> None:
    async with visit() as here:
        here.api.order("#1", here.api.customer(ADA), email="maiden@example.test")
        assert [one.number for one in (await here.email(ADA)).records] == ["#1"]


@pytest.mark.parametrize("other", [f"x.{ADA}", f"{ADA}.example", "ada-example@test"])
async def test_who_only_shares_words_of_an_address_is_somebody_else(other: str) -> None:
    async with visit() as here:
        here.api.order("#1", here.api.customer(other))
        assert await here.email(ADA) == Looked()


@pytest.mark.parametrize(
    "email",
    [
        '"@x.test',
        'a@x" OR email:"b@x.test',
        "b@x.test\\",
        'a\\"@x OR id:1 OR email:"b@x.test',
        "a@x) OR (b@x.test",
        "b\x00@x.test",
        "\ud800@x.test",
        "*@x.test",
        "@",
        "b" * 600 + "@x.test",
    ],
)
async def test_a_hostile_address_asks_for_itself_only(email: str) -> None:
    async with visit() as here:
        here.api.order("#1", here.api.customer("b@x.test"))
        assert await here.email(email) == Looked()
        for request in here.api.requests:
            assert b"b@x.test" not in request.content.split(b'"variables"')[0]


async def test_a_hostile_address_that_is_somebodys_is_found() -> None:
    async with visit() as here:
        here.api.order("#1", here.api.customer('"ada \\ b"@example.test'))
        assert len((await here.email('"ada \\ b"@Example.test')).records) == 1


async def test_phone_numbers_and_shopifys_own_ids_find_their_owner() -> None:
    async with visit() as here:
        phone = {"phoneNumber": "+49301234567"}
        ada = here.api.customer(ADA, defaultPhoneNumber=phone)
        here.api.customer("bob@example.test", defaultPhoneNumber={"phoneNumber": "+4930"})
        here.api.order("#1", ada)
        for identity in (
            Identity(IdentityKind.PHONE, "+49 30 / 1234567"),
            Identity(IdentityKind.SHOP, ada["id"]),
        ):
            looked = await here.of(identity)
            assert [one.remote_id for one in looked.profiles] == [ada["id"]]
            assert [one.number for one in looked.records] == ["#1"]


async def test_pages_go_on_where_the_last_ended_and_come_to_an_end() -> None:
    async with visit() as here:
        ada = here.api.customer(ADA)
        for number in range(60):
            here.api.order(f"#{number}", ada)
        looked = await here.email(ADA)
        assert [one.number for one in looked.records] == [f"#{n}" for n in range(59, 9, -1)]
        assert looked.more


async def test_lines_that_were_left_out_are_said() -> None:
    async with visit() as here:
        line = {"name": "Lamp", "quantity": 1, "sku": "", "discountedTotalSet": price("1")}
        here.api.order("#1", here.api.customer(ADA), lineItems=[line] * 11)
        looked = await here.email(ADA)
        assert (len(looked.records[0].items), looked.more) == (10, True)


async def test_a_parcel_without_a_number_is_a_parcel() -> None:
    async with visit() as here:
        sent: dict[str, object] = {**_SENT, "displayStatus": "DELIVERED", "trackingInfo": []}
        here.api.order("#1", here.api.customer(ADA), fulfillments=[sent])
        (parcel,) = (await here.email(ADA)).records[0].shipments
        assert (parcel.tracking, parcel.status) == ("", "delivered")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://x/\x1b[2J", "http://[", None, "https://x/ y"]
)
async def test_a_link_that_is_none_of_the_web_is_left_out(url: str | None) -> None:
    async with visit() as here:
        track = [{"company": None, "number": "1", "url": url}]
        sent: dict[str, object] = {**_SENT, "displayStatus": None, "trackingInfo": track}
        here.api.order("#1", here.api.customer(ADA), fulfillments=[sent])
        assert (await here.email(ADA)).records[0].shipments[0].url == ""


async def test_a_cancelled_order_says_so_and_why() -> None:
    async with visit() as here:
        here.api.order(
            "#1",
            here.api.customer(ADA),
            cancelledAt="2026-10-02T10:00:00Z",
            cancelReason="CUSTOMER",
            displayFinancialStatus="VOIDED",
        )
        (found,) = (await here.email(ADA)).records
        assert (found.status, found.reason) == ("cancelled, voided, unfulfilled", "customer")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ACCESS_DENIED", AccountProblem),
        ("SHOP_INACTIVE", AccountProblem),
        ("INTERNAL_SERVER_ERROR", Unreachable),
        ("MAX_COST_EXCEEDED", Refused),
    ],
)
async def test_an_error_that_comes_with_status_200_is_one(
    code: str, kind: type[AdapterError]
) -> None:
    async with visit() as here:
        here.api.refuse = {"message": "No.", "extensions": {"code": code}}
        with pytest.raises(kind):
            await here.email(ADA)


@pytest.mark.parametrize("status", [402, 404, 423])
async def test_a_shop_that_cannot_be_asked_is_the_owners_to_mend(status: int) -> None:
    async with visit() as here:
        here.api.status = status
        with pytest.raises(AccountProblem, match=SHOP):
            await here.email(ADA)


async def test_the_wait_is_what_the_missing_points_take_to_come_back() -> None:
    async with visit() as here:
        here.api.refuse = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
        here.api.left = -750.0  # of 50 that the question costs, at 100 a second
        with pytest.raises(Deferred) as told:
            await here.email(ADA)
        assert told.value.retry_after == 8_000


async def test_who_was_told_to_wait_does_not_ask_before() -> None:
    async with visit() as here:
        here.api.refuse = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
        here.api.left = -5_950.0
        for _ in range(3):
            with pytest.raises(Deferred):
                await here.email(ADA)
        assert len(here.api.requests) == 1


async def test_the_next_question_waits_until_the_shop_has_its_points() -> None:
    async with visit() as here:
        here.api.customer(ADA)
        here.api.left = -5_950.0
        with pytest.raises(Deferred):  # the first is answered and leaves nothing for the second
            await here.email(ADA)
        assert len(here.api.requests) == 1


async def test_a_token_that_was_renewed_is_taken_at_once() -> None:
    async with visit() as here:
        here.tokens = ["shpat_of_yesterday", TOKEN]
        here.api.customer(ADA)
        assert (await here.email(ADA)).profiles


@pytest.mark.parametrize("token", ["", "short", "with a blank in it", "n\u00f6n-ascii-token"])
async def test_what_is_no_token_goes_nowhere(token: str) -> None:
    async with visit() as here:
        here.tokens = [token]
        with pytest.raises(AccountProblem, match="token"):
            await here.email(ADA)
        assert here.api.requests == []


@pytest.mark.parametrize(
    "shop",
    ["", "lamps.example.com", "https://lamps.myshopify.com", "evil.test/.myshopify.com", "a@b"],
)
async def test_no_token_goes_to_what_is_no_shop_of_shopifys(shop: str) -> None:
    async with visit(shop) as here:
        with pytest.raises(AccountProblem, match="myshopify"):
            await here.email(ADA)
        assert here.api.requests == []


@pytest.mark.parametrize(
    ("scopes", "severity"),
    [
        (["read_customers", "read_orders", "read_all_orders"], Severity.OK),
        (["read_customers", "read_orders"], Severity.WARNING),
        (["read_customers", "write_orders", "read_all_orders"], Severity.WARNING),
        (["read_orders"], Severity.ERROR),
    ],
)
async def test_check_looks_at_the_rights(scopes: list[str], severity: Severity) -> None:
    async with visit() as here:
        here.api.scopes = scopes
        found = {one.what: one for one in await here.adapter.check()}
        assert found["Rights"].severity is severity
        assert found["Shopify"].detail == "Lamps & Shades"


async def test_check_warns_when_the_shop_answers_in_another_version() -> None:
    async with visit() as here:
        here.api.served = "2027-01"
        found = {one.what: one for one in await here.adapter.check()}
        assert found["Version of the API"].severity is Severity.WARNING

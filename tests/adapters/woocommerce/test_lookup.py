"""What a shop knows of a customer: orders, refunds, parcels, and nobody else's."""

from agent_tui.adapters.woocommerce.shop import MOST_ORDERS
from agent_tui.model.customer import Identity, IdentityKind
from agent_tui.model.record import Money, RecordKind, Shipment
from tests.adapters.woocommerce.visit import visit

ANN = Identity(IdentityKind.EMAIL, "ann@example.test")


async def test_an_order_has_its_items_status_and_a_way_to_it() -> None:
    line = {"id": 1, "name": "Blue mug", "sku": "MUG-1", "quantity": 3, "total": "37.50"}
    async with visit() as made:
        order = made.world.order(
            "ann@example.test", "1012", status="on-hold", total="37.50", line_items=[line]
        )
        (found,) = (await made.adapter.lookup([ANN])).records

    assert (found.kind, found.number, found.status) == (RecordKind.ORDER, "#1012", "on hold")
    assert found.total == Money(3750, "EUR")
    (item,) = found.items
    assert (item.name, item.sku, item.quantity) == ("Blue mug", "MUG-1", 3)
    assert item.total == Money(3750, "EUR")
    assert found.url == (f"https://shop.example/wp-admin/post.php?post={order['id']}&action=edit")


async def test_a_refund_names_its_order_reason_and_sum() -> None:
    async with visit() as made:
        order = made.world.order("ann@example.test", "1012", currency="JPY", total="500")
        made.world.refund(order["id"], "200", "broken")
        refund, found = (await made.adapter.lookup([ANN])).records

    assert refund.kind is RecordKind.REFUND
    assert (refund.of, refund.reason) == (found.remote_id, "broken")
    assert refund.total == Money(200, "JPY", 0)


async def test_refunds_are_asked_for_where_an_order_has_some_only() -> None:
    async with visit() as made:
        made.world.order("ann@example.test", "1012")
        await made.adapter.lookup([ANN])

    assert made.asked("/refunds") == []


async def test_parcels_come_from_the_tracking_plug_ins_meta() -> None:
    parcel = {
        "tracking_provider": "dhl",
        "custom_tracking_provider": "",
        "custom_tracking_link": "https://dhl.example/?n=JD014",
        "tracking_number": "JD014",
        "date_shipped": "1795291662",
    }
    bad = {"tracking_number": "X1", "custom_tracking_link": "javascript:alert(1)"}
    meta = {"id": 1, "key": "_wc_shipment_tracking_items", "value": [parcel, bad, {}]}
    async with visit() as made:
        made.world.order("ann@example.test", "1012", meta_data=[meta])
        (found,) = (await made.adapter.lookup([ANN])).records

    assert found.shipments == (
        Shipment("dhl", "JD014", "https://dhl.example/?n=JD014", at=1_795_291_662_000),
        Shipment(tracking="X1"),
    )


async def test_a_registered_customer_is_found_by_number_with_orders_under_another_address() -> None:
    async with visit() as made:
        number = made.world.customer("ann@example.test", "Ann", "Lee")
        made.world.order("ann@work.test", "1013", customer_id=number)
        shop = Identity(IdentityKind.SHOP, f"shop.example/user/{number}")
        looked = await made.adapter.lookup([shop])

    (profile,) = looked.profiles
    assert (profile.remote_id, profile.name) == (str(number), "Ann Lee")
    assert profile.url.endswith(f"user_id={number}")
    assert [one.number for one in looked.records] == ["#1013"]


async def test_numbers_of_other_shops_and_of_nobody_find_nothing() -> None:
    async with visit() as made:
        number = made.world.customer("ann@example.test", "Ann", "Lee")
        strangers = [f"other.example/user/{number}", "shop.example/user/99", str(number)]
        looked = [
            await made.adapter.lookup([Identity(IdentityKind.SHOP, one)]) for one in strangers
        ]

    assert [(one.profiles, one.records) for one in looked] == [((), ())] * 3


async def test_an_order_that_is_found_in_two_ways_comes_once() -> None:
    async with visit() as made:
        number = made.world.customer("ann@example.test", "Ann", "Lee")
        made.world.order("ann@example.test", "1013", customer_id=number)
        looked = await made.adapter.lookup([ANN])

    assert [one.number for one in looked.records] == ["#1013"]


async def test_of_many_orders_the_newest_come_and_it_is_said_that_there_are_more() -> None:
    async with visit() as made:
        for number in range(MOST_ORDERS + 5):
            made.world.order("ann@example.test", str(number))
        looked = await made.adapter.lookup([ANN])

    assert looked.more
    assert [one.number for one in looked.records] == [
        f"#{number}" for number in reversed(range(5, MOST_ORDERS + 5))
    ]

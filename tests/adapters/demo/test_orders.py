"""The demo shop knows the orders that its customers write about."""

import logging
import re

import pytest

from agent_tui.adapters.contract import AccountContext
from agent_tui.adapters.demo import DemoAdapter, shop
from agent_tui.adapters.demo.play import history, people
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import Millis
from agent_tui.model.customer import Identity, IdentityKind
from agent_tui.model.record import Looked, RecordKind
from tests.factory import START


def adapter(seed: int = 1, now: Millis = START) -> DemoAdapter:
    settings = {"seed": seed, "now": now}
    log = logging.getLogger("tests.demo")
    return DemoAdapter(AccountContext("demo", settings, str, log, lambda: now))


async def of(mail: str, seed: int = 1) -> Looked:
    return await adapter(seed).lookup([Identity(IdentityKind.EMAIL, mail)])


async def test_every_order_that_a_customer_names_is_known() -> None:
    for play in history():
        named = re.findall(r"#(\d{4,5})\b", play.subject)
        if named and play.person.mail:
            looked = await of(play.person.mail)
            known = {one.number for one in looked.records}
            assert {f"#{number}" for number in named} <= known


async def test_the_same_seed_gives_the_same_orders_and_another_others() -> None:
    mails = [person.mail for person in people().values() if person.mail]
    once = [await of(mail) for mail in mails]
    assert once == [await of(mail) for mail in mails]
    assert once != [await of(mail, seed=2) for mail in mails]


@pytest.mark.parametrize("mail", sorted(p.mail for p in people().values() if p.mail))
async def test_what_is_known_is_in_order_in_the_past_and_safe(mail: str) -> None:
    records = (await of(mail)).records
    times = [one.at for one in records]
    keys = [(one.kind, one.remote_id) for one in records]
    assert times == sorted(times, reverse=True)
    assert all(at < START for at in times)
    assert len(set(keys)) == len(keys)
    for one in records:
        for text in (one.number, one.status, *(item.name for item in one.items)):
            assert text == safe_line(text) != ""


async def test_who_is_known_by_a_handle_only_has_orders_too() -> None:
    handles = [p.handle for p in people().values() if p.handle and not p.mail]
    found = [await adapter().lookup([Identity(IdentityKind.HANDLE, one)]) for one in handles]
    assert any(looked.records for looked in found)


async def test_one_customer_has_something_of_everything() -> None:
    (known,) = [person for person in people().values() if person.name == shop.CALLED]
    records = (await of(known.mail)).records

    kinds = {one.kind for one in records}
    assert {RecordKind.ORDER, RecordKind.REFUND, RecordKind.SURVEY} <= kinds
    assert any(parcel.at for one in records for parcel in one.shipments)
    assert all(one.score for one in records if one.kind is RecordKind.SURVEY)


async def test_money_that_went_back_is_a_refund_of_its_order() -> None:
    every = [await of(p.mail) for p in people().values() if p.mail]
    refunds = [
        (looked, one) for looked in every for one in looked.records if one.kind is RecordKind.REFUND
    ]
    assert refunds
    for looked, refund in refunds:
        assert refund.of in {one.remote_id for one in looked.records}

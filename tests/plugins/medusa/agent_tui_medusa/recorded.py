"""A day with a shop: what is asked of a real one and recorded, and is played again in tests."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent_tui.adapters.contract import Effect, Finding, Settled, Target
from agent_tui.model.account import EffectKind
from agent_tui.model.customer import Identity, IdentityKind
from agent_tui.model.incoming import Batch, Incoming, Outgoing
from agent_tui.model.message import Address
from agent_tui.model.record import Looked
from agent_tui.model.review import Moderation
from agent_tui.testing.recording import Exchange

from agent_tui_medusa.adapter import MAILBOX, MedusaAdapter

_BULK = ("raw_", "detail", "metadata")
"""How fields begin that Medusa adds to every line of an order, and nobody reads."""


@dataclass(frozen=True, slots=True)
class Day:
    """What a shop answered, from the first pull to the last look-up."""

    review: Incoming  # the newest, as it first came
    settled: Settled  # of its answer
    news: Sequence[Batch]  # of a second pull
    by_shop: Looked  # by what the reviewer is called in the shop
    by_email: Looked
    findings: Sequence[Finding]


async def day(adapter: MedusaAdapter) -> Day:
    """Read, answer, change the answer, approve, read again, look the customer up, check."""
    first = [batch async for batch in adapter.pull({})]
    review = first[-1].messages[-1]
    target = (Target(MAILBOX, review.remote_id),)

    async def deliver(kind: EffectKind, key: str, text: str = "") -> Effect:
        said = Outgoing("", text, Address("", "")) if text else None
        effect = Effect(kind, key, said, moderation=Moderation.PUBLISHED, targets=target)
        await adapter.deliver(effect, _no_commit)
        return effect

    sent = await deliver(EffectKind.SEND, "key/1", "We are sorry.")
    settled = await adapter.settle(sent)
    await deliver(EffectKind.EDIT, "key/2", "A new one is on its way.")
    await deliver(EffectKind.MODERATE, "key/3")
    cursors = {batch.mailbox: batch.cursor for batch in first}
    news = [batch async for batch in adapter.pull(cursors)]
    ((_, email),) = review.sender.claims
    by_shop = await adapter.lookup([Identity(review.sender.kind, review.sender.value)])
    by_email = await adapter.lookup([Identity(IdentityKind.EMAIL, email)])
    return Day(review, settled, news, by_shop, by_email, await adapter.check())


def trimmed(exchange: Exchange) -> Exchange:
    """``exchange`` without the bulk in its answer."""
    return replace(exchange, answer=_trimmed(exchange.answer))


def _trimmed(value: Any) -> Any:
    match value:
        case dict():
            kept = {name: one for name, one in value.items() if not name.startswith(_BULK)}
            return {name: _trimmed(one) for name, one in kept.items()}
        case list():
            return [_trimmed(one) for one in value]
        case _:
            return value


async def _no_commit() -> None:
    raise AssertionError("a review has one answer: there is no step of no return")

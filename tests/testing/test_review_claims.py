"""The claims about reviews and who wrote them, seeded with flaws in an adapter that is right."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

import pytest
from agent_tui_medusa.adapter import MedusaAdapter
from agent_tui_medusa.stand import MedusaStand

from agent_tui.model.customer import Identity, IdentityKind
from agent_tui.model.incoming import Batch
from agent_tui.model.record import Looked
from agent_tui.testing.conformance import Outcome, run

CLAIMS = ("stars", "order-own")


class CountsInHundreds(MedusaAdapter):
    async def pull(self, cursors: Mapping[str, str]) -> AsyncIterator[Batch]:
        async for batch in super().pull(cursors):
            found = tuple(replace(one, rating=80) for one in batch.messages)
            yield replace(batch, messages=found)


class ForgetsItsOwnNames(MedusaAdapter):
    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        return await super().lookup([i for i in identities if i.kind is not IdentityKind.SHOP])


FLAWS = {
    CountsInHundreds: "stars",
    ForgetsItsOwnNames: "order-own",
}


async def test_a_right_adapter_passes() -> None:
    results = await run(MedusaStand, CLAIMS)

    assert [one.outcome for one in results] == [Outcome.PASSED] * len(CLAIMS)


@pytest.mark.parametrize(("flawed", "name"), FLAWS.items())
async def test_a_seeded_flaw_is_found(flawed: type[MedusaAdapter], name: str) -> None:
    class Flawed(MedusaStand):
        adapter = flawed

    (result,) = await run(Flawed, [name])

    assert result.outcome is Outcome.FAILED
    assert result.detail

"""Every built-in adapter that has a stand keeps every claim of the conformance suite."""

from importlib.util import find_spec

import pytest

from agent_tui.testing.conformance import Claim, claims_of, stands
from agent_tui.testing.pytest_suite import skip_or_fail
from agent_tui.testing.stand import Stand

STANDS = [entry for entry in stands().values() if find_spec(entry.module)]
CASES = [
    pytest.param(entry.load, claim, id=f"{entry.name}-{claim.name}")
    for entry in STANDS
    for claim in claims_of(entry.load())
]


@pytest.mark.parametrize(("load", "claim"), CASES)
async def test_a_built_in_adapter_keeps_the_contract(load: object, claim: Claim) -> None:
    assert callable(load)
    stand: type[Stand] = load()
    await skip_or_fail(stand, claim)


def test_every_built_in_adapter_has_a_stand() -> None:
    assert {"demo", "imap", "maildir"} <= {entry.name for entry in STANDS}

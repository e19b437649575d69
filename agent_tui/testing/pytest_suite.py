"""The conformance suite as tests of an author's own, for pytest with pytest-asyncio.

from agent_tui.testing.pytest_suite import conformance_cases, skip_or_fail

@conformance_cases(ShopStand)
async def test_conformance(stand, claim):
    await skip_or_fail(stand, claim)
"""

import os

import pytest

from agent_tui.testing.conformance import Claim, Outcome, claims_of, prove
from agent_tui.testing.stand import Stand
from agent_tui.testing.trial import PATIENCE_S


def conformance_cases(*stands: type[Stand]) -> pytest.MarkDecorator:
    """Parametrises a test with ``stand`` and ``claim``, for each claim about each of ``stands``."""
    cases = [(stand, claim) for stand in stands for claim in claims_of(stand)]
    ids = [f"{stand.adapter.info.name}-{claim.name}" for stand, claim in cases]
    return pytest.mark.parametrize(("stand", "claim"), cases, ids=ids)


async def skip_or_fail(stand: type[Stand], claim: Claim, *, patience_s: float = PATIENCE_S) -> None:
    """Prove ``claim``; skips what is not applicable or cannot be checked here, with the reason.

    With AGENT_TUI_REQUIRE_SERVERS=1 a stand that is not there fails the test.
    """
    result = await prove(stand, claim, patience_s=patience_s)
    if result.missing and os.environ.get("AGENT_TUI_REQUIRE_SERVERS") == "1":
        pytest.fail(result.detail)
    if result.outcome is not Outcome.PASSED:
        pytest.skip(f"{result.outcome}: {result.detail}")

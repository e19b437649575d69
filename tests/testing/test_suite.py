"""The conformance suite itself: a right adapter passes all of it."""

from agent_tui.testing.conformance import Claim, Outcome, prove
from agent_tui.testing.pytest_suite import conformance_cases
from agent_tui.testing.stand import Stand
from tests.testing.toy import IdempotentStand, ToyStand


@conformance_cases(ToyStand, IdempotentStand)
async def test_a_right_adapter_passes(stand: type[Stand], claim: Claim) -> None:
    result = await prove(stand, claim, patience_s=4)
    assert result.outcome in (Outcome.PASSED, Outcome.NOT_APPLICABLE), result.detail

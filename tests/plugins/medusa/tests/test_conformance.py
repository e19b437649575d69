"""What every adapter must do: the suite of ``agent-tui plugin check``, a test for each claim."""

from agent_tui.testing.conformance import Claim
from agent_tui.testing.pytest_suite import conformance_cases, skip_or_fail
from agent_tui.testing.stand import Stand

from agent_tui_medusa.stand import MedusaStand


@conformance_cases(MedusaStand)
async def test_the_claim_holds(stand: type[Stand], claim: Claim) -> None:
    await skip_or_fail(stand, claim)

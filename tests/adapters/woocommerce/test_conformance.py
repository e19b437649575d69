"""The adapter on its stand, held against the suite that all adapters pass."""

from agent_tui.testing.conformance import Claim
from agent_tui.testing.pytest_suite import conformance_cases, skip_or_fail
from agent_tui.testing.stand import Stand
from agent_tui.testing.stands.woocommerce import WooCommerceStand


@conformance_cases(WooCommerceStand)
async def test_conformance(stand: type[Stand], claim: Claim) -> None:
    await skip_or_fail(stand, claim)

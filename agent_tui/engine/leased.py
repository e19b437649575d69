"""Serves an account while its lease is ours: one engine at a time, on whatever machine."""

from agent_tui.engine.bell import Bell
from agent_tui.engine.desk import Desk
from agent_tui.engine.lease import Leases, of_account
from agent_tui.engine.runner import AccountRunner
from agent_tui.engine.storing import LeaseLost
from agent_tui.model.clock import SECOND, Millis

_LOOK_AGAIN: Millis = 2 * SECOND


class LeasedRunner:
    """An :class:`AccountRunner` that waits for its turn."""

    def __init__(self, desk: Desk, runner: AccountRunner, leases: Leases) -> None:
        self._desk = desk
        self._runner = runner
        self._leases = leases

    def store_changed(self) -> None:
        self._runner.store_changed()

    def try_again(self) -> None:
        self._runner.try_again()

    def restate(self) -> None:
        self._runner.restate()

    async def run(self) -> None:
        """Wait for the lease, then serve until it is lost or we are cancelled."""
        name = of_account(self._desk.account)
        turn = Bell(self._desk.clock)
        while not self._leases.take(name):
            await turn.wait(self._desk.clock() + _LOOK_AGAIN)
        try:
            await self._runner.run()
        except LeaseLost as lost:
            self._desk.log.warning("%s", lost)
        finally:
            self._leases.release(name)

"""Asks an account what it knows of the customers whose conversations agents open."""

from dataclasses import dataclass, replace

from agent_tui.adapters.contract import AccountProblem, AdapterError, ContextAdapter, Unreachable
from agent_tui.content.safe import safe_line
from agent_tui.engine import backoff
from agent_tui.engine.contain import call, garbage
from agent_tui.engine.desk import Desk
from agent_tui.engine.health import Trouble
from agent_tui.model.account import AccountState
from agent_tui.model.clock import Millis
from agent_tui.model.record import Looked
from agent_tui.store import customers, lookups, records

_LIMIT_S = 20.0
"""An agent sits before the conversation and waits."""

_MOST = 2_000
"""Records kept of one customer and account: who has more is a company, or a test."""

_LONGEST = 400


@dataclass(slots=True)
class LookUps:
    """The look-ups of one account; what is in the way is forgotten with the process."""

    desk: Desk
    trouble: Trouble | None = None  # why the last one failed
    answered: int = 0  # how many went well
    _failures: int = 0

    async def work(self, adapter: ContextAdapter) -> None:
        """Do all that are wanted, unless something is in the way: then say what."""
        desk = self.desk
        while (customer := lookups.wanted(desk.db, desk.account)) is not None:
            if (self.next_at() or 0) > desk.clock():
                assert self.trouble is not None
                lookups.problem(desk.db, desk.account, self.trouble.sentence)
                return
            await self._look_up(adapter, customer)

    def next_at(self) -> Millis | None:
        """When what was in the way is tried again."""
        return self.trouble.retry_at if self.trouble is not None else None

    def try_again(self) -> None:
        """What was in the way may be gone."""
        if self.trouble is not None:
            self.trouble = replace(self.trouble, retry_at=None)

    async def _look_up(self, adapter: ContextAdapter, customer_id: int) -> None:
        desk = self.desk
        try:
            looked = await self._asked(adapter, customer_id)
        except (Unreachable, AccountProblem) as error:
            self._in_the_way(error)
        except AdapterError as error:  # it is about this customer: the others need not wait
            desk.log.warning("look-up of customer %d: %s %s", customer_id, error, error.detail)
            sentence = safe_line(str(error), _LONGEST)
            lookups.give_up(desk.db, customer_id, desk.account, sentence)
        else:
            self.trouble, self._failures = None, 0
            self.answered += 1
            records.put(desk.db, customer_id, desk.account, looked, desk.clock())

    async def _asked(self, adapter: ContextAdapter, customer_id: int) -> Looked:
        """What the account knows by all verified identities of the customer.

        What customers only claim to be is left out: anybody can type a stranger's address into
        a chat, and the agent would answer with the stranger's orders.
        """
        doing = self.desk.doing("looking a customer up", _LIMIT_S)
        customer = customers.get(self.desk.db, customer_id)
        if customer is None or not customer.identities:
            return Looked()
        looked = await call(doing, adapter.lookup(customer.identities))
        if not isinstance(looked, Looked):
            raise garbage(doing, looked)
        if len(looked.records) <= _MOST:
            return looked
        return replace(looked, records=looked.records[:_MOST], more=True)

    def _in_the_way(self, error: AdapterError) -> None:
        desk = self.desk
        self._failures += 1
        stopped = isinstance(error, AccountProblem)
        delay = backoff.problem_delay if stopped else backoff.sync_delay
        wait = max(delay(self._failures, desk.chance), getattr(error, "retry_after", None) or 0)
        state = AccountState.STOPPED if stopped else AccountState.FAILING
        desk.log.warning("look-up: %s %s", error, error.detail)
        sentence = safe_line(str(error), _LONGEST)
        self.trouble = Trouble(state, sentence, desk.clock() + wait)

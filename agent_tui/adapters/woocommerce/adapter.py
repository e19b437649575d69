"""The adapter of shops: the contract's methods over WordPress's and WooCommerce's REST APIs."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import ClassVar

from agent_tui.adapters.contract import (
    AccountContext,
    AccountProblem,
    AdapterError,
    AdapterInfo,
    Commit,
    Effect,
    Finding,
    Hint,
    Receipt,
    Refused,
    Role,
    Settled,
    Severity,
    Target,
)
from agent_tui.adapters.woocommerce.api import Api
from agent_tui.adapters.woocommerce.cursor import MAILBOX
from agent_tui.adapters.woocommerce.effects import LIMIT, Effects
from agent_tui.adapters.woocommerce.pull import Pull
from agent_tui.adapters.woocommerce.settings import OPTIONS, read_settings
from agent_tui.adapters.woocommerce.shop import Shop
from agent_tui.adapters.woocommerce.surroundings import Surroundings
from agent_tui.content.safe import safe_line
from agent_tui.model.account import Capabilities, Counted, EffectKind
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import Identity
from agent_tui.model.incoming import Batch
from agent_tui.model.record import Looked


class WooCommerceAdapter:
    """A shop: its reviews with the rights of a WordPress user, its orders with a consumer key."""

    info: ClassVar[AdapterInfo] = AdapterInfo(
        name="woocommerce",
        title="WooCommerce (reviews, customers, orders)",
        version="1",
        capabilities=Capabilities(
            channel=Channel.REVIEW,
            effects=frozenset(
                {EffectKind.SEND, EffectKind.EDIT, EffectKind.DELETE, EffectKind.MODERATE}
            ),
            statuses=frozenset(),
            reply_limit=LIMIT,
            counted=Counted.BYTES,
        ),
        options=OPTIONS,
        roles=frozenset({Role.CHANNEL, Role.CONTEXT}),
    )

    def __init__(self, account: AccountContext) -> None:
        """Raises AccountProblem for an address that is none."""
        where = read_settings(account.settings)
        self._api = Api(account, where)
        around = Surroundings(self._api, account.clock)
        self._pull = Pull(self._api, around, where.place, account.clock)
        self._effects = Effects(self._api)
        self._shop = Shop(self._api, where.url, where.place)

    async def pull(self, cursors: Mapping[str, str]) -> AsyncIterator[Batch]:
        """Reviews and answers since the cursor."""
        async for batch in self._pull.run(cursors.get(MAILBOX)):
            yield batch

    async def watch(self) -> AsyncIterator[Hint]:
        """WordPress pushes nothing."""
        return
        yield

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:
        """Carry out ``effect``; see :mod:`agent_tui.adapters.woocommerce.effects`."""
        return await self._effects.deliver(effect, commit)

    async def settle(self, effect: Effect) -> Settled:
        """Looks for our answer below its review."""
        return await self._effects.settle(effect)

    async def file_copy(self, effect: Effect) -> None:
        """WordPress keeps what is sent."""

    async def fetch(self, target: Target, part: str) -> bytes:  # noqa: ARG002 - the contract's
        """Comments have no files."""
        raise Refused("Reviews of a shop have no attachments.")

    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        """Customers, orders and refunds; nothing without a consumer key."""
        return await self._shop.lookup(identities) if self._api.keyed else Looked()

    async def check(self) -> list[Finding]:
        """Log-in, rights, reviews and orders."""
        try:
            me = await self._api.me()
        except AdapterError as error:
            return [Finding("Log-in", Severity.ERROR, str(error))]
        findings = [Finding("Log-in", Severity.OK, f"as {safe_line(me.name, 60)}")]
        if not me.moderates:
            problem = "this user may not moderate comments; give them the role Shop manager"
            findings.append(Finding("Rights", Severity.ERROR, problem))
        return [*findings, await self._of_reviews(), await self._of_orders()]

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._api.close()

    async def _of_reviews(self) -> Finding:
        try:
            _, total = await self._api.comments(per_page=1)
        except AdapterError as error:
            return Finding("Reviews", Severity.ERROR, str(error))
        return Finding("Reviews", Severity.OK, f"{total} with their answers and other comments")

    async def _of_orders(self) -> Finding:
        if not self._api.keyed:
            why = "no 'consumer_key': no customers and orders, and stars only where WordPress tells"
            return Finding("Orders", Severity.WARNING, why)
        try:
            listed = await self._api.listed("orders", {"per_page": 1})
        except AccountProblem as problem:
            return Finding("Orders", Severity.ERROR, str(problem))
        except AdapterError as error:
            return Finding("Orders", Severity.WARNING, str(error))
        return Finding("Orders", Severity.OK, f"{listed.total}")

"""The adapter class: reviews answered once each, moderated; customers with their orders."""

from collections.abc import AsyncIterator, Mapping, Sequence
from importlib.metadata import version
from typing import ClassVar
from urllib.parse import urlsplit

from agent_tui.adapters.contract import (
    AccountContext,
    AdapterError,
    AdapterInfo,
    Commit,
    Effect,
    Finding,
    Hint,
    Option,
    Receipt,
    Refused,
    Role,
    Settled,
    Severity,
    Target,
)
from agent_tui.adapters.reviews import (
    Ledger,
    Look,
    Lookout,
    Posted,
    answer_id,
    review_of,
    settled,
    text_of,
)
from agent_tui.model.account import Capabilities, Counted, EffectKind
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import Identity
from agent_tui.model.incoming import Batch
from agent_tui.model.record import Looked

from agent_tui_medusa.api import PAGE, Api
from agent_tui_medusa.orders import Shop
from agent_tui_medusa.reading import STATUSES, answer, posted

MAILBOX = "reviews"
"""All reviews of a shop are one list, so there is one cursor."""

LIMIT = 50_000
"""Bytes of an answer: Medusa reads requests of up to 102,400, where some bytes count twice."""

_MOST_PAGES = 200
_MOST_ASKED = 20
"""Missing reviews that are asked for one by one, each time."""


class MedusaAdapter:
    """A shop: the reviews of its plugin, its customers and orders, with a secret API key.

    A review has one answer, and putting it there again changes nothing: there is no step of no
    return.
    """

    info: ClassVar[AdapterInfo] = AdapterInfo(
        name="medusa",
        title="Medusa (reviews, customers, orders)",
        version=version("agent-tui-medusa"),
        capabilities=Capabilities(
            channel=Channel.REVIEW,
            effects=frozenset({EffectKind.SEND, EffectKind.EDIT, EffectKind.MODERATE}),
            statuses=frozenset(),
            reply_limit=LIMIT,
            counted=Counted.BYTES,
            single_reply=True,
            idempotent=True,
        ),
        options=(
            Option("url", str, "The address of Medusa, such as https://shop.example.org"),
            Option("api_key", str, "A secret API key (sk_...), made in its settings", secret=True),
            Option("ca_file", str, "Certificates of a private authority to trust", optional=True),
        ),
        roles=frozenset({Role.CHANNEL, Role.CONTEXT}),
    )

    def __init__(self, account: AccountContext) -> None:
        """Raises AccountProblem for an address that is none."""
        url = str(account.settings["url"]).rstrip("/")
        parts = urlsplit(url)
        self._place = f"{parts.netloc.lower()}{parts.path}"
        self._api = Api(account)
        self._shop = Shop(self._api, url, self._place)
        self._clock = account.clock
        self._lookout = Lookout(account.clock, most_pages=_MOST_PAGES)

    async def pull(self, cursors: Mapping[str, str]) -> AsyncIterator[Batch]:
        """Reviews that are new or have changed; now and then all, for answers change no review."""
        ledger = Ledger.of(cursors.get(MAILBOX))
        look = await self._lookout.look(MAILBOX, ledger, self._page)
        gone = await self._gone(ledger, look)
        for batch in ledger.batches(MAILBOX, ledger.news(look.posted), self._clock(), gone):
            yield batch

    async def watch(self) -> AsyncIterator[Hint]:
        """Medusa pushes nothing: the engine's own polling finds what is new."""
        return
        yield

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:
        """Carry out ``effect``; all of it may be repeated, so there is no commit."""
        match effect.kind:
            case EffectKind.SEND | EffectKind.EDIT:
                return await self._answer(effect)
            case EffectKind.MODERATE if effect.moderation is not None:
                review = review_of(effect).remote_id
                await self._api.moderate(review, STATUSES[effect.moderation])
        return Receipt()

    async def settle(self, effect: Effect) -> Settled:
        """Looks at what stands below the review."""
        found = await self._api.review(review_of(effect).remote_id)
        return settled(effect, answer(found) if found else None)

    async def file_copy(self, effect: Effect) -> None:
        """The review itself keeps its answer (``Receipt.files_copy``)."""

    async def fetch(self, target: Target, part: str) -> bytes:
        """Pictures of reviews are links."""
        raise Refused("Reviews in Medusa come without files.")

    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        """See :mod:`agent_tui_medusa.orders`."""
        return await self._shop.lookup(identities)

    async def check(self) -> list[Finding]:
        """Whether reviews and orders can be read."""
        return [await self._of_reviews(), await self._of_orders()]

    async def close(self) -> None:
        await self._api.close()

    async def _page(self, token: str) -> tuple[list[Posted], str]:
        """A page of reviews, newest change first, and where the next begins."""
        offset = int(token or 0)
        listed = await self._api.reviews(offset)
        found = [each for one in listed.items if (each := posted(one, self._place))]
        more = listed.items and offset + PAGE < listed.total
        return found, str(offset + PAGE) if more else ""

    async def _gone(self, ledger: Ledger, look: Look) -> list[str]:
        """The reviews that were taken away, asked for by id: pages move while one looks."""
        missing = ledger.missing(look.posted)[:_MOST_ASKED] if look.whole else []
        return [each for each in missing if await self._api.review(each) is None]

    async def _answer(self, effect: Effect) -> Receipt:
        review = review_of(effect).remote_id
        text = text_of(effect, LIMIT, Counted.BYTES, "Medusa")
        found = await self._api.review(review)
        if found is None:
            raise Refused("This review was deleted in the shop.")
        await self._api.answer(review, text, instead=answer(found) is not None)
        return Receipt(answer_id(review), files_copy=True)

    async def _of_reviews(self) -> Finding:
        try:
            listed = await self._api.reviews(limit=1)
        except AdapterError as error:
            return Finding("Reviews", Severity.ERROR, str(error))
        return Finding("Reviews", Severity.OK, f"{listed.total}")

    async def _of_orders(self) -> Finding:
        try:
            listed = await self._api.orders(1)
        except AdapterError as error:
            return Finding("Orders", Severity.ERROR, str(error))
        return Finding("Orders", Severity.OK, f"{listed.total}")

"""The adapter class: hands each of the contract's calls to the module that does it."""

from collections.abc import AsyncGenerator, Mapping
from functools import partial
from typing import ClassVar

from agent_tui.adapters.contract import (
    AccountContext,
    AdapterError,
    AdapterInfo,
    Commit,
    Effect,
    Finding,
    Hint,
    MailboxProblem,
    Option,
    Receipt,
    Refused,
    Settled,
    Severity,
    Target,
)
from agent_tui.adapters.google_business.business import Business
from agent_tui.adapters.google_business.reading import Place
from agent_tui.adapters.reviews import (
    Ledger,
    Look,
    Lookout,
    answer_id,
    review_of,
    settled,
    since_of,
    text_of,
)
from agent_tui.model.account import Capabilities, Counted, EffectKind
from agent_tui.model.conversation import Channel
from agent_tui.model.incoming import Batch

LIMIT = 4096
"""Bytes of an answer (the API's description of ReviewReply)."""

_MOST_PAGES = 400
"""Of 50 reviews, when an account begins."""
_MOST_ASKED = 20
"""Missing reviews that are asked for one by one, each time."""


class GoogleBusinessAdapter:
    """The reviews of a business's places; each place is a mailbox.

    The API tells no differences, only reviews by their latest change, so each look is at the
    first page at least. An answer replaces the one that was there, so sending it again changes
    nothing: there is no step of no return.
    """

    info: ClassVar[AdapterInfo] = AdapterInfo(
        name="google_business",
        title="Google Business Profile (reviews)",
        version="1",
        capabilities=Capabilities(
            channel=Channel.REVIEW,
            effects=frozenset({EffectKind.SEND, EffectKind.EDIT, EffectKind.DELETE}),
            statuses=frozenset(),
            reply_limit=LIMIT,
            counted=Counted.BYTES,
            single_reply=True,
            idempotent=True,
        ),
        options=(
            Option("client_id", str, "The OAuth client of your Google Cloud project."),
            Option("client_secret", str, "The secret of that client.", secret=True),
            Option("refresh_token", str, "A manager's leave, for that client.", secret=True),
            Option("places", list[str], "Names of the places; none means all.", default=[]),
            Option("days", int, "Days of the past to begin with; 0: all.", default=90),
            Option("name", str, "What the account is called here.", default=""),
        ),
    )

    def __init__(self, account: AccountContext) -> None:
        self._account = account
        self._business = Business(account)
        self._lookout = Lookout(account.clock, most_pages=_MOST_PAGES)

    async def pull(self, cursors: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """See the contract; a place that cannot be read stands back behind the others."""
        problem: MailboxProblem | None = None
        for place in await self._business.places():
            ledger = Ledger.of(cursors.get(place.path), since_of(self._account))
            try:
                look = await self._lookout.look(
                    place.path, ledger, partial(self._business.page, place)
                )
                gone = await self._gone(place, ledger, look)
            except MailboxProblem as error:
                problem = problem or error
                continue
            now = self._account.clock()
            for batch in ledger.batches(place.path, ledger.news(look.posted), now, gone):
                yield batch
        if problem is not None:
            raise problem

    async def watch(self) -> AsyncGenerator[Hint, None]:
        """See the contract; what Google could push needs a server of one's own."""
        return
        yield

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:  # noqa: ARG002 - none
        """See the contract; nothing commits, for the same again changes nothing."""
        if effect.kind not in self.info.capabilities.effects:
            return Receipt()  # stays within the program
        review = review_of(effect)
        if effect.kind is EffectKind.DELETE:
            place = await self._business.place(review.mailbox)
            await self._business.take_back(place, review.remote_id)
            return Receipt()
        text = text_of(effect, LIMIT, Counted.BYTES, "Google Business Profile")
        place = await self._business.place(review.mailbox)
        await self._business.reply(place, review.remote_id, text)
        if effect.kind is EffectKind.EDIT:
            return Receipt()
        return Receipt(answer_id(review.remote_id), files_copy=True)

    async def settle(self, effect: Effect) -> Settled:
        """See the contract; looks at the review."""
        review = review_of(effect)
        place = await self._business.place(review.mailbox)
        found = await self._business.review(place, review.remote_id)
        return settled(effect, found.answer if found else None)

    async def file_copy(self, effect: Effect) -> None:
        """The review itself keeps its answer (``Receipt.files_copy``)."""

    async def fetch(self, target: Target, part: str) -> bytes:  # noqa: ARG002 - the contract's
        """See the contract; the API hands out no pictures of reviews."""
        raise Refused("Reviews on Google come without files.")

    async def check(self) -> list[Finding]:
        """See the contract; asks for the places and a page of each."""
        try:
            places = await self._business.places()
        except AdapterError as error:
            return [Finding("Google Business Profile", Severity.ERROR, str(error))]
        found = []
        for place in places:
            try:
                await self._business.page(place)
            except AdapterError as error:
                found.append(Finding(f"Google: {place.title}", Severity.ERROR, str(error)))
            else:
                found.append(Finding(f"Google: {place.title}", Severity.OK, "reviews can be read"))
        return found

    async def close(self) -> None:
        """See the contract."""
        await self._business.close()

    async def _gone(self, place: Place, ledger: Ledger, look: Look) -> list[str]:
        """The reviews that were taken away, asked for by name: pages move while one looks."""
        missing = ledger.missing(look.posted)[:_MOST_ASKED] if look.whole else []
        return [each for each in missing if await self._business.review(place, each) is None]

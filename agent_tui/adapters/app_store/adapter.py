"""The adapter class: hands each of the contract's calls to the module that does it."""

from collections.abc import AsyncGenerator, Mapping
from functools import partial
from typing import ClassVar

from agent_tui.adapters.app_store.reading import App
from agent_tui.adapters.app_store.store import Connect
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

LIMIT = 5970
"""Characters of an answer, as other clients of the API have it; Apple's reference names none."""

_MOST_PAGES = 100
"""Of 200 reviews, when an account begins."""
_MOST_ASKED = 20
"""Missing reviews that are asked for one by one, each time."""


class AppStoreAdapter:
    """The reviews of a developer's apps in all countries; each app is a mailbox.

    The API tells no differences, only reviews by their date, so each look is at the first page at
    least. An answer replaces the one that was there, so sending it again changes nothing: there
    is no step of no return. Apple shows an answer to the public after a while only.
    """

    info: ClassVar[AdapterInfo] = AdapterInfo(
        name="app_store",
        title="App Store (reviews)",
        version="1",
        capabilities=Capabilities(
            channel=Channel.REVIEW,
            effects=frozenset({EffectKind.SEND, EffectKind.EDIT, EffectKind.DELETE}),
            statuses=frozenset(),
            reply_limit=LIMIT,
            counted=Counted.CHARACTERS,
            single_reply=True,
            idempotent=True,
        ),
        options=(
            Option("issuer_id", str, "The issuer ID that stands above the keys."),
            Option("key_id", str, "The ID of the key."),
            Option("key_file", str, "The key's own file, AuthKey_ID.p8.", optional=True),
            Option(
                "key",
                str,
                "What that file holds, in one line with \\n for line ends.",
                optional=True,
                secret=True,
            ),
            Option("apps", list[str], "Names, bundle IDs or Apple IDs; none: all.", default=[]),
            Option("days", int, "Days of the past to begin with; 0: all.", default=90),
            Option("name", str, "What the account is called here.", default=""),
        ),
    )

    def __init__(self, account: AccountContext) -> None:
        self._account = account
        self._connect = Connect(account)
        self._lookout = Lookout(account.clock, most_pages=_MOST_PAGES)

    async def pull(self, cursors: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """See the contract; an app that cannot be read stands back behind the others."""
        problem: MailboxProblem | None = None
        for app in await self._connect.apps():
            ledger = Ledger.of(cursors.get(app.id), since_of(self._account))
            try:
                look = await self._lookout.look(app.id, ledger, partial(self._connect.page, app))
                gone = await self._gone(app, ledger, look)
            except MailboxProblem as error:
                problem = problem or error
                continue
            now = self._account.clock()
            for batch in ledger.batches(app.id, ledger.news(look.posted), now, gone):
                yield batch
        if problem is not None:
            raise problem

    async def watch(self) -> AsyncGenerator[Hint, None]:
        """See the contract; what Apple could push needs a server of one's own."""
        return
        yield

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:  # noqa: ARG002 - none
        """See the contract; nothing commits, for the same again changes nothing."""
        if effect.kind not in self.info.capabilities.effects:
            return Receipt()  # stays within the program
        review = review_of(effect)
        if effect.kind is EffectKind.DELETE:
            await self._connect.take_back(await self._app(review), review.remote_id)
            return Receipt()
        text = text_of(effect, LIMIT, Counted.CHARACTERS, "the App Store")
        await self._app(review)
        await self._connect.reply(review.remote_id, text)
        if effect.kind is EffectKind.EDIT:
            return Receipt()
        return Receipt(answer_id(review.remote_id), files_copy=True)

    async def settle(self, effect: Effect) -> Settled:
        """See the contract; looks at the review."""
        review = review_of(effect)
        found = await self._connect.review(await self._app(review), review.remote_id)
        return settled(effect, found.posted.answer if found else None)

    async def file_copy(self, effect: Effect) -> None:
        """The review itself keeps its answer (``Receipt.files_copy``)."""

    async def fetch(self, target: Target, part: str) -> bytes:  # noqa: ARG002 - the contract's
        """See the contract; nothing is ever attached."""
        raise Refused("Reviews in the App Store have no files.")

    async def check(self) -> list[Finding]:
        """See the contract; asks for the apps and a page of each."""
        try:
            apps = await self._connect.apps()
        except AdapterError as error:
            return [Finding("App Store", Severity.ERROR, str(error))]
        found = []
        for app in apps:
            try:
                await self._connect.page(app)
            except AdapterError as error:
                found.append(Finding(f"App Store: {app.name}", Severity.ERROR, str(error)))
            else:
                found.append(Finding(f"App Store: {app.name}", Severity.OK, "reviews can be read"))
        return found

    async def close(self) -> None:
        """See the contract."""
        await self._connect.close()

    async def _app(self, review: Target) -> App:
        return await self._connect.app(review.mailbox)

    async def _gone(self, app: App, ledger: Ledger, look: Look) -> list[str]:
        """The reviews that were taken away, asked for by name: pages move while one looks."""
        missing = ledger.missing(look.posted)[:_MOST_ASKED] if look.whole else []
        return [each for each in missing if await self._connect.review(app, each) is None]

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
from agent_tui.adapters.google_play import gaps
from agent_tui.adapters.google_play.play import Play
from agent_tui.adapters.reviews import (
    Ledger,
    Lookout,
    answer_id,
    review_of,
    settled,
    text_of,
)
from agent_tui.model.account import Capabilities, Counted, EffectKind
from agent_tui.model.conversation import Channel
from agent_tui.model.incoming import Batch

LIMIT = 350
"""Characters of an answer (the API's description of ReviewsReplyRequest)."""

_MOST_PAGES = 70
"""Of 100 reviews, twice an hour: beside a look a minute within the 200 requests of an hour."""


class GooglePlayAdapter:
    """The reviews of a developer's apps; each app is a mailbox.

    Google shows reviews with a text only, of the last week only, and only of production releases.
    An answer replaces the one that was there, so sending it again changes nothing: there is no
    step of no return. It cannot be taken back.
    """

    info: ClassVar[AdapterInfo] = AdapterInfo(
        name="google_play",
        title="Google Play (reviews)",
        version="1",
        capabilities=Capabilities(
            channel=Channel.REVIEW,
            effects=frozenset({EffectKind.SEND, EffectKind.EDIT}),
            statuses=frozenset(),
            reply_limit=LIMIT,
            counted=Counted.CHARACTERS,
            single_reply=True,
            idempotent=True,
        ),
        options=(
            Option("apps", list[str], "Package names of your apps, as org.example.app."),
            Option("key_file", str, "The service account's JSON key file.", optional=True),
            Option("key", str, "What that file holds, in one line.", optional=True, secret=True),
            Option("name", str, "What the account is called here.", default=""),
        ),
    )

    def __init__(self, account: AccountContext) -> None:
        self._clock = account.clock
        self._play = Play(account)
        self._lookout = Lookout(account.clock, most_pages=_MOST_PAGES)

    async def pull(self, cursors: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """See the contract; an app that cannot be read stands back behind the others, and so does
        what is to be told of one whose reviews nobody looked at for too long."""
        problem: MailboxProblem | None = None
        for app in self._play.apps():
            ledger = Ledger.of(cursors.get(app))
            try:
                look = await self._lookout.look(app, ledger, partial(self._play.page, app))
            except MailboxProblem as error:
                problem = problem or error
                continue
            now, place = self._clock(), gaps.place(app)
            before = gaps.Watch.of(cursors.get(place), now)
            watch = before.after(now)
            if watch != before or place not in cursors:
                yield Batch(place, watch.cursor())
            if missed := watch.problem(app, now):
                problem = problem or MailboxProblem(missed)
            for batch in ledger.batches(app, ledger.news(look.posted), self._clock()):
                yield batch
        if problem is not None:
            raise problem

    async def watch(self) -> AsyncGenerator[Hint, None]:
        """See the contract; Google pushes nothing."""
        return
        yield

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:  # noqa: ARG002 - none
        """See the contract; nothing commits, for the same answer again changes nothing."""
        if effect.kind not in self.info.capabilities.effects:
            return Receipt()  # stays within the program
        review = review_of(effect)
        text = text_of(effect, LIMIT, Counted.CHARACTERS, "Google Play")
        await self._play.reply(self._app(review), review.remote_id, text)
        if effect.kind is EffectKind.EDIT:
            return Receipt()
        return Receipt(answer_id(review.remote_id), files_copy=True)

    async def settle(self, effect: Effect) -> Settled:
        """See the contract; looks at the review."""
        review = review_of(effect)
        found = await self._play.review(self._app(review), review.remote_id)
        return settled(effect, found.answer if found else None)

    async def file_copy(self, effect: Effect) -> None:
        """The review itself keeps its answer (``Receipt.files_copy``)."""

    async def fetch(self, target: Target, part: str) -> bytes:  # noqa: ARG002 - the contract's
        """See the contract; nothing is ever attached."""
        raise Refused("Reviews in Google Play have no files.")

    async def check(self) -> list[Finding]:
        """See the contract; asks for a review of each app. Answering cannot be tried unseen."""
        found = []
        for app in self._play.apps():
            try:
                await self._play.page(app, most=1)
            except AdapterError as error:
                found.append(Finding(f"Google Play: {app}", Severity.ERROR, str(error)))
            else:
                found.append(Finding(f"Google Play: {app}", Severity.OK, "reviews can be read"))
        return found

    async def close(self) -> None:
        """See the contract."""
        await self._play.close()

    def _app(self, review: Target) -> str:
        """The app that ``review`` is of. Raises Refused."""
        apps = self._play.apps()
        if review.mailbox not in apps:
            raise Refused("The app of this review is not among 'apps' of the account any more.")
        return review.mailbox

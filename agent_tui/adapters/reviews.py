"""Reviews of providers that list what there is, newest change first, and tell no differences.

A ledger, which is the cursor, remembers what each review and its answer looked like. Of a list it
tells what is new, what has changed and what is gone, oldest change first: so what a pull that is
broken off has committed is always the older part, and a page that holds nothing new ends a search.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2s

from agent_tui.adapters.contract import AccountContext, Effect, Refused, Settled, Target
from agent_tui.content.body import prepare_text
from agent_tui.content.safe import safe_line
from agent_tui.model.account import Counted
from agent_tui.model.clock import DAY, MINUTE, Clock, Millis
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import (
    Batch,
    Deletion,
    Edit,
    FlagChange,
    Flags,
    Incoming,
    Progress,
    Sender,
)
from agent_tui.model.message import Body, Direction
from agent_tui.model.review import Moderation, Review

MOST_REMEMBERED = 1000
"""Reviews in a ledger; of those before, only later changes are seen."""
_PER_BATCH = 50
_BETWEEN_SCANS: Millis = 30 * MINUTE
_ANSWER = ":reply"
_SKEW: Millis = 5 * MINUTE
"""How far our clock and the provider's may be apart."""
_BEGINS = {Moderation.SPAM: Status.SPAM, Moderation.HIDDEN: Status.RESOLVED}
"""Where a conversation begins that nobody need look at."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the public reads below a review."""

    text: str
    at: Millis


@dataclass(frozen=True, slots=True)
class Posted:
    """A review as its provider shows it now; strings are not yet safe."""

    id: str
    at: Millis  # of its latest change
    author: str  # display name; empty where nobody is named
    rating: int | None
    title: str
    text: str
    about: Review = Review()
    answer: Answer | None = None
    written_at: Millis | None = None  # where the provider tells that, too
    by: Sender | None = None  # safe; where the provider tells more of its author than a name

    @property
    def since(self) -> Millis:
        """When it was written, as far as the provider tells."""
        return self.at if self.written_at is None else self.written_at

    def mark(self) -> str:
        """Differs when what the customer says differs, or whether the public sees it."""
        state = self.about.moderation
        held = () if state is Moderation.PUBLISHED else (state,)
        return _digest(self.rating, self.title, self.text, *held)

    def answer_mark(self) -> str:
        """Differs when our answer differs; empty without one."""
        return _digest(self.answer.text) if self.answer else ""


@dataclass(frozen=True, slots=True)
class _Entry:
    at: Millis
    mark: str
    answer: str


@dataclass(slots=True)
class Ledger:
    """What is known of a mailbox's reviews."""

    known: dict[str, _Entry] = field(default_factory=dict)
    floor: Millis = -1  # everything that has not changed since then is known and forgotten
    begun: bool = False

    @classmethod
    def of(cls, cursor: str | None, since: Millis = -1) -> "Ledger":
        """The ledger that ``cursor`` holds; for none, one that passes over what has not changed
        after ``since``."""
        if not cursor:
            return cls(floor=since)
        found = json.loads(cursor)
        known = {each: _Entry(*entry) for each, entry in found["known"].items()}
        return cls(known, found["floor"], begun=True)

    def cursor(self) -> str:
        known = {each: (one.at, one.mark, one.answer) for each, one in self.known.items()}
        return json.dumps({"floor": self.floor, "known": known}, separators=(",", ":"))

    def news(self, posted: Sequence[Posted]) -> list[Posted]:
        """What is new or has changed, each once, oldest change first."""
        # From the end, so that of one that moved up between two pages the later state holds.
        found = {one.id: one for one in reversed(posted) if self._is_news(one)}
        return sorted(found.values(), key=lambda one: one.at)

    def missing(self, posted: Sequence[Posted]) -> list[str]:
        """The known reviews that are not in a list of all that are above the floor."""
        there = {one.id for one in posted}
        known = [each for each, entry in self.known.items() if entry.at > self.floor]
        return [each for each in known if each not in there]

    def batches(
        self, mailbox: str, news: Sequence[Posted], now: Millis, gone: Sequence[str] = ()
    ) -> Iterator[Batch]:
        """The batches that tell ``news``, and then of ``gone``, as they were noticed ``now``."""
        first = not self.begun
        if first and not news:
            yield Batch(mailbox, self.cursor())  # what comes next is news, no first sync
        for start in range(0, len(news), _PER_BATCH):
            part = news[start : start + _PER_BATCH]
            if answered := [one for one in part if self._answered(one)]:
                flags = tuple(FlagChange(one.id, Flags(answered=True)) for one in answered)
                yield Batch(mailbox, self.cursor(), flags=flags)
            progress = Progress(start + len(part), len(news)) if first else None
            yield self._batch(mailbox, part, now, progress)
        if gone:
            for each in gone:
                del self.known[each]
            lost = [place for each in gone for place in (each, answer_id(each))]
            deletions = tuple(Deletion(place, now) for place in lost)
            yield Batch(mailbox, self.cursor(), deletions=deletions)

    def _is_news(self, one: Posted) -> bool:
        entry = self.known.get(one.id)
        if entry is None:
            return one.at > self.floor
        return (entry.mark, entry.answer) != (one.mark(), one.answer_mark())

    def _answered(self, one: Posted) -> bool:
        """Whether a known review has got its answer elsewhere, or from here."""
        entry = self.known.get(one.id)
        return entry is not None and not entry.answer and one.answer is not None

    def _batch(
        self, mailbox: str, part: Sequence[Posted], now: Millis, progress: Progress | None
    ) -> Batch:
        messages: list[Incoming] = []
        edits: list[Edit] = []
        deletions: list[Deletion] = []
        for one in part:
            entry = self.known.get(one.id)
            if entry is None:
                messages.append(_incoming(one))
            if entry.mark != one.mark() if entry else self.floor >= 0:
                same = entry is not None and entry.at == one.at  # the provider dates no change
                edits.append(
                    _edit(one, now if same else one.at)
                )  # the store may know forgotten ones
            if one.answer is not None and (entry is None or entry.answer != one.answer_mark()):
                messages.append(_answer(one, one.answer))
                edits.append(_answer_edit(one, one.answer))  # it may be known with another text
            elif entry is not None and entry.answer and one.answer is None:
                deletions.append(Deletion(answer_id(one.id), now))
            self.known[one.id] = _Entry(one.at, one.mark(), one.answer_mark())
        self._forget()
        return Batch(
            mailbox,
            self.cursor(),
            tuple(messages),
            progress=progress,
            edits=tuple(edits),
            deletions=tuple(deletions),
        )

    def _forget(self) -> None:
        for each in sorted(self.known, key=lambda each: self.known[each].at)[:-MOST_REMEMBERED]:
            self.floor = max(self.floor, self.known.pop(each).at)


Page = Callable[[str], Awaitable[tuple[list[Posted], str]]]
"""Gives a page of reviews, newest change first, and the token of the next, which may be empty."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was found in a mailbox."""

    posted: list[Posted]
    whole: bool  # everything above the ledger's floor


class Lookout:
    """Looks through pages until one holds nothing new, and now and then through all of them:
    answers that are given elsewhere move no review up."""

    def __init__(self, clock: Clock, most_pages: int) -> None:
        self._clock = clock
        self._most_pages = most_pages
        self._scanned: dict[str, Millis] = {}  # when all of a mailbox's pages were looked at

    async def look(self, mailbox: str, ledger: Ledger, page: Page) -> Look:
        """Raises what ``page`` raises."""
        now = self._clock()
        scan = now - self._scanned.get(mailbox, now - _BETWEEN_SCANS) >= _BETWEEN_SCANS
        found: list[Posted] = []
        token, whole = "", False
        for _ in range(self._most_pages):
            here, token = await page(token)
            found += here
            whole = not token or all(one.at <= ledger.floor for one in here)
            if whole or not (scan or ledger.news(here)):
                break
        if scan:
            self._scanned[mailbox] = now
        return Look(found, whole)


def since_of(account: AccountContext) -> Millis:
    """When the past begins by the account's option ``days``, of which 0 means all."""
    days = account.settings.get("days")
    return account.clock() - days * DAY if isinstance(days, int) and days > 0 else -1


def answer_id(review: str) -> str:
    """The remote id of the answer to ``review``."""
    return f"{review}{_ANSWER}"


def review_of(effect: Effect) -> Target:
    """The review that ``effect`` is about, also where it names our answer. Raises Refused."""
    if not effect.targets:
        raise Refused("This is no review that is known there, so it cannot be answered.")
    newest = effect.targets[-1]
    return Target(newest.mailbox, newest.remote_id.removesuffix(_ANSWER))


def text_of(effect: Effect, limit: int, counted: Counted, provider: str) -> str:
    """The answer in ``effect``. Raises Refused for one that is empty or too long."""
    text = effect.outgoing.text.strip() if effect.outgoing else ""
    if not text:
        raise Refused("There is no text in what was queued; write it again.")
    length = counted.length(text)
    if length > limit:
        raise Refused(
            f"This answer has {length} {counted}, and {provider} takes {limit}; shorten it."
        )
    return text


def settled(effect: Effect, answer: Answer | None) -> Settled:
    """What ``answer``, which stands below the review now, tells of ``effect``.

    Another text than ours that was there before is no sign of ours; a later one may have replaced
    it.
    """
    if answer is None or effect.outgoing is None:
        return Settled.NOT_SENT
    if answer.text.split() == effect.outgoing.text.split():
        return Settled.SENT
    before = effect.outgoing.date - _SKEW
    return Settled.NOT_SENT if 0 < answer.at < before else Settled.UNKNOWN


def _incoming(one: Posted) -> Incoming:
    answered = one.answer is not None and one.answer.at >= one.since
    begins = Status.RESOLVED if answered else _BEGINS.get(one.about.moderation)
    return Incoming(
        remote_id=one.id,
        channel=Channel.REVIEW,
        direction=Direction.INBOUND,
        sender=_author(one),
        at=one.since,
        body=_body(one),
        subject=safe_line(one.title),
        thread_key=one.id,
        flags=Flags(answered=answered),
        rating=one.rating,
        status=begins,
        review=one.about,
    )


def _answer(one: Posted, answer: Answer) -> Incoming:
    return Incoming(
        remote_id=answer_id(one.id),
        channel=Channel.REVIEW,
        direction=Direction.OUTBOUND,
        sender=Sender(IdentityKind.HANDLE, "owner", "Us"),
        at=answer.at,
        body=prepare_text(answer.text),
        thread_key=one.id,
        customer=_author(one),
        answers=one.id,
    )


def _edit(one: Posted, at: Millis) -> Edit:
    return Edit(one.id, _body(one), at, safe_line(one.title), one.rating, one.about)


def _answer_edit(one: Posted, answer: Answer) -> Edit:
    return Edit(answer_id(one.id), prepare_text(answer.text), answer.at)


def _author(one: Posted) -> Sender:
    """Most providers tell a name only, which many share: then each review has a customer of its
    own."""
    name = safe_line(one.author) or "Somebody"
    return one.by or Sender(IdentityKind.HANDLE, f"review:{one.id}", name)


def _body(one: Posted) -> Body:
    return prepare_text(one.text)


def stars(value: int | None) -> int | None:
    """``value`` if it is a number of stars."""
    return value if value is not None and 1 <= value <= 5 else None


def _digest(*parts: object) -> str:
    return blake2s(json.dumps(parts).encode(), digest_size=6).hexdigest()

"""How the ratings go: of all reviews, by source, by product and by stars."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import NamedTuple

from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Channel, Sort, View
from agent_tui.model.rating import MOST_STARS, Period, Sheaf, Tally, Trend, starts
from agent_tui.model.targets import Kind, Rules, Target
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.query.printer import to_text
from agent_tui.query.syntax import Key, Op, Query, Term, all_of, negated
from agent_tui.store import ratings
from agent_tui.store.database import Database

PERIODS = 12
"""Weeks or months that are looked back on."""

_ALL = "-status:spam"
"""What is counted unless a query says what."""

_Name = tuple[Sheaf, str]


class Report(NamedTuple):
    """Trends in the order in which they are shown: all, sources, products, stars."""

    query: str  # what narrowed it; empty: nothing
    period: Period
    begins: tuple[Millis, ...]  # of each period
    target: Target | None  # within which answers should come
    trends: tuple[Trend, ...]


def report(
    db: Database,
    text: str,
    *,
    rules: Rules,
    me: str,
    now: Millis,
    period: Period = Period.WEEK,
    zone: tzinfo | None = None,
) -> Report:
    """The ratings of the reviews that match ``text``. Raises QueryError."""
    query = compile_query(parse(text or _ALL), db, me=me, now=now)
    begins = starts(period, PERIODS, now, zone)
    trends: dict[_Name, Trend] = {}
    for one in ratings.counted(db, query, begins):
        for trend in _of(trends, one.account, one.product, one.rating):
            trend.total.add(one.rating, one.many)
            trend.waiting += one.waiting
            if one.place is not None:
                trend.periods[one.place].add(one.rating, one.many)
    target = rules.targets.get((Kind.FIRST, Channel.REVIEW))
    for review in ratings.answered(db, query, begins[0]) if target is not None else ():
        in_time = _in_time(review, target, rules, now) if target is not None else None
        for trend in _of(trends, review.account, review.product, review.rating):
            trend.due += in_time is not None
            trend.in_time += bool(in_time)
    return Report(text, period, begins, target, tuple(_sorted(trends)))


def view_of(report: Report, trend: Trend) -> View:
    """A view of the reviews of ``trend``, those without an answer first."""
    parts = [parse(report.query or _ALL), parse(f"channel:{Channel.REVIEW}")]
    match trend.sheaf:
        case Sheaf.ALL:
            parts.append(parse("has:rating"))
        case Sheaf.SOURCE:
            parts += [parse("has:rating"), Term(Key.ACCOUNT, Op.EQUAL, trend.name)]
        case Sheaf.STARS:
            parts.append(Term(Key.RATING, Op.EQUAL, trend.name))
        case Sheaf.PRODUCT:
            parts += _product(report, trend.name)
    return View(title(trend), to_text(all_of(parts)), Sort.UNANSWERED)


def title(trend: Trend) -> str:
    """What the reviews of ``trend`` are called."""
    match trend.sheaf:
        case Sheaf.ALL:
            return "All reviews"
        case Sheaf.STARS:
            return f"{trend.name} star{'' if trend.name == '1' else 's'}"
        case _:
            return trend.name


def _product(report: Report, name: str) -> Iterator[Query]:
    """Reviews of that very product: a query names the beginning, which others may share."""
    yield Term(Key.PRODUCT, Op.EQUAL, name)
    for other in report.trends:
        longer = other.name.lower().startswith(name.lower()) and other.name != name
        if other.sheaf is Sheaf.PRODUCT and longer:
            yield negated(Term(Key.PRODUCT, Op.EQUAL, other.name))


def _of(trends: dict[_Name, Trend], account: str, product: str, rating: int) -> Iterator[Trend]:
    """The trends that a review is part of."""
    names = [(Sheaf.ALL, ""), (Sheaf.SOURCE, account), (Sheaf.STARS, str(rating))]
    for sheaf, name in [*names, (Sheaf.PRODUCT, product)] if product else names:
        if (sheaf, name) not in trends:
            periods = [Tally.of_none() for _ in range(PERIODS)]
            trends[sheaf, name] = Trend(sheaf, name, Tally.of_none(), periods)
        yield trends[sheaf, name]


def _sorted(trends: dict[_Name, Trend]) -> Iterator[Trend]:
    """All first, then each kind by how many there are, the stars from the best."""
    stars = {str(number): MOST_STARS - number for number in range(1, MOST_STARS + 1)}
    places = {sheaf: place for place, sheaf in enumerate(Sheaf)}

    def key(trend: Trend) -> tuple[int, int, str]:
        within = stars.get(trend.name, 0) if trend.sheaf is Sheaf.STARS else -trend.total.count
        return places[trend.sheaf], within, trend.name

    yield from sorted(trends.values(), key=key)


def _in_time(review: ratings.Answered, target: Target, rules: Rules, now: Millis) -> bool | None:
    """Whether it was answered within the target; None: there is time left."""
    until = now if review.answered_at is None else review.answered_at
    if target.business:
        due = rules.hours.after(review.at, target.amount)
    else:
        due = review.at + target.amount
    if due is None or until <= due:
        return None if review.answered_at is None else True
    return False

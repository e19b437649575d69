"""How ratings are drawn: a row for each trend, and what there is to say about one; pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from agent_tui.actions.ratings import Report, title
from agent_tui.content.safe import safe_line
from agent_tui.model.rating import MOST_STARS, Period, Sheaf, Tally, Trend
from agent_tui.ui.cells import ASCII, Glyphs, fit, folded
from agent_tui.ui.markup import Line
from agent_tui.ui.rows import Piece
from agent_tui.ui.theme import Part

_BLOCKS = "▁▂▃▄▅▆▇█"
_NARROW, _WIDE = 60, 80
"""Cells: below the first the trend is left out, below the second what a row is of."""

_SMALLEST_NAME = 12
_LOW = 3.5
"""An average below this is marked; stars say so too, so no colour is alone."""


def head(report: Report, width: int) -> str:
    """What stands above the columns."""
    narrowed = f" of {safe_line(report.query)}" if report.query else ""
    many = f"{len(report.begins)} {report.period}s"
    target = f"in {report.target}" if report.target else ""
    return _columns(f"Ratings{narrowed}", "", "avg", "count", "waits", many, target, width)


def row(report: Report, trend: Trend, glyphs: Glyphs, width: int) -> Line:
    """A trend on a line: what it is of, average, how many, without an answer, trend, in time."""
    name = title(trend) if trend.sheaf is not Sheaf.STARS else _stars(int(trend.name), glyphs)
    average = trend.total.average
    share = f"{trend.share:.0%}" if trend.share is not None else ""
    waiting = str(trend.waiting) if trend.waiting else ""
    said = _columns(
        folded(safe_line(name)),
        trend.sheaf if trend.sheaf is not Sheaf.ALL else "",
        _number(average),
        str(trend.total.count),
        waiting,
        sparks(trend, glyphs),
        share if report.target else "",
        width,
    )
    low = average is not None and average < _LOW and trend.sheaf is not Sheaf.STARS
    return (Piece(said, Part.WARNING if low else Part.TEXT),)


def sparks(trend: Trend, glyphs: Glyphs) -> str:
    """A character a period: the average from one star to five, of a number of stars how many.

    In ASCII a digit: the average, or how many of ten parts of the most. A dot: no review.
    """
    if trend.sheaf is Sheaf.STARS:
        most = max((tally.count for tally in trend.periods), default=0)
        parts = [tally.count / most if tally.count else None for tally in trend.periods]
        return "".join(_spark(part, glyphs, digits=9) for part in parts)
    averages = [tally.average for tally in trend.periods]
    if glyphs == ASCII:
        return "".join("." if one is None else f"{one:.0f}" for one in averages)
    return "".join(
        _spark(None if one is None else (one - 1) / (MOST_STARS - 1), glyphs) for one in averages
    )


def detail(
    report: Report, trend: Trend, glyphs: Glyphs, width: int, zone: tzinfo | None = None
) -> Sequence[Line]:
    """Three lines about a trend: in words, its stars as bars, its periods as numbers."""
    return [
        (Piece(_said(report, trend), Part.TEXT),),
        (Piece(bars(trend.total, glyphs, width), Part.TEXT),),
        (Piece(_periods(report, trend, width, zone), Part.DIM),),
    ]


def bars(tally: Tally, glyphs: Glyphs, width: int) -> str:
    """How many have five stars, four ...: a bar each, all of them in ``width`` cells."""
    most = max(tally.stars)
    room = max(width // MOST_STARS - len(f"5{glyphs.star}  {most}  "), 1)
    full = "#" if glyphs == ASCII else "█"
    parts = []
    for number in range(MOST_STARS, 0, -1):
        many = tally.stars[number - 1]
        length = -(-many * room // most) if many else 0
        parts.append(f"{number}{glyphs.star} {full * length}{' ' if length else ''}{many}")
    return "  ".join(parts)


def _said(report: Report, trend: Trend) -> str:
    average, many = _number(trend.total.average), trend.total.count
    said = [f"{safe_line(title(trend))}: {average} of 5 from {many}"]
    if trend.waiting:
        said.append(f"{trend.waiting} wait{'s' if trend.waiting == 1 else ''}")
    if report.target and trend.due:
        span = f"{len(report.begins)} {report.period}s"
        said.append(f"{trend.in_time} of {trend.due} in {span} answered within {report.target}")
    return "; ".join(said)


def _periods(report: Report, trend: Trend, width: int, zone: tzinfo | None) -> str:
    """The averages of the periods with how many, the newest first, as many as there is room for."""
    said = ""
    for begin, tally in _newest_first(report, trend):
        at = datetime.fromtimestamp(begin / 1000, zone)
        when = f"{at:%b %Y}" if report.period is Period.MONTH else f"{at.day} {at:%b}"
        part = f"{when} {_number(tally.average)} ({tally.count})"
        longer = f"{said}, {part}" if said else f"From {part}"
        if len(longer) > width:
            break
        said = longer
    return said


def _newest_first(report: Report, trend: Trend) -> Iterable[tuple[int, Tally]]:
    return reversed(list(zip(report.begins, trend.periods, strict=True)))


def _columns(
    name: str, of: str, average: str, count: str, waiting: str, trend: str, share: str, width: int
) -> str:
    """The columns of a row; the name gets what is left."""
    behind = f"{average:>5} {count:>6} {waiting:>5}"
    if width >= _NARROW:
        behind += f"  {trend:<12} {share:>8}"
    before = f" {of:<8}" if width >= _WIDE else " "
    return (
        f"{before}{fit(name, max(width - len(before) - len(behind) - 1, _SMALLEST_NAME))}{behind}"
    )


def _spark(part: float | None, glyphs: Glyphs, digits: int = 8) -> str:
    if part is None:
        return glyphs.dot if glyphs != ASCII else "."
    if glyphs == ASCII:
        return str(round(part * digits))
    return _BLOCKS[round(part * (len(_BLOCKS) - 1))]


def _number(average: float | None) -> str:
    return f"{average:.1f}" if average is not None else "-"


def _stars(number: int, glyphs: Glyphs) -> str:
    return f"{glyphs.star * number}{glyphs.no_star * (MOST_STARS - number)} {number}"

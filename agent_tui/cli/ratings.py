"""``agent-tui ratings [QUERY]``: how the ratings go, by source, product and stars."""

import argparse

from agent_tui.actions.ratings import Report, report
from agent_tui.cli import shape
from agent_tui.cli.world import open_store, settings_of
from agent_tui.config.paths import Paths
from agent_tui.model.clock import iso, system_clock
from agent_tui.model.rating import Period, Tally, Trend

_WIDTH = 100
"""Cells of a row; a terminal's own size would make other lines in a pipe."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "ratings",
        help="print how the ratings of reviews go",
        description="Print average, number and trend of the ratings: of all reviews, by account, "
        "product and stars. Details: agent-tui help reviews.",
    )
    parser.add_argument(
        "query",
        nargs="*",
        help="such as: product:tarn country:gb; what begins with - goes behind --",
    )
    parser.add_argument("--months", action="store_true", help="by month, not by week")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace, paths: Paths) -> int:
    settings = settings_of(paths)
    db = open_store(paths)
    try:
        found = report(
            db,
            " ".join(args.query),
            rules=settings.clocks,
            me=settings.agent.handle,
            now=system_clock(),
            period=Period.MONTH if args.months else Period.WEEK,
        )
    finally:
        db.close()
    for line in _json(found) if args.json else _table(found):
        print(line)
    return 0


def _table(found: Report) -> list[str]:
    from agent_tui.ui import rating_lines
    from agent_tui.ui.cells import glyphs_for

    rows = [rating_lines.row(found, trend, glyphs_for(), _WIDTH) for trend in found.trends]
    lines = ["".join(piece.text for piece in row) for row in rows]
    return [line.rstrip() for line in (rating_lines.head(found, _WIDTH), *lines)]


def _json(found: Report) -> list[str]:
    return [shape.line(_trend(found, trend)) for trend in found.trends]


def _trend(found: Report, trend: Trend) -> dict[str, object]:
    periods = [
        {"begins_at": iso(begin), **_tally(tally)}
        for begin, tally in zip(found.begins, trend.periods, strict=True)
    ]
    return {
        "of": trend.sheaf,
        "name": trend.name,
        **_tally(trend.total),
        "waiting": trend.waiting,
        "due": trend.due,
        "answered_in_time": trend.in_time,
        "period": found.period,
        "periods": periods,
    }


def _tally(tally: Tally) -> dict[str, object]:
    average = tally.average
    return {
        "count": tally.count,
        "average": None if average is None else round(average, 2),
        "stars": {str(number): many for number, many in enumerate(tally.stars, start=1)},
    }

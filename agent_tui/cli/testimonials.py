"""``agent-tui testimonials [QUERY]``: what customers let us quote, to be put elsewhere."""

import argparse
import sys
from pathlib import Path

from agent_tui.actions import quotes
from agent_tui.cli import shape
from agent_tui.cli.transcript import write_new
from agent_tui.cli.world import open_store, settings_of
from agent_tui.config.paths import Paths
from agent_tui.model.clock import system_clock
from agent_tui.model.testimonial import Consent, Quote
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.query.syntax import Key, Op, Query, Term, all_of, negated
from agent_tui.query.values import NONE


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "testimonials",
        help="print what customers let us quote",
        description="Print the testimonials whose authors have said yes, with the name that they "
        "agreed to, as Markdown. Details: agent-tui help reviews.",
    )
    parser.add_argument(
        "query",
        nargs="*",
        help="such as: product:tarn rating:5; what begins with - goes behind --",
    )
    parser.add_argument(
        "--all", action="store_true", help="candidates, asked and refused ones, too"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="a table for spreadsheets")
    form.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write it there; an existing file is kept"
    )


def run(args: argparse.Namespace, paths: Paths) -> int:
    settings = settings_of(paths)
    query = all_of((parse(" ".join(args.query)), _wanted(everything=args.all)))
    db = open_store(paths)
    try:
        compiled = compile_query(query, db, me=settings.agent.handle, now=system_clock())
        found = list(quotes.quotes(db, compiled))
    finally:
        db.close()
    kept = [quote for quote in found if quote is not None]
    text = _text(args, kept)
    if args.output is None:
        print(text, end="")
    else:
        write_new(args.output, text)
        print(f"Written to {args.output}.", file=sys.stderr)
    if gone := len(found) - len(kept):
        print(f"Left out: {gone} that the author has taken away.", file=sys.stderr)
    return 0


def _wanted(*, everything: bool) -> Query:
    if everything:
        return negated(Term(Key.TESTIMONIAL, Op.EQUAL, NONE))
    return Term(Key.TESTIMONIAL, Op.EQUAL, Consent.GRANTED)


def _text(args: argparse.Namespace, found: list[Quote]) -> str:
    if args.csv:
        return quotes.comma_separated(found)
    if args.json:
        return "".join(f"{shape.line(quotes.values(quote))}\n" for quote in found)
    return quotes.markdown(found)

"""``agent-tui list [QUERY]``: the conversations of a query, newest activity first."""

import argparse
from collections.abc import Iterator

from agent_tui.cli import shape
from agent_tui.cli.parser import number
from agent_tui.cli.world import open_store, settings_of
from agent_tui.config.paths import Paths
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import system_clock
from agent_tui.model.conversation import Conversation, Sort
from agent_tui.query.compile import Compiled, compile_query
from agent_tui.query.parse import parse
from agent_tui.store import listings
from agent_tui.store.database import Database

_PAGE = 500


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "list",
        help="print the conversations of a query",
        description="Print the conversations of a query, newest activity first; all of them "
        "without one. The query language: agent-tui help query.",
    )
    parser.add_argument(
        "query",
        nargs="*",
        help="such as: status:open channel:review rating:<=2; what begins with - goes behind --",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--limit", type=number, metavar="N", help="at most N conversations")


def run(args: argparse.Namespace, paths: Paths) -> int:
    settings = settings_of(paths)
    now = system_clock()
    query = parse(" ".join(args.query))
    db = open_store(paths)
    try:
        compiled = compile_query(query, db, me=settings.agent.handle, now=now)
        for number, conversation in enumerate(_all(db, compiled)):
            if number == args.limit:
                break
            print(shape.line(shape.conversation(conversation)) if args.json else _row(conversation))
    finally:
        db.close()
    return 0


def _all(db: Database, query: Compiled) -> Iterator[Conversation]:
    """Every conversation of the query, a page at a time."""
    after = None
    while page := listings.page(db, query, Sort.NEWEST, after=after, limit=_PAGE):
        yield from page
        after = listings.anchor(page[-1], Sort.NEWEST)


def _row(c: Conversation) -> str:
    labels = " ".join(f"#{label}" for label in c.labels)
    cells = (
        f"{c.id:>6}",
        f"{c.status:<8}",
        f"{c.channel:<6}",
        shape.local(c.last_at),
        f"{safe_line(c.customer, 20):<20}",
        safe_line(c.subject or c.snippet, 60),
        labels,
    )
    return "  ".join(cells).rstrip()

"""``agent-tui do ACTION ID...`` or ``--query QUERY``: the actions of the inbox from a script."""

import argparse
import sys

from agent_tui.actions import bulk
from agent_tui.actions.action import ActionError, Context, Done
from agent_tui.actions.registry import perform, registry
from agent_tui.cli import shape
from agent_tui.cli.world import context_of, open_store, settings_of
from agent_tui.config.paths import Paths
from agent_tui.model.conversation import Sort
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.store import numbers


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "do",
        help="carry out an action on conversations",
        description="Carry out an action on conversations, as its key in the inbox does: "
        "agent-tui do snooze 12 13 until='tomorrow 9am', or on all that a query has: "
        "agent-tui do resolve --query 'label:done older:7d'. Several conversations are one batch "
        "for undo; what will happen to those of a query is said and asked before.",
        epilog="Actions: " + ", ".join(registry()) + ". Details: agent-tui help actions.",
    )
    parser.add_argument("action")
    parser.add_argument("words", nargs="*", metavar="ID or name=value")
    parser.add_argument("--query", metavar="QUERY", help="all conversations that match")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace, paths: Paths) -> int:
    targets, given = _sorted(args.words)
    settings = settings_of(paths)
    db = open_store(paths)
    try:
        context = context_of(db, settings)
        if args.query is not None:
            if targets:
                raise ActionError("Give numbers or a query, not both.")
            targets = _matching(context, args.query)
            if len(targets) > 1 and not _announced(context, args, targets, given):
                return 1
        done = _done(context, args.action, targets, given)
    finally:
        db.close()
    print(shape.line(_shape(done)) if args.json else done.sentence)
    return 0


def _matching(context: Context, text: str) -> list[int]:
    query = compile_query(parse(text), context.db, me=context.agent, now=context.clock())
    found = numbers.of_query(context.db, query, Sort.NEWEST)
    if not found:
        raise ActionError(f"Nothing matches: {text}")
    return found


def _announced(
    context: Context, args: argparse.Namespace, targets: list[int], given: dict[str, str]
) -> bool:
    """Say what will happen, and ask unless that was answered already."""
    said = bulk.announce(context, args.action, targets, given)
    print(f"{said}.", file=sys.stderr)
    if args.yes:
        return True
    if not sys.stdin.isatty():
        raise ActionError("Nothing was done: nobody can be asked here; --yes does it.")
    print("Do it? y/n ", end="", file=sys.stderr, flush=True)
    return input().strip().lower() == "y"


def _done(context: Context, name: str, targets: list[int], given: dict[str, str]) -> Done:
    """One batch, in parts where it is long; interrupted, what was done stays as one."""
    if not bulk.is_bulk(name, targets):
        return perform(name, context, targets, given)
    work = bulk.Bulk(context, name, targets, given)
    try:
        while work.step():
            pass
    except KeyboardInterrupt:
        print(work.result().sentence, file=sys.stderr)
        raise
    return work.result()


def _sorted(words: list[str]) -> tuple[list[int], dict[str, str]]:
    """Numbers of conversations, and arguments by name."""
    targets: list[int] = []
    given: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if equals:
            given[name] = value
        elif word.lstrip("#").isdecimal():
            targets.append(int(word.lstrip("#")))
        else:
            raise ActionError(f"'{word}' is neither a conversation's number nor name=value.")
    return targets, given


def _shape(done: Done) -> dict[str, object]:
    return {"did": done.sentence, "changed": list(done.changed), "batch": done.batch}

"""``agent-tui do ACTION ID...``: the actions of the inbox from a script."""

import argparse

from agent_tui.actions.action import ActionError, Done
from agent_tui.actions.registry import perform, registry
from agent_tui.cli import shape
from agent_tui.cli.world import context_of, open_store, settings_of
from agent_tui.config.paths import Paths


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "do",
        help="carry out an action on conversations",
        description="Carry out an action on conversations, as its key in the inbox does: "
        "agent-tui do snooze 12 13 until='tomorrow 9am'. Several conversations are one batch "
        "for undo.",
        epilog="Actions: " + ", ".join(registry()) + ". Details: agent-tui help actions.",
    )
    parser.add_argument("action")
    parser.add_argument("words", nargs="*", metavar="ID or name=value")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace, paths: Paths) -> int:
    targets, given = _sorted(args.words)
    settings = settings_of(paths)
    db = open_store(paths)
    try:
        done = perform(args.action, context_of(db, settings), targets, given)
    finally:
        db.close()
    print(shape.line(_shape(done)) if args.json else done.sentence)
    return 0


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

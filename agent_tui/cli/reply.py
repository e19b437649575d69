"""``agent-tui reply ID``: answer a customer with the text on standard input."""

import argparse
import sys

from agent_tui.actions.action import ActionError, Context, Done, Doubtful
from agent_tui.actions.registry import perform
from agent_tui.cli import shape
from agent_tui.cli.parser import number
from agent_tui.cli.world import context_of, open_store, settings_of
from agent_tui.config.paths import Paths
from agent_tui.engine import lease
from agent_tui.model.clock import system_clock


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "reply",
        help="answer a conversation with the text on standard input",
        description="Queue the text on standard input as the answer to a conversation. A running "
        "engine, or 'agent-tui sync --once', sends it.",
    )
    parser.add_argument("id", type=number, help="the conversation's number, as list prints it")
    parser.add_argument("--note", action="store_true", help="an internal note instead")
    parser.add_argument(
        "--anyway",
        action="store_true",
        help="send a public answer whatever its guard finds (agent-tui help reviews)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace, paths: Paths) -> int:
    settings = settings_of(paths)
    if sys.stdin.isatty():
        print("Write the text, end it with Ctrl+D:", file=sys.stderr)
    text = sys.stdin.read()
    if not text.strip():
        raise ActionError("Nothing to send: standard input was empty.")
    db = open_store(paths)
    try:
        context = context_of(db, settings)
        action = "note" if args.note else "reply"
        given = {"text": text.rstrip("\n")}
        if args.anyway and not args.note:
            given["anyway"] = "yes"
        done = _sent(action, context, args.id, given)
        alone = lease.living(db, lease.ENGINE, system_clock()) is None
    finally:
        db.close()
    shown = {"did": done.sentence, "changed": list(done.changed), "batch": done.batch}
    print(shape.line(shown) if args.json else done.sentence)
    if alone and not args.note:
        print(
            "No engine is running: 'agent-tui sync --once' or the inbox sends it.", file=sys.stderr
        )
    return 0


def _sent(action: str, context: Context, conversation_id: int, given: dict[str, str]) -> Done:
    try:
        return perform(action, context, [conversation_id], given)
    except Doubtful as doubt:
        raise ActionError(f"{doubt.reason} With --anyway it is sent all the same.") from doubt

"""``agent-tui engine``: pulls, delivers and keeps the clocks until it is told to end."""

import argparse
import sys

from agent_tui.cli.ask import terminal
from agent_tui.cli.asked import ask_secrets
from agent_tui.cli.world import open_store
from agent_tui.config.accounts import load_accounts
from agent_tui.config.paths import Paths
from agent_tui.engine.process import leave, serve


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "engine",
        help="serve all accounts until ended, without a screen",
        description="Pull, deliver and keep the clocks for all accounts until ended with Ctrl+C "
        "or SIGTERM. The inbox starts one by itself where none is running; a service manager "
        "can run this one for good. Where another one serves already, it says so and ends with 0.",
    )
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)


def run(args: argparse.Namespace, paths: Paths) -> int:
    asked = {} if args.child else ask_secrets(load_accounts(paths), terminal())
    db = open_store(paths)
    code = 1
    try:
        ended = serve(
            db,
            paths,
            asked,
            parent=sys.stdin.buffer if args.child else None,
            begun=lambda: _say(f"The engine is serving {paths.accounts}; its log is {paths.log}."),
        )
        if ended.other is not None:
            _say(f"Another engine serves this store already: {ended.other}.")
        code = 0
    finally:
        db.close()
    leave(code)
    return code


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)

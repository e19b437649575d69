"""``agent-tui why ID``: why a conversation is where it is, and when it is due."""

import argparse

from agent_tui.actions.why import why
from agent_tui.cli.parser import number
from agent_tui.cli.world import open_store, settings_of
from agent_tui.config.paths import Paths
from agent_tui.model.clock import system_clock


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "why",
        help="say why a conversation is where it is, and when it is due",
        description="Print its status and who set it, the views it is in, and until when an "
        "answer is due, with the arithmetic. Details: agent-tui help clocks.",
    )
    parser.add_argument("id", type=number, help="the conversation's number, as list prints it")


def run(args: argparse.Namespace, paths: Paths) -> int:
    settings = settings_of(paths)
    db = open_store(paths)
    try:
        lines = why(
            db,
            args.id,
            rules=settings.clocks,
            views=settings.views,
            me=settings.agent.handle,
            now=system_clock(),
        )
    finally:
        db.close()
    print("\n".join(lines))
    return 0

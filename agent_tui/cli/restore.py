"""``agent-tui restore FILE``: put a copy of the store back; what it would send waits for a word."""

import argparse
from pathlib import Path

from agent_tui.cli.world import settings_of
from agent_tui.config.paths import Paths, make_private
from agent_tui.model.clock import system_clock
from agent_tui.store.backup import restore


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "restore",
        help="bring back a copy of the store",
        description="Put a copy that 'agent-tui backup' made in the place of the store. The "
        "present file is kept beside it. What had not been sent when the copy was made is never "
        "sent by itself: the outbox lists it as 'check' and asks you.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the copy; it stays as it is")


def run(args: argparse.Namespace, paths: Paths) -> int:
    make_private(paths.data)
    agent = settings_of(paths).agent.handle
    done = restore(args.file, paths.store, agent=agent, now=system_clock())
    print(f"{args.file} is the store now.")
    if done.aside is not None:
        print(f"What was there before lies in {done.aside}.")
    if done.to_check:
        print(f"{done.to_check} in the outbox may have left since: it asks about each (:outbox).")
    return 0

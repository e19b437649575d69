"""``agent-tui backup [FILE]``: a checked copy of the store, made while everybody works."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from agent_tui.config.paths import Paths, make_private
from agent_tui.model.clock import SECOND, system_clock
from agent_tui.store.backup import backup, folder_of_copies


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "backup",
        help="copy the store into one file, while everybody works",
        description="Copy conversations, drafts, outbox and history as they are at this moment "
        "into one file of mode 0600, and check every page of it. Settings, accounts and fetched "
        "attachments are not in it; passwords never are.",
    )
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="a new file; without one, a dated file in the folder backups beside the store",
    )


def run(args: argparse.Namespace, paths: Paths) -> int:
    to: Path = args.file or _dated(paths)
    backup(paths.store, to)
    print(f"Copied to {to} ({to.stat().st_size / 1e6:.1f} MB), every page checked.")
    return 0


def _dated(paths: Paths) -> Path:
    folder = folder_of_copies(paths.store)
    make_private(folder)
    now = datetime.fromtimestamp(system_clock() / SECOND, UTC)
    return folder / f"store-{now:%Y%m%d-%H%M%S}.db"

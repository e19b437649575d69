"""``agent-tui transcript ID``: a conversation as plain text, to read or to hand out."""

import argparse
import os
import sys
from pathlib import Path

from agent_tui.actions.action import ActionError
from agent_tui.actions.transcript import transcript
from agent_tui.cli.parser import number
from agent_tui.cli.world import conversation_of, open_store
from agent_tui.config.paths import Paths
from agent_tui.content.safe import safe_text


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "transcript",
        help="print one conversation as plain text, without notes",
        description="Print what the customer and we said, with local times; notes are left out.",
    )
    parser.add_argument("id", type=number, help="the conversation's number, as list prints it")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write it there; an existing file is kept"
    )


def run(args: argparse.Namespace, paths: Paths) -> int:
    db = open_store(paths)
    try:
        conversation = conversation_of(db, args.id)
        text = safe_text(transcript(db, conversation))
    finally:
        db.close()
    if args.output is None:
        print(text, end="")
        return 0
    write_new(args.output, text)
    print(f"Written to {args.output}.", file=sys.stderr)
    return 0


def write_new(path: Path, text: str) -> None:
    """Write ``text`` to a new file that only its owner can read. Raises ActionError."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise ActionError(f"{path} is there already; choose another name.") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ActionError(f"{path} cannot be written: {reason}.") from error

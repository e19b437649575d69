"""``agent-tui help TOPIC``: the longer pages, so that they are there over SSH."""

import argparse
import sys

from agent_tui.config.errors import ConfigError, meant
from agent_tui.config.paths import Paths


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("help", help="read a longer page: help TOPIC")
    parser.add_argument("topic", nargs="?", default="start")


def run(args: argparse.Namespace, paths: Paths) -> int:
    del paths
    from agent_tui.ui.help_pages import page, topics

    text = page(args.topic)
    if text is None:
        known = topics()
        raise ConfigError(
            f"There is no help page '{args.topic}'{meant(args.topic, known)}; pages: "
            f"{', '.join(known)}."
        )
    sys.stdout.write(text)
    return 0

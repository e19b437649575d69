"""``agent-tui help TOPIC``: the longer pages, so that they are there over SSH."""

import argparse
import shutil

from agent_tui.config.errors import ConfigError, meant
from agent_tui.config.paths import Paths

_WIDEST = 100
"""Longer lines are tiring to read."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("help", help="read a longer page: help TOPIC")
    parser.add_argument("topic", nargs="?", default="start")


def run(args: argparse.Namespace, paths: Paths) -> int:
    del paths
    from agent_tui.ui.help_pages import page, topics, wrapped

    text = page(args.topic)
    if text is None:
        known = topics()
        hint = meant(args.topic, known) or f"; pages: {', '.join(known)}."
        raise ConfigError(f"There is no help page '{args.topic}'{hint}")
    print(wrapped(text, min(shutil.get_terminal_size().columns, _WIDEST)))
    return 0

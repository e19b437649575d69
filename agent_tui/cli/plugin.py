"""``agent-tui plugin list|new|check|manifest``: adapters there are and will be."""

import argparse
from types import ModuleType

from agent_tui.cli import plugin_check, plugin_list, plugin_manifest, plugin_new
from agent_tui.config.paths import Paths

_VERBS: dict[str, ModuleType] = {
    "list": plugin_list,
    "new": plugin_new,
    "check": plugin_check,
    "manifest": plugin_manifest,
}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "plugin",
        help="list the adapters to providers, write a new one, try one",
        description="Adapters connect accounts to providers. List those that are installed, write "
        "a package for a provider of your own, and hold an adapter against the conformance suite.",
        epilog="More: agent-tui help plugins.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for module in _VERBS.values():
        module.add_verb(verbs)


def run(args: argparse.Namespace, paths: Paths) -> int:
    code: int = _VERBS[args.verb].run(args, paths)
    return code

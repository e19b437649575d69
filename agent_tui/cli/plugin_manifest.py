"""``agent-tui plugin manifest NAME``: the file by which an adapter is listed without an import."""

import argparse

from agent_tui.adapters import manifest, registry
from agent_tui.config.paths import Paths


def add_verb(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser(
        "manifest",
        help="print what an adapter's file of capabilities has to say",
        description="Print the file NAME.adapter.json that belongs beside an adapter's module, "
        "made of what its class says.",
    )
    parser.add_argument("name", metavar="NAME", help="an installed adapter")


def run(args: argparse.Namespace, paths: Paths) -> int:
    del paths
    print(manifest.dump(manifest.of(registry.load(args.name).info)), end="")
    return 0

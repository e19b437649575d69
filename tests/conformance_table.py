"""README's table of the built-in adapters: ``python -m tests.conformance_table`` writes it."""

import sys

from agent_tui.adapters import registry
from agent_tui.adapters.registry import Found
from agent_tui.cli import plugin_table
from agent_tui.cli.plugin_check import check
from tests import readme


def built_in() -> dict[str, Found]:
    """The adapters that the table is of."""
    return {name: found for name, found in registry.found().items() if found.built_in}


def columns() -> dict[str, dict[str, str]]:
    """The table as README has it, by adapter."""
    return plugin_table.read_columns(readme.table("conformance"))


def write() -> int:
    """Check all and put their table into README; 1 when a claim is broken."""
    done = [check(found) for found in built_in().values()]
    readme.put("conformance", plugin_table.markdown(done))
    return 1 if any(one.failed for one in done) else 0


if __name__ == "__main__":
    sys.exit(write())

"""README's table of the built-in adapters: ``python -m tests.conformance_table`` writes it."""

import sys
from pathlib import Path

from agent_tui.adapters import registry
from agent_tui.adapters.registry import Found
from agent_tui.cli import plugin_table
from agent_tui.cli.plugin_check import check

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- conformance -->\n", "<!-- /conformance -->\n"


def built_in() -> dict[str, Found]:
    """The adapters that the table is of."""
    return {name: found for name, found in registry.found().items() if found.built_in}


def columns() -> dict[str, dict[str, str]]:
    """The table as README has it, by adapter."""
    _, _, rest = README.read_text("utf-8").partition(BEGIN)
    table, _, _ = rest.partition(END)
    return plugin_table.read_columns(table)


def write() -> int:
    """Check all and put their table into README; 1 when a claim is broken."""
    done = [check(found) for found in built_in().values()]
    text = README.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    README.write_text(f"{before}{begin}\n{plugin_table.markdown(done)}\n\n{end}{after}", "utf-8")
    return 1 if any(one.failed for one in done) else 0


if __name__ == "__main__":
    sys.exit(write())

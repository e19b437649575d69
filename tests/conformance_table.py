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
    return read_columns(readme.table("conformance"))


def read_columns(text: str) -> dict[str, dict[str, str]]:
    """The columns of what :func:`plugin_table.markdown` has written, by adapter."""
    columns: dict[str, dict[str, str]] = {}
    names: list[str] = []
    for line in text.splitlines():
        if not line.startswith("| "):
            continue
        heading, *cells = (cell.strip() for cell in line.strip("| ").split(" | "))
        if heading == plugin_table._CORNER:
            names = cells
        elif not heading.startswith("---"):
            for name, cell in zip(names, cells, strict=True):
                columns.setdefault(name, {})[heading] = cell
    return columns


def write() -> int:
    """Check all and put their table into README; 1 when a claim is broken."""
    done = [check(found) for found in built_in().values()]
    readme.put("conformance", plugin_table.markdown(done))
    return 1 if any(one.failed for one in done) else 0


if __name__ == "__main__":
    sys.exit(write())

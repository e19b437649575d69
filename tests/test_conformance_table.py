"""README's table of the built-in adapters is what a fresh run of the suite finds."""

import os

import pytest

from agent_tui.cli.plugin_check import MissingStand, check
from agent_tui.cli.plugin_table import HELD, column
from tests.conformance_table import built_in, columns

ADVICE = "write it anew: uv run python -m tests.conformance_table"


def test_the_table_has_all_built_in_adapters() -> None:
    assert columns().keys() == built_in().keys(), ADVICE


@pytest.mark.parametrize("name", sorted(built_in()))
def test_the_column_of_an_adapter_is_what_the_suite_finds(name: str) -> None:
    try:
        checked = check(built_in()[name])
    except MissingStand as missing:
        if os.environ.get("AGENT_TUI_REQUIRE_SERVERS"):
            raise
        pytest.skip(str(missing))

    assert [row for row in checked.rows if row.outcome == "failed"] == []
    said, found = columns()[name], column(checked)
    if not checked.contract:  # API descriptions lie beside the checkout, see AGENT_TUI_SHARED
        said[HELD] = found[HELD]
    about_other_roles = dict.fromkeys(said.keys() - found.keys(), "-")
    assert said == found | about_other_roles, ADVICE

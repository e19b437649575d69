"""Providers' descriptions lie in a folder that is not part of this repository."""

import os

import pytest

from agent_tui.testing.stand import Stand


def contract_of(stand: Stand) -> str:
    """What ``stand`` holds all requests to; skips, or fails where nothing may be skipped."""
    if not stand.contract:
        why = "set AGENT_TUI_SHARED to the folder that holds contracts/"
        if os.environ.get("AGENT_TUI_REQUIRE_SERVERS") == "1":
            pytest.fail(why)
        pytest.skip(why)
    return stand.contract

"""A server that takes its time with the dot is waited for by the minute, the screen in use."""

import os

import pytest

from tests.faults.slow_dot import wait_out

SECONDS = [130.0, *([590.0] if os.environ.get("AGENT_TUI_TEN_MINUTES") else [])]


@pytest.mark.nightly
@pytest.mark.parametrize("seconds", SECONDS)
def test_the_mail_is_sent_once_and_the_agent_works_on(seconds: float) -> None:
    waited = wait_out(seconds)

    assert waited.good, str(waited)
    assert waited.keys > seconds / 2, "the screen was in use all the time"

"""Help pages are there, complete, and readable on a narrow screen."""

import subprocess
import sys

import pytest

from agent_tui.config.settings import SETTINGS
from agent_tui.ui.commands import table
from agent_tui.ui.help_pages import page, reflowed, topics


@pytest.mark.parametrize("topic", topics())
def test_every_topic_has_a_page_that_begins_with_its_title(topic: str) -> None:
    text = page(topic)
    assert text is not None
    assert text.startswith("# ")


def test_an_unknown_topic_has_no_page_whatever_path_it_spells() -> None:
    for name in ("nothing", "../help/start", "", "start.md"):
        assert page(name) is None


def test_the_keys_page_lists_every_bound_command() -> None:
    text = page("keys") or ""
    for name in ("resolve", "snooze", "reply", "send", "undo"):
        assert table()[name].title in text


def test_the_settings_page_names_every_setting() -> None:
    text = reflowed(page("settings") or "")
    for setting in SETTINGS:
        assert f"- `{setting.name}`" in text


def test_lines_of_a_paragraph_are_joined_and_lists_stay_lists() -> None:
    source = "# Head\none\ntwo\n\n- first\n  goes on\n- second\n\nthree"
    assert reflowed(source) == "# Head\none two\n\n- first goes on\n- second\n\nthree"


def test_code_is_fenced_and_kept_as_it_is() -> None:
    assert reflowed("text\n\n    a  b\n    * c\n\nmore") == (
        "text\n\n```\n    a  b\n    * c\n\n```\nmore"
    )


def test_a_table_becomes_a_list_without_its_head() -> None:
    assert reflowed("| key | what |\n|---|---|\n| `a` | does it |\n") == "- `a`, does it"


def test_reading_a_page_in_a_shell_imports_no_screen() -> None:
    code = (
        "import sys; from agent_tui.ui.help_pages import page, topics; topics(); page('start');"
        "page('settings'); print([m for m in sys.modules if m.startswith('textual')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

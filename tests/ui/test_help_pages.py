"""Help pages are there, complete, and readable on a narrow screen."""

import re
import subprocess
import sys

import pytest

from agent_tui.config.settings import SETTINGS
from agent_tui.ui.commands import table
from agent_tui.ui.help_pages import page, reflowed, topics, wrapped


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
    text = reflowed(page("config") or "")
    for setting in SETTINGS:
        assert f"- `{setting.name}`" in text


def test_lines_of_a_paragraph_are_joined_and_lists_stay_lists() -> None:
    source = "# Head\none\ntwo\n\n- first\n  goes on\n- second\n\nthree"
    assert reflowed(source) == "# Head\none two\n\n- first goes on\n- second\n\nthree"


def test_code_is_fenced_and_kept_as_it_is() -> None:
    assert reflowed("text\n\n    a  b\n    * c\n\nmore") == (
        "text\n\n```\n    a  b\n    * c\n\n```\nmore"
    )


def test_the_first_page_leads_to_all_others() -> None:
    _, _, listed = (page("start") or "").partition("## Pages")
    assert sorted(re.findall(r"^- `(\w+)`:", listed, re.MULTILINE)) == [
        topic for topic in topics() if topic != "start"
    ]


@pytest.mark.parametrize("topic", topics())
@pytest.mark.parametrize("width", [60, 80])
def test_a_page_is_as_wide_as_the_terminal_and_says_all(topic: str, width: int) -> None:
    text = page(topic) or ""
    fitted = wrapped(text, width)
    assert fitted.split() == text.split()
    for line in fitted.splitlines():
        assert len(line) <= width or line.startswith("    ")


def test_rows_in_columns_go_on_under_their_last_column() -> None:
    row = "    e  resolve  Done; it leaves the inbox so"
    assert wrapped(row, 41) == row.replace(" so", "") + "\n" + " " * 16 + "so"


def test_reading_a_page_in_a_shell_imports_no_screen() -> None:
    code = (
        "import sys; from agent_tui.ui.help_pages import page, topics; topics(); page('start');"
        "page('config'); print([m for m in sys.modules if m.startswith('textual')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""What the README promises is there: files, commands, help pages."""

import re
from pathlib import Path

import pytest

from agent_tui.cli.main import COMMANDS
from agent_tui.ui.help_pages import page, topics
from tests import key_table, readme

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text("utf-8")
LINKS = sorted({link for link in re.findall(r"\]\(([^)]+)\)", TEXT) if "://" not in link})
CODE = "\n".join(re.findall(r"```sh\n.*?```|`[^`\n]+`", TEXT, re.DOTALL))
NAMED = sorted(set(re.findall(r"agent-tui ([a-z]+)", CODE)))


@pytest.mark.parametrize("link", LINKS)
def test_every_link_of_the_readme_leads_to_a_file(link: str) -> None:
    assert (ROOT / link.partition("#")[0]).is_file()


@pytest.mark.parametrize("name", NAMED)
def test_every_command_of_the_readme_exists(name: str) -> None:
    assert name in COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_a_help_page_names_exists_and_all_are_told_of(name: str) -> None:
    pages = {topic: page(topic) or "" for topic in topics()}
    told = {word for text in pages.values() for word in re.findall(r"`agent-tui ([a-z]+)", text)}
    assert told <= COMMANDS.keys()
    assert name in told | set(NAMED) | {"help"}


def test_the_table_of_keys_is_that_of_the_registry() -> None:
    assert readme.table("keys") == key_table.markdown(), "uv run python -m tests.key_table"

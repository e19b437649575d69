"""``agent-tui ratings`` prints a table for people and lines for scripts."""

import json
from pathlib import Path

import pytest

from agent_tui.cli.main import OK, USAGE, run
from agent_tui.config.paths import HOME_VARIABLE, find_paths
from tests.actions.test_public_answers import REVIEWS
from tests.actions.test_ratings import review
from tests.factory import mail_account, receive
from tests.stores import new_store


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home with two reviews of Tarn."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.setenv("LANG", "C.UTF-8")
    paths = find_paths(tmp_path, {})
    paths.data.mkdir(parents=True)
    db = new_store(paths.store)
    mail_account(db, REVIEWS)
    receive(db, review("r1", 5), review("r2", 2))
    db.close()


def test_the_table_has_a_head_and_a_row_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ratings"]) == OK
    head, every, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["Ratings", "avg", "count", "waits"]
    assert every.split()[:4] == ["All", "reviews", "3.5", "2"]
    assert [row.split()[0] for row in rows] == ["source", "product", "stars", "stars"]


def test_scripts_get_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ratings", "--json", "--months", "rating:5"]) == OK
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["of"], row["name"], row["count"]) for row in rows] == [
        ("all", "", 1),
        ("source", "mail", 1),
        ("product", "Tarn", 1),
        ("stars", "5", 1),
    ]
    assert rows[0]["stars"] == {"1": 0, "2": 0, "3": 0, "4": 0, "5": 1}
    assert rows[0]["period"] == "month"
    assert len(rows[0]["periods"]) == 12


def test_a_wrong_query_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ratings", "rating:9"]) == USAGE
    assert "rating" in capsys.readouterr().err

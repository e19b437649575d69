"""``agent-tui testimonials`` prints what may be printed, and no more unless it is asked to."""

import csv
import json
from pathlib import Path

import pytest

from agent_tui.actions.registry import perform
from agent_tui.cli.main import FAILED, OK, USAGE, run
from agent_tui.config.paths import HOME_VARIABLE, find_paths
from agent_tui.model.incoming import Deletion
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import START, Desk, changed, incoming, listed, mail_account, receive
from tests.stores import new_store


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which Ada may be quoted and Bo is a candidate."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    paths = find_paths(tmp_path, {})
    paths.data.mkdir(parents=True)
    db = new_store(paths.store)
    mail_account(db)
    receive(db, incoming("=Best bag.", sender="ada@x.example", name="Ada", remote_id="1:1"))
    receive(db, incoming("Good.", sender="bo@x.example", name="Bo", remote_id="1:2"))
    context = Desk(db).context
    ada, bo = (listed(db, f"customer:{name}@x.example")[0].id for name in ("ada", "bo"))
    perform("testimonial", context, [ada, bo])
    perform("consent", context, [ada], {"name": "Ada P."})
    db.close()
    return tmp_path


@pytest.mark.usefixtures("home")
def test_without_more_only_what_was_agreed_to_is_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["testimonials"]) == OK
    out = capsys.readouterr().out
    assert "> =Best bag." in out
    assert "Ada P." in out
    assert "Good." not in out


@pytest.mark.usefixtures("home")
def test_all_of_them_say_what_consent_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["testimonials", "--all", "--json"]) == OK
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {(row["name"], row["consent"]) for row in rows} == {
        ("Ada P.", "granted"),
        ("Bo", "candidate"),
    }


@pytest.mark.usefixtures("home")
def test_a_query_narrows_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["testimonials", "--all", "--json", "customer:bo@x.example"]) == OK
    (row,) = capsys.readouterr().out.splitlines()
    assert json.loads(row)["text"] == "Good."


def test_a_table_is_written_to_a_new_file_and_no_cell_is_a_formula(home: Path) -> None:
    file = home / "quotes.csv"
    assert run(["testimonials", "--csv", "--output", str(file)]) == OK
    with file.open(newline="") as table:
        (row,) = csv.DictReader(table)
    assert (row["text"], row["name"]) == ("'=Best bag.", "Ada P.")
    assert run(["testimonials", "--csv", "--output", str(file)]) == FAILED


def test_what_was_taken_away_is_counted_and_not_printed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = SqliteDatabase(find_paths(home, {}).store)
    changed(db, deletions=(Deletion("1:1", START),))
    db.close()
    assert run(["testimonials"]) == OK
    told = capsys.readouterr()
    assert told.out == ""
    assert "Left out: 1" in told.err


@pytest.mark.usefixtures("home")
def test_a_wrong_query_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["testimonials", "testimonial:maybe"]) == USAGE
    assert "testimonial" in capsys.readouterr().err

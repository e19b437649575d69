"""``plugin new`` writes a whole package under any good name, and nothing under a bad one."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from agent_tui.cli.main import OK, USAGE, run
from agent_tui.config.paths import HOME_VARIABLE

LONGEST = "abcdefgh-jklmnopq-stuvwx"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))


def test_the_folder_is_printed_and_talk_goes_to_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plugin", "new", "acme", "--into", str(tmp_path)]) == OK

    out, err = capsys.readouterr()
    assert out == f"{tmp_path / 'agent-tui-acme'}\n"
    assert "README.md" in err


@pytest.mark.parametrize("name", ["x", "acme", LONGEST])
def test_what_is_written_is_clean_whatever_the_name_is(tmp_path: Path, name: str) -> None:
    run(["plugin", "new", name, "--into", str(tmp_path)])

    folder = tmp_path / f"agent-tui-{name}"
    for step in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *step, "--no-cache", "."]
        done = subprocess.run(ruff, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_no_placeholder_is_left_and_both_entry_points_lead_to_what_was_written(
    tmp_path: Path,
) -> None:
    run(["plugin", "new", LONGEST, "--into", str(tmp_path)])

    folder = tmp_path / f"agent-tui-{LONGEST}"
    texts = {path: path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}
    assert [path for path, text in texts.items() if re.search("@[A-Z]+@", text)] == []
    assert [path for path in texts if re.search(r"NAME|MODULE|\.in$", path.name)] == []
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    for group in ("agent_tui.adapters", "agent_tui.stands"):
        module, _, cls = project["entry-points"][group][LONGEST].partition(":")
        source = folder.joinpath(*module.split(".")).with_suffix(".py")
        assert f"class {cls}" in texts[source]


@pytest.mark.parametrize(
    "name", ["", "Acme", "1acme", "-acme", "acme-", "a--b", "a_b", "../x", "a b", "é", "a" * 25]
)
def test_a_name_that_will_not_do_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run(["plugin", "new", "--into", str(tmp_path), "--", name]) == USAGE

    assert "cannot name an adapter" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_an_installed_adapter_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plugin", "new", "imap", "--into", str(tmp_path)]) == USAGE

    assert "There is an adapter 'imap' already" in capsys.readouterr().err


def test_a_folder_that_is_there_is_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "agent-tui-acme"
    there.mkdir()

    assert run(["plugin", "new", "acme", "--into", str(tmp_path)]) == USAGE

    assert "is there already" in capsys.readouterr().err
    assert list(there.iterdir()) == []


def test_a_place_where_nothing_can_be_written_is_told_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()

    assert run(["plugin", "new", "acme", "--into", str(tmp_path / "file")]) == USAGE

    assert "cannot be written" in capsys.readouterr().err

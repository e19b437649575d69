"""The doctor finds what is wrong, says what to do, and exits by it."""

import argparse
import json
from pathlib import Path

import pytest

from agent_tui.adapters import registry
from agent_tui.adapters.contract import Severity
from agent_tui.cli import doctor
from agent_tui.config import keystore
from agent_tui.config.paths import Paths, find_paths
from tests.cli.fakes import GOOD, FakeAdapter
from tests.config.fakes import MemoryKeyring
from tests.stores import new_store


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = find_paths(tmp_path / "home", {})
    for folder in (paths.config, paths.accounts, paths.data, paths.state, paths.cache):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    new_store(paths.store).close()
    return paths


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keystore, "_installed", lambda: [MemoryKeyring()])
    monkeypatch.setattr(registry, "load", lambda _name: FakeAdapter)
    monkeypatch.setenv("SHOP", GOOD)


def write_account(paths: Paths, *, env: str = "SHOP") -> None:
    (paths.accounts / "shop.toml").write_text(
        f'adapter = "fake"\naddress = "a@b.c"\nhost = "h"\nsmtp_host = "s"\n'
        f'password = {{env = "{env}"}}\n'
    )


def examined(
    paths: Paths, capsys: pytest.CaptureFixture[str], *argv: str
) -> tuple[int, dict[str, list[dict[str, str]]]]:
    """Exit code, and the findings by section."""
    parser = argparse.ArgumentParser()
    doctor.add_parser(parser.add_subparsers())
    code = doctor.run(parser.parse_args(["doctor", "--json", *argv]), paths)
    by_section: dict[str, list[dict[str, str]]] = {}
    for line in capsys.readouterr().out.splitlines():
        finding = json.loads(line)
        by_section.setdefault(finding.pop("section"), []).append(finding)
    return code, by_section


def errors(findings: list[dict[str, str]]) -> str:
    return " ".join(f["detail"] for f in findings if f["severity"] == "error")


def test_a_healthy_home_is_fine(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    write_account(paths)

    code, found = examined(paths, capsys)

    assert code == 0
    assert "Every page is sound" in [finding["what"] for finding in found["Store"]]
    assert found["Account shop"] == [{"what": "Receiving", "severity": "ok", "detail": "h"}]
    assert {"Program", "Folders", "Settings", "Terminal", "Keyring", "Clock"} <= found.keys()


def test_a_home_that_is_not_there_yet_is_fine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = examined(find_paths(tmp_path / "new", {}), capsys)

    assert code == 0
    assert found["Store"][0]["what"] == "none yet"
    assert not (tmp_path / "new").exists()


def test_an_account_that_cannot_log_in_is_an_error(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    write_account(paths, env="UNSET")

    code, found = examined(paths, capsys)

    assert code == 1
    assert "The environment variable UNSET is not set" in errors(found["Account shop"])


def test_offline_connects_to_nobody(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    write_account(paths, env="UNSET")

    code, found = examined(paths, capsys, "--offline")

    assert code == 0
    assert found["Account shop"][0]["what"] == "File"


def test_a_broken_settings_file_is_an_error_and_the_rest_is_still_looked_at(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.settings.write_text("thme = 1")

    code, found = examined(paths, capsys)

    assert code == 1
    assert "line 1: 'thme' is not a setting" in errors(found["Settings"])
    assert "Clock" in found


def test_a_damaged_store_is_an_error(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    content = bytearray(paths.store.read_bytes())
    content[8192:24576] = bytes(16384)
    paths.store.write_bytes(content)

    code, found = examined(paths, capsys)

    assert code == 1
    assert errors(found["Store"])


def test_a_store_that_is_none_is_an_error(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    paths.store.write_text("hello " * 1000)

    code, found = examined(paths, capsys)

    assert code == 1
    assert "is not a store of agent-tui" in errors(found["Store"])


def test_a_text_that_the_store_has_not_taken_is_a_warning(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.unsaved.mkdir(mode=0o700)
    (paths.unsaved / "0123.json").write_text("{")

    code, found = examined(paths, capsys)

    assert code == 0
    (told,) = [one for one in found["Store"] if one["severity"] == "warning"]
    assert str(paths.unsaved / "0123.json") in told["detail"]
    assert "remove it" in told["detail"]


def test_a_folder_that_others_can_look_into_is_a_warning(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.data.chmod(0o755)

    code, found = examined(paths, capsys)

    assert code == 0
    (data,) = (finding for finding in found["Folders"] if finding["what"] == "data")
    assert data["severity"] == "warning"
    assert "chmod 700" in data["detail"]


def test_a_config_folder_that_everybody_can_write_is_an_error(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.config.chmod(0o777)

    code, found = examined(paths, capsys)

    assert code == 1
    assert "Everybody can write" in errors(found["Folders"])
    assert "Everybody can write" in errors(found["Accounts"])


def test_a_machine_without_keyring_is_a_warning(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(keystore, "_installed", list)

    code, found = examined(paths, capsys)

    assert code == 0
    assert found["Keyring"][0]["severity"] == "warning"


def test_a_clock_in_the_past_is_an_error() -> None:
    (finding,) = doctor.clock_findings(lambda: 0)

    assert finding.severity is Severity.ERROR
    assert "it says 1970-01-01" in finding.detail


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"TERM": "xterm-256color"}, "256 colours"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "16 million colours"),
        ({"TERM": "xterm"}, "16 colours"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "switched off by NO_COLOR"),
        ({"TERM": "dumb"}, "needs a real terminal"),
    ],
)
def test_colours_are_told(env: dict[str, str], told: str) -> None:
    (colours,) = (f for f in doctor.terminal_findings(env) if f.what == "Colours")

    assert told in colours.detail


def test_what_cannot_be_looked_at_is_an_error_of_its_section(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def closed(_path: Path, *, follow_symlinks: bool = True) -> bool:
        raise PermissionError(13, "Permission denied", str(paths.store))

    monkeypatch.setattr(Path, "exists", closed)

    code, found = examined(paths, capsys)

    assert code == 1
    assert "cannot be looked at: Permission denied" in errors(found["Store"])


def test_for_people_it_is_one_line_a_finding(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    doctor.run(argparse.Namespace(json=False, offline=True), paths)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Program"
    assert lines[1].startswith("  ok       agent-tui ")

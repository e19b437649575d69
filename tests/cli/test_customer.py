"""A customer's data leaves in one folder, or for good; both by commands."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.actions import reply
from agent_tui.cli.main import run
from agent_tui.config.paths import HOME_VARIABLE, Paths, find_paths
from agent_tui.engine.attachments import keep, keep_source
from agent_tui.engine.log import open_log
from agent_tui.model.customer import IdentityKind
from agent_tui.model.draft import DraftKind
from agent_tui.model.incoming import IncomingFile
from agent_tui.model.message import FetchState
from agent_tui.store import customers, messages, sources
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.unsaved import Unsaved
from tests.factory import Desk, incoming, listed, receive
from tests.stores import new_store

ADDRESS, NAME = "zqxana@canary.example", "Zqxana Canary"


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return find_paths(tmp_path / "home", {})


@pytest.fixture
def number(paths: Paths) -> Iterator[int]:
    """A customer with two files, one of them here, in a store with a log; their number."""
    paths.data.mkdir(parents=True, mode=0o700)
    db = new_store(paths.store)
    files = [IncomingFile(str(n), f"zqx{n}.pdf", "application/pdf", 3) for n in (1, 2)]
    receive(db, incoming("My zqxsecret broke", sender=ADDRESS, name=NAME, files=files))
    receive(db, incoming("Hello", sender="bob@customer.example"))
    (first, _) = [row["id"] for row in db.all("SELECT id FROM attachments ORDER BY id")]
    file = messages.file(db, first)
    assert file is not None
    here = keep(paths.attachments, file, b"zqxpdf")
    messages.set_file(db, first, FetchState.HERE, path=str(here))
    message = messages.get(db, file.message_id)
    assert message is not None
    mail = keep_source(paths.attachments, message, b"zqxsource")
    sources.put(db, message.id, FetchState.HERE, path=str(mail))
    found = customers.find(db, IdentityKind.EMAIL, ADDRESS)
    assert found is not None
    db.close()
    log = open_log(paths.log)
    log.warning("delivery to ZQXANA@canary.example: refused")
    log.warning("delivery to bob@customer.example: refused")
    yield found
    for handler in log.handlers:
        handler.close()
    log.handlers.clear()


def octets(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()).lower()


def test_an_export_has_every_row_the_talk_as_text_and_the_files(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["customer", "export", ADDRESS, "out"]) == 0

    out = tmp_path / "out"
    held = json.loads((out / "customer.json").read_text())
    assert held["customers"][0]["name"] == NAME
    assert held["identities"][0]["value"] == ADDRESS
    assert held["messages"][0]["text"] == "My zqxsecret broke"
    assert held["messages"][0]["at"].startswith("2026-")
    assert [row["name"] for row in held["attachments"]] == ["zqx1.pdf", "zqx2.pdf"]
    assert held["events"][0]["field"] == "message"
    assert "bob@customer.example" not in (out / "customer.json").read_text()
    (talk,) = out.glob("conversation-*.txt")
    assert "My zqxsecret broke" in talk.read_text()
    (file,) = (out / "attachments").iterdir()
    assert file.read_bytes() == b"zqxpdf"
    (mail,) = (out / "sources").iterdir()
    assert mail.read_bytes() == b"zqxsource"
    assert {path.stat().st_mode & 0o777 for path in out.rglob("*.*")} == {0o600}
    assert out.stat().st_mode & 0o777 == 0o700
    assert "1 attachments are only at the provider" in capsys.readouterr().out
    assert run(["customer", "export", str(number), "out"]) == 1
    assert "out is there already" in capsys.readouterr().err


def test_an_export_can_ask_for_the_files_that_are_missing(number: int, paths: Paths) -> None:
    assert run(["customer", "export", str(number), "out", "--fetch"]) == 0

    db = SqliteDatabase(paths.store)
    states = [row["state"] for row in db.all("SELECT state FROM attachments ORDER BY id")]
    db.close()
    assert states == ["here", "wanted"]


def test_what_was_removed_from_the_cache_is_fetched_again_for_an_export(
    number: int, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(paths.cache)

    assert run(["customer", "export", str(number), "out", "--fetch"]) == 0

    db = SqliteDatabase(paths.store)
    states = [row["state"] for row in db.all("SELECT state FROM attachments ORDER BY id")]
    db.close()
    assert states == ["wanted", "wanted"]
    assert "2 attachments are being fetched" in capsys.readouterr().out


def test_a_text_that_the_store_had_not_taken_yet_is_erased_with_the_others(
    number: int, paths: Paths, tmp_path: Path
) -> None:
    db = SqliteDatabase(paths.store)
    (first,) = listed(db, f"customer:#{number}")
    draft = reply.start(Desk(db).context, first, DraftKind.REPLY)
    Unsaved(paths.unsaved).put(replace(draft, body="zqxunsaved"), 1)
    db.close()

    assert run(["customer", "erase", str(number), "--yes"]) == 0

    assert b"zqx" not in octets(tmp_path / "home")


def test_after_an_erasure_nothing_is_found_by_grep_over_the_home(
    number: int, paths: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert octets(tmp_path / "home").count(b"zqx") > 10

    assert run(["customer", "erase", str(number), "--yes", "--json"]) == 0

    said = json.loads(capsys.readouterr().out)
    assert said["erased"]["messages"] == 1
    assert said["pages_overwritten"]
    left = octets(tmp_path / "home")
    assert b"zqx" not in left
    assert b"bob@customer.example: refused" in left
    assert run(["list"]) == 0
    assert "bob@customer.example" in capsys.readouterr().out
    assert run(["doctor", "--offline"]) == 0
    assert "none changed or removed" in capsys.readouterr().out


def test_erasing_names_the_copies_that_still_hold_the_customer(
    number: int, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["backup"]) == 0
    (copy,) = (paths.data / "backups").iterdir()

    assert run(["customer", "erase", str(number), "--yes"]) == 0

    assert f"This copy of the store may still hold them: {copy}" in capsys.readouterr().err


def test_erasing_asks_first(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["customer", "erase", str(number)]) == 2

    assert "without a terminal say --yes" in capsys.readouterr().err
    assert b"zqxsecret" in octets(tmp_path / "home")


@pytest.mark.parametrize("given", ["99", "nobody@customer.example"])
def test_a_customer_who_is_not_there_is_told(
    given: str, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["customer", "export", given]) == 1
    assert capsys.readouterr().err.startswith("agent-tui: There is no customer")

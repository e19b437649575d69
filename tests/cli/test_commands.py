"""Commands print data a script can rely on, and fail with one sentence and the right exit code."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent_tui.cli.main import FAILED, OK, USAGE, run
from agent_tui.config.paths import HOME_VARIABLE, find_paths
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.incoming import IncomingFile
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import incoming, listed, mail_account, ours, receive
from tests.stores import new_store


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with an open and a resolved conversation."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.setenv("USER", "maria")
    paths = find_paths(tmp_path, {})
    paths.data.mkdir(parents=True)
    db = new_store(paths.store)
    mail_account(db)
    files = [IncomingFile("2", "zip.pdf", "application/pdf", 12)]
    receive(db, incoming("My zip broke", name="Ada", message_id="a@x", files=files))
    receive(db, incoming(sender="b@x.example", subject="Thanks", status=Status.RESOLVED))
    receive(db, ours("We send a new one.", references=["a@x"]))
    db.close()
    return tmp_path


@pytest.fixture
def store(home: Path) -> Iterator[SqliteDatabase]:
    db = SqliteDatabase(find_paths(home, {}).store)
    yield db
    db.close()


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Each line that was printed, as an object."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.usefixtures("home")
def test_list_without_a_query_prints_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--json"]) == OK

    rows = printed(capsys)
    assert {row["subject"] for row in rows} == {"Parcel", "Thanks"}
    promised = {
        "id",
        "channel",
        "account",
        "status",
        "subject",
        "customer",
        "assignee",
        "labels",
        "waiting_since",
        "due_at",
        "messages",
        "rating",
        "review",
    }
    assert promised <= rows[0].keys()


@pytest.mark.usefixtures("home")
def test_list_takes_a_query_in_one_or_many_words(capsys: pytest.CaptureFixture[str]) -> None:
    run(["list", "status:resolved", "--json"])
    assert [row["subject"] for row in printed(capsys)] == ["Thanks"]

    run(["list", "status:open zip", "--json"])
    assert [row["subject"] for row in printed(capsys)] == ["Parcel"]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_home_may_stand_anywhere_on_the_command_line(
    home: Path, tmp_path: Path, place: int, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["list", "--json"]
    argv[place:place] = ["--home", str(tmp_path / "empty")]

    assert run(argv) == OK
    assert printed(capsys) == []
    assert (tmp_path / "empty" / "data" / "store.db").exists()
    assert home.exists()


@pytest.mark.usefixtures("home")
def test_show_prints_the_conversation_and_its_messages(capsys: pytest.CaptureFixture[str]) -> None:
    run(["list", "zip", "--json"])
    number = printed(capsys)[0]["id"]

    assert run(["show", str(number), "--json"]) == OK

    (shown,) = printed(capsys)
    first, second = shown["messages"]
    assert (first["direction"], second["direction"]) == ("inbound", "outbound")
    assert first["text"] == "My zip broke"
    assert first["attachments"][0] | {"id": 0} == {
        "id": 0,
        "name": "zip.pdf",
        "type": "application/pdf",
        "size": 12,
    }
    assert {"id", "direction", "author", "at", "subject", "text"} <= first.keys()
    assert shown["conversation"]["id"] == number


@pytest.mark.usefixtures("home")
def test_why_says_status_views_and_clock(capsys: pytest.CaptureFixture[str]) -> None:
    run(["list", "subject:thanks", "--json"])
    number = printed(capsys)[0]["id"]

    assert run(["why", f"#{number}"]) == OK

    status, views, *_ = capsys.readouterr().out.splitlines()
    assert status.startswith("It has been resolved since it began, ")
    assert views == "Views: All (by newest)."
    assert run(["why", "99"]) == FAILED
    assert "There is no conversation #99" in capsys.readouterr().err


@pytest.mark.usefixtures("home")
def test_do_acts_on_several_conversations_and_undo_takes_it_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(["list", "--json"])
    ids = [str(row["id"]) for row in printed(capsys)]

    assert run(["do", "label", *ids, "labels=refund vip", "--json"]) == OK
    assert len(printed(capsys)[0]["changed"]) == 2
    run(["do", "undo"])
    capsys.readouterr()

    run(["list", "label:refund", "--json"])
    assert printed(capsys) == []


@pytest.mark.usefixtures("home")
def test_do_acts_on_what_a_query_has_after_saying_what_will_happen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))  # a pipe is nobody who could be asked
    assert run(["do", "label", "labels=vip", "--query=-status:spam"]) == FAILED
    assert "--yes does it" in capsys.readouterr().err

    assert run(["do", "label", "labels=vip", "--query=-status:spam", "--yes"]) == OK
    told = capsys.readouterr()
    assert told.err.startswith("Label 2 conversations +vip, 0 messages sent")
    assert told.out == "2 conversations labelled +vip.\n"

    assert run(["do", "label", "labels=vip", "--query", "subject:nowhere", "--yes"]) == FAILED
    assert "Nothing matches: subject:nowhere" in capsys.readouterr().err


@pytest.mark.usefixtures("home")
def test_reply_queues_the_text_on_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["list", "zip", "--json"])
    number = printed(capsys)[0]["id"]
    monkeypatch.setattr("sys.stdin", io.StringIO("It left today.\n"))

    assert run(["reply", str(number)]) == OK
    assert "sync --once" in capsys.readouterr().err

    run(["show", str(number), "--json"])
    (shown,) = printed(capsys)
    assert shown["messages"][-1]["text"] == "It left today."
    assert shown["messages"][-1]["delivery"] == "queued"
    assert shown["conversation"]["status"] == "pending"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("argv", "code", "told"),
    [
        (["list", "statsu:open"], USAGE, "'statsu'"),
        (["show", "4711"], FAILED, "no conversation 4711"),
        (["do", "resolv", "1"], FAILED, "no action 'resolv'"),
        (["do", "snooze", "1"], FAILED, "needs until"),
        (["do", "snooze", "1", "until=yesterday"], FAILED, "'yesterday'"),
        (["do", "resolve", "one"], FAILED, "'one'"),
        (["lst"], USAGE, "did you mean 'list'"),
        (["frobnicate"], USAGE, "commands: demo, open"),
        (["list", "--jsn"], USAGE, "'--jsn' means nothing here; see 'agent-tui list --help'"),
        (["--jsn"], USAGE, "see 'agent-tui --help'"),
        (["show"], USAGE, "required: id"),
        (["show", "x"], USAGE, "'x' is no number"),
        (["list", "--limit", "0"], USAGE, "'0' is no number"),
        (["open", "/nowhere"], USAGE, "nothing at /nowhere"),
        (["help", "quer"], USAGE, "did you mean 'query'"),
        ([], USAGE, "needs a terminal"),
    ],
)
def test_what_fails_says_so_in_one_sentence(
    argv: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(argv) == code

    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_a_broken_settings_file_is_named_with_its_line(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "config").mkdir()
    (home / "config" / "config.toml").write_text('theme = "dark"\nsignatur = "x"\n')

    assert run(["list"]) == USAGE

    error = capsys.readouterr().err
    assert "config.toml" in error
    assert "line 2" in error
    assert "did you mean 'signature'" in error


def test_a_hostile_subject_reaches_no_terminal(
    store: SqliteDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    receive(store, incoming("x", subject="\x1b]0;owned\x07 \u202eevil", sender="e@x.example"))

    run(["list"])

    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["empty folder", "no mbox"])
def test_what_holds_no_mail_is_not_opened_and_makes_no_account(
    home: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.mkdir() if name == "empty folder" else path.write_text("From here on, no mail.\n")

    assert run(["open", str(path), "--import-only"]) == USAGE

    assert "There is no mail" in capsys.readouterr().err
    assert not find_paths(home, {}).accounts.exists()


def test_an_empty_mbox_file_is_opened(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mbox").touch()

    assert run(["open", str(tmp_path / "mbox"), "--import-only"]) == OK

    assert "0 new messages" in capsys.readouterr().out
    assert home.exists()


def test_a_doubtful_public_answer_is_refused_unless_anyway(
    store: SqliteDatabase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    can = Capabilities(Channel.REVIEW, frozenset({EffectKind.SEND}))
    mail_account(store, can)
    receive(store, replace(incoming("Bad.", subject="Bad"), channel=Channel.REVIEW, rating=1))
    number = str(listed(store, "channel:review")[0].id)

    monkeypatch.setattr("sys.stdin", io.StringIO("That is user error."))
    assert run(["reply", number]) == FAILED
    said = capsys.readouterr().err
    assert "It sounds like blame ('user error'). With --anyway it is sent all the same." in said

    monkeypatch.setattr("sys.stdin", io.StringIO("That is user error."))
    assert run(["reply", number, "--anyway"]) == OK

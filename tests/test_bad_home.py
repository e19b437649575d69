"""Settings, accounts, stores and disks that cannot be used: one sentence each, and no traceback."""

import sqlite3
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from agent_tui.adapters.registry import GROUP
from tests.disks import disk
from tests.mailbox import maildir, with_mail
from tests.program import Done, Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with nothing in it."""
    return Home(tmp_path / "home")


def refused(done: Done, code: int, sentence: str) -> None:
    """``done`` told exactly ``sentence`` on stderr, and nothing else anywhere."""
    assert (done.code, done.out, done.err) == (code, "", f"agent-tui: {sentence}\n")


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (
            'theme = "default"\n[agent\n',
            ", line 2, column 7",
            "not valid TOML: expected ']' at the end of a table declaration.",
        ),
        (
            'theme = "default"\n\nthem = "light"\n',
            ", line 3",
            "'them' is not a setting; did you mean 'theme'?",
        ),
        ("preview = 3\n", ", line 1", "'preview' must be true or false, not the number 3."),
    ],
)
def test_broken_settings_are_named_by_file_line_and_key(
    home: Home, text: str, place: str, said: str
) -> None:
    file = home.settings(text)
    sentence = f"{file}{place}: {said}"

    refused(home.run("list"), 2, sentence)
    with home.screen(cols=200) as screen:
        assert screen.wait_for_exit() == 2
        assert screen.text().strip() == f"agent-tui: {sentence}"


BROKEN = {
    "equals": (
        'adapter = "maildir"\npath = \n',
        ", line 2, column 8",
        "not valid TOML: invalid value.",
    ),
    "misspelt": (
        'adapter = "maildir"\npaht = "/x"\n',
        ", line 2",
        "'paht' is not an option of the adapter 'maildir'; did you mean 'path'?",
    ),
    "number": (
        'adapter = "maildir"\npath = 3\n',
        ", line 2",
        "'path' must be text in quotes, not the number 3.",
    ),
    "unnamed": (
        'path = "/x"\n',
        "",
        "'adapter' is missing; name one, such as \"imap\".",
    ),
}


def test_broken_accounts_are_named_while_another_one_is_synced(home: Home, tmp_path: Path) -> None:
    with_mail(home, tmp_path / "mail")
    sentences = {
        name: f"{home.account_file(name, text)}{place}: {said}"
        for name, (text, place, said) in BROKEN.items()
    }

    done = home.run("sync", "--once")
    told = [f"{name}: {sentence}" for name, sentence in sentences.items()]
    assert (done.code, done.err) == (1, "")
    assert sorted(done.out.splitlines()) == sorted([*told, "shop: 0 new messages, 0 delivered."])
    checked = home.run("account", "check", *sentences)
    errors = [f"  ERROR    Settings: {sentence}" for sentence in sentences.values()]
    assert checked.code == 1
    assert [line for line in checked.out.splitlines() if line.startswith(" ")] == errors


def test_an_adapter_that_is_not_installed_is_named_with_those_that_are(home: Home) -> None:
    home.account("odd", "carrier-pigeon")

    done = home.run("sync", "--once")

    assert (done.code, done.err) == (1, "")
    names = sorted(entry.name for entry in entry_points(group=GROUP))
    assert {"demo", "imap", "maildir"} <= set(names)
    installed = ", ".join(names)
    assert done.out == (
        f"odd: No adapter named 'carrier-pigeon' is installed; installed: {installed}. "
        "Install the package that provides it or correct the account's adapter.\n"
    )


def test_a_file_that_is_no_store_is_left_alone(home: Home) -> None:
    home.database.parent.mkdir(parents=True)
    home.database.write_text("Dear diary, this is not a database. " * 100)

    sentence = (
        f"{home.database} is not a store of agent-tui, or its beginning is destroyed; move it away "
        "and start again, or bring back a copy with 'agent-tui restore FILE'."
    )
    refused(home.run("list"), 1, sentence)
    assert home.database.read_text().startswith("Dear diary")


def test_a_store_of_another_program_is_left_alone(home: Home) -> None:
    home.database.parent.mkdir(parents=True)
    with sqlite3.connect(home.database) as other:
        other.execute("CREATE TABLE diary (day TEXT)")
    other.close()

    sentence = f"{home.database} is a database of another program; choose another --home."
    refused(home.run("list"), 1, sentence)


def test_a_store_of_a_newer_program_is_left_alone(home: Home) -> None:
    assert home.listed() == []
    with sqlite3.connect(home.database) as newer:
        (known,) = newer.execute("PRAGMA user_version").fetchone()
        newer.execute("PRAGMA user_version = 999")
    newer.close()

    sentence = (
        f"{home.database} was written by a newer agent-tui (schema 999, this one knows {known}); "
        "update agent-tui."
    )
    refused(home.run("list"), 1, sentence)
    refused(home.run("engine"), 1, sentence)


def test_a_read_only_disk_is_named_before_there_is_a_store(tmp_path: Path) -> None:
    mails = maildir(tmp_path / "mail", [])
    with disk(tmp_path / "disk", "size=5m") as fixed:
        home = Home(fixed.path)
        home.account("shop", "maildir", path=str(mails))
        fixed.remount("ro")
        folder = fixed.path / "data"
        sentence = (
            f"The folder {folder} cannot be made: read-only file system; make its parent "
            "writable or choose another folder with --home."
        )
        for command in (("list",), ("sync", "--once"), ("open", str(mails), "--import-only")):
            refused(home.run(*command), 2, sentence)


def test_an_account_that_cannot_be_saved_is_told(tmp_path: Path) -> None:
    mails = maildir(tmp_path / "mail", [])
    with disk(tmp_path / "disk", "size=5m") as fixed:
        home = Home(fixed.path)
        home.account("other", "demo")
        fixed.remount("ro")
        file = fixed.path / "config" / "accounts" / "mail.toml"
        sentence = (
            f"{file} cannot be written: read-only file system; check the folder's rights and free "
            "space, or choose another with --home."
        )
        refused(home.run("open", str(mails), "--import-only"), 2, sentence)


def test_a_store_on_a_read_only_disk_is_named(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "size=20m") as fixed:
        home = with_mail(Home(fixed.path), tmp_path / "mail")
        fixed.remount("ro")
        sentence = (
            f"{fixed.path / 'data'} is on a read-only disk; choose another folder with --home."
        )
        for command in (("list",), ("sync", "--once"), ("do", "resolve", "1")):
            refused(home.run(*command), 1, sentence)
        with home.screen(cols=200) as screen:
            assert screen.wait_for_exit() == 1
            assert screen.text().strip() == f"agent-tui: {sentence}"


def test_a_disk_that_fills_up_while_mail_comes_in_loses_none_of_it(tmp_path: Path) -> None:
    text = b"Where is my order? " * 200
    mails = [
        b"From: a@customer.test\r\nSubject: Mail %d\r\nMessage-ID: <%d@customer.test>\r\n\r\n%s %d"
        % (number, number, text, number)
        for number in range(2_000)
    ]
    folder = maildir(tmp_path / "mail", mails)
    with disk(tmp_path / "disk", "size=6m") as small:
        home = Home(small.path)
        home.account("shop", "maildir", path=str(folder))

        done = home.run("sync", "--once")
        sentence = (
            f"The disk is full; free some space where {small.path / 'data'} is, nothing is lost."
        )
        assert done.code == 1
        assert done.out.startswith("shop: ")
        assert done.out.endswith(f" {sentence}\n")
        assert "Traceback" not in done.out + done.err
        assert 0 < sum(row["messages"] for row in home.listed()) < len(mails)

        small.remount("size=100m")
        assert home.run("sync", "--once").code == 0
        assert sum(row["messages"] for row in home.listed()) == len(mails)

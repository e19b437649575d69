"""Seventy ways in which a store's files are found broken: told in one sentence, never a traceback,
and what cannot be read is left as it was found."""

import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agent_tui.cli.main import run
from agent_tui.config.paths import HOME_VARIABLE
from agent_tui.model.message import Body
from agent_tui.store import sqlite
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.store.sqlite_file import wal
from tests.factory import incoming, mail_account, many, receive
from tests.stores import new_store

SEED = 16
MAILS = 60
FLIPS = 50
CUTS = 10

CONVERSATIONS = MAILS


@dataclass
class Found:
    """What the commands said of a store."""

    codes: list[int]
    out: str
    err: str

    @property
    def told(self) -> bool:
        return any(self.codes)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store that was closed well, with mails, replies and history."""
    folder = tmp_path_factory.mktemp("sound")
    db = new_store(folder / "store.db")
    filled(db, "parcel")
    db.close()
    return folder


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store whose process was killed: what was written last is in the -wal."""
    base = tmp_path_factory.mktemp("killed")
    db = new_store(base / "live" / "store.db")
    filled(db, "lamp")
    with closing(sqlite3.connect(db.path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    receive(db, incoming("the last one"))
    shutil.copytree(base / "live", base / "dead")
    db.close()
    return base / "dead"


def filled(db: SqliteDatabase, about: str) -> None:
    mail_account(db)
    rng = random.Random(about)
    for mail in many(MAILS):
        words = " ".join(rng.choice(("zip", "box", "red", about)) for _ in range(300))
        receive(db, replace(mail, body=Body(words), message_id=f"{rng.getrandbits(64):x}@{about}"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def look(home: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[], Found]:
    """Use the store as agents and scripts do: read all of it, search, write, look for damage."""

    def commands() -> Found:
        codes, out, err = [], "", ""
        for argv in (
            ["list", "zip", "--limit", "500", "--json"],
            *(["show", str(number), "--json"] for number in (1, CONVERSATIONS)),
            ["do", "resolve", "1"],
            ["doctor", "--offline"],
        ):
            codes.append(run(argv))
            said = capsys.readouterr()
            out, err = out + said.out, err + said.err
        assert "Traceback" not in out + err
        for line in err.splitlines():
            assert re.fullmatch(r"agent-tui: .*[.']", line), line
        return Found(codes, out, err)

    return commands


def laid(folder: Path, home: Path) -> Path:
    """A copy of the store in ``folder`` in the place where ``home`` looks for it."""
    shutil.copytree(folder, home / "data")
    (home / "data").chmod(0o700)
    return home / "data" / "store.db"


def test_a_sound_store_is_called_so(
    sound: Path, killed: Path, home: Path, look: Callable[[], Found]
) -> None:
    for folder in (sound, killed):
        laid(folder, home)
        assert not look().told
        shutil.rmtree(home / "data")


@pytest.mark.parametrize("cut", range(CUTS))
def test_a_store_cut_short_is_refused_and_left_alone(
    cut: int, sound: Path, home: Path, look: Callable[[], Found]
) -> None:
    store = laid(sound, home)
    whole = store.stat().st_size
    length = (1, 16, 99, 512, 4096, 4097, whole // 3, whole // 2, whole - 4096, whole - 1)[cut]
    store.write_bytes(store.read_bytes()[:length])
    before = store.read_bytes()

    found = look()

    assert all(found.codes)
    assert store.read_bytes() == before
    assert "agent-tui restore FILE" in found.err


@pytest.mark.parametrize("flip", range(FLIPS))
def test_a_flipped_byte_is_told_where_sqlite_can_see_it_and_never_ends_in_a_traceback(
    flip: int, sound: Path, home: Path, look: Callable[[], Found]
) -> None:
    store = laid(sound, home)
    data = bytearray(store.read_bytes())
    rng = random.Random(SEED + flip)
    page = rng.randrange(len(data) // 4096)
    # Every other one within the page's header and cell pointers, where it does most harm.
    data[page * 4096 + rng.randrange(4096 if flip % 2 else 32)] ^= 1 << rng.randrange(8)
    store.write_bytes(data)

    found = look()

    assert found.told or sound_to_sqlite(store)


def sound_to_sqlite(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def zero_header(store: Path) -> None:
    store.write_bytes(bytes(100) + store.read_bytes()[100:])


def text_file(store: Path) -> None:
    store.write_text("Dear diary, " * 500)


def newer(store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA user_version = 999")
        connection.commit()
        connection.execute("PRAGMA journal_mode = DELETE")


def foreign(store: Path) -> None:
    store.unlink()
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
        connection.commit()


def without_wal(store: Path) -> None:
    store.with_name("store.db-wal").unlink()


def emptied(store: Path) -> None:
    store.write_bytes(b"")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (zero_header, "or its beginning is destroyed"),
        (text_file, "is not a store of agent-tui"),
        (newer, "was written by a newer agent-tui"),
        (foreign, "is a database of another program"),
        (without_wal, "is missing, and with it what was written last"),
        (emptied, "is cut short"),
    ],
)
def test_what_is_no_store_of_ours_any_more_is_told_and_left_alone(
    damage: Callable[[Path], None],
    said: str,
    sound: Path,
    killed: Path,
    home: Path,
    look: Callable[[], Found],
) -> None:
    store = laid(killed if damage in (without_wal, emptied) else sound, home)
    damage(store)
    before = {path.name: path.read_bytes() for path in store.parent.iterdir()}

    found = look()

    assert all(found.codes)
    assert said in found.err
    assert {path.name: path.read_bytes() for path in store.parent.iterdir()} == before


def test_the_last_changes_of_another_store_are_found_out(
    killed: Path, tmp_path_factory: pytest.TempPathFactory, home: Path, look: Callable[[], Found]
) -> None:
    """SQLite itself takes them for this store's: nothing in them says whose they are."""
    base = tmp_path_factory.mktemp("other")
    other = new_store(base / "store.db")
    filled(other, "vase")
    with closing(sqlite3.connect(other.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    receive(other, incoming("of another store"))
    store = laid(killed, home)
    shutil.copy(wal(other.path), wal(store))
    other.close()

    found = look()

    assert found.told
    refused = run(["engine"]) if sound_to_sqlite(store) else 1
    assert refused == 1


def test_without_its_last_changes_a_store_is_used_again_only_on_demand(
    killed: Path, home: Path, look: Callable[[], Found], capsys: pytest.CaptureFixture[str]
) -> None:
    store = laid(killed, home)
    without_wal(store)

    assert run(["restore", str(store)]) == 0

    assert "is the store now" in capsys.readouterr().out
    assert not look().told


def test_an_old_store_is_brought_up_to_date(home: Path, look: Callable[[], Found]) -> None:
    store = home / "data" / "store.db"
    store.parent.mkdir(mode=0o700)
    with closing(sqlite3.connect(store)) as connection:
        number, script = sqlite._migrations()[0]
        connection.executescript(script)
        connection.execute(f"PRAGMA application_id = {sqlite.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {number}")
        connection.commit()

    assert run(["list"]) == 0
    db = SqliteDatabase(store)
    filled(db, "parcel")
    db.close()
    assert not look().told


def test_an_empty_file_becomes_a_store(home: Path) -> None:
    (home / "data").mkdir(mode=0o700)
    (home / "data" / "store.db").touch()

    assert run(["list"]) == 0

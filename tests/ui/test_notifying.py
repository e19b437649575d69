"""Bell, desktop notice and window title: by the rule, never in quiet hours, never dangerous."""

from datetime import datetime
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.config.settings import Desktop, Notify
from agent_tui.model.conversation import Status
from agent_tui.model.hours import Block
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.notifying import desktop_notice
from tests.factory import Now, incoming, mail_account, receive
from tests.stores import new_store
from tests.ui.screen import Screen, screen

NOON = int(datetime(2026, 3, 2, 12).timestamp()) * 1000  # noqa: DTZ001 - the agent's own day


@pytest.fixture
def db(tmp_path: Path) -> SqliteDatabase:
    found = new_store(tmp_path / "store.db")
    mail_account(found)
    receive(found, incoming("An older one", name="Old Hand"))
    return found


class Heard:
    """What went to the terminal beside the screen."""

    def __init__(self, window: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bells = 0
        self.written: list[str] = []
        monkeypatch.setattr(window.app._notifier, "_bell", self._ring)
        monkeypatch.setattr(window.app._notifier, "_write", self.written.append)

    def _ring(self) -> None:
        self.bells += 1


async def arrives(window: Screen, db: SqliteDatabase, **mail: object) -> None:
    """A mail comes in, and the screen has looked at it."""
    news = window.app._notifier._event
    another(db, **mail)
    await window.until(lambda: window.app._notifier._event != news)
    await window.until(lambda: not window.app._watch._telling)


def another(db: SqliteDatabase, **mail: object) -> None:
    """The engine, which is another process, stores a mail."""
    engine = SqliteDatabase(db.path)
    receive(engine, incoming("Where is it?", sender="k@x.example", **mail))  # type: ignore[arg-type]
    engine.close()


@pytest.mark.parametrize(
    ("notify", "rings"),
    [
        (Notify(), 0),
        (Notify(bell=True), 1),
        (Notify(bell=True, query="assignee:me"), 0),
        (Notify(bell=True, quiet=(Block(11 * 60, 13 * 60),)), 0),
        (Notify(bell=True, quiet=(Block(13 * 60, 24 * 60), Block(0, 12 * 60))), 1),
    ],
    ids=["off", "on", "another rule", "quiet hours", "other hours"],
)
async def test_the_bell_rings_by_the_rule_and_not_in_quiet_hours(
    db: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, notify: Notify, rings: int
) -> None:
    async with screen(db, tmp_path, clock=Now(NOON), notify=notify) as window:
        heard = Heard(window, monkeypatch)
        await arrives(window, db, at=NOON)
        assert heard.bells == rings


async def test_what_is_no_news_rings_nothing(
    db: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with screen(db, tmp_path, clock=Now(NOON), notify=Notify(bell=True)) as window:
        heard = Heard(window, monkeypatch)
        await arrives(window, db, at=NOON, status=Status.RESOLVED)
        assert not heard.bells


async def test_the_desktop_is_told_who_wrote_while_the_terminal_is_out_of_sight(
    db: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify = Notify(desktop=Desktop.OSC9, title=False)
    async with screen(db, tmp_path, clock=Now(NOON), notify=notify) as window:
        heard = Heard(window, monkeypatch)
        await arrives(window, db, at=NOON, name="Kim", subject="Seen anyway")
        assert not heard.written
        window.app.app_focus = False
        await arrives(window, db, at=NOON + 1, name="Kim", subject="Parcel \x1b[2J 7")
        assert heard.written == ["\x1b]9;Kim: Parcel [2J 7\x1b\\"]


async def test_the_window_is_named_after_the_view_and_gets_its_title_back(
    db: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with screen(db, tmp_path, clock=Now(NOON), notify=Notify()) as window:
        await window.until(lambda: window.shows("Needs reply 1"))
        heard = Heard(window, monkeypatch)
        await window.press("]")
        window.app._watch.look()
        assert heard.written == ["\x1b]2;Needs reply 1 - agent-tui\x1b\\"]
        window.app.leave()
        assert heard.written[-1] == "\x1b[23;2t"


async def test_a_wrong_rule_is_told_with_its_setting(db: SqliteDatabase, tmp_path: Path) -> None:
    notify = Notify(bell=True, query="colour:red")
    async with screen(db, tmp_path, clock=Now(NOON), size=(160, 24), notify=notify) as window:
        another(db, at=NOON)
        await window.until(lambda: window.shows("'notify.query' in "))


@pytest.mark.parametrize("how", [Desktop.OSC9, Desktop.OSC777])
@given(sentence=st.text())
def test_no_sentence_ends_the_sequence_or_begins_another(how: Desktop, sentence: str) -> None:
    notice = desktop_notice(how, sentence, in_tmux=False)
    body = notice.removeprefix("\x1b]").removesuffix("\x1b\\")
    assert not any(category(character) == "Cc" for character in body)
    assert how is Desktop.OSC9 or body.count(";") == 3


def test_tmux_is_asked_to_let_it_pass() -> None:
    notice = desktop_notice(Desktop.OSC9, "Kim: Parcel", in_tmux=True)
    assert notice == "\x1bPtmux;\x1b\x1b]9;Kim: Parcel\x1b\x1b\\\x1b\\"

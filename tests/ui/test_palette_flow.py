"""The command line and the palette reach every command, complete it and say what is wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.model.account import Capabilities
from agent_tui.model.conversation import Channel, Priority, Status
from agent_tui.store import agents, conversations
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.command_line import typed
from agent_tui.ui.palette import choices
from agent_tui.ui.recent import Recent
from agent_tui.ui.shell import Where
from tests.factory import Now, incoming, mail_account, only, receive
from tests.ui.screen import Screen, screen


@pytest.fixture
def shop(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db)
    receive(db, incoming("My zip broke", name="Ada"))
    agents.put(db, "mara", "Mara Lind")
    agents.put(db, "max", "Max Ode")
    conversations.set_labels(db, only(db).id, ["refund"])
    return db


def recent(shown: Screen) -> Recent:
    return Recent(shown.app.paths.state / "recent-commands")


async def line(shown: Screen, text: str) -> None:
    await shown.press(":")
    await shown.until(lambda: shown.app.where() == "prompt")
    await shown.type(text)
    await shown.press("enter")


@given(st.text())
def test_a_line_is_taken_apart_without_losing_a_word(text: str) -> None:
    found = typed(text)
    assert text[found.at :].strip() == found.rest
    assert found.name in text


async def test_an_action_gets_its_argument(shop: SqliteDatabase, tmp_path: Path) -> None:
    now = Now()
    async with screen(shop, tmp_path, clock=now) as shown:
        await line(shown, "label vip -refund")
        await shown.until(lambda: only(shop).labels == ("vip",))
        await line(shown, "assign mara")
        await shown.until(lambda: only(shop).assignee == "mara")
        await line(shown, "priority urgent")
        await shown.until(lambda: only(shop).priority is Priority.URGENT)
        await line(shown, "snooze in 2h")
        await shown.until(lambda: only(shop).snoozed_until == now() + 2 * 3_600_000)


async def test_a_command_without_arguments_runs(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as shown:
        await line(shown, "resolve")
        await shown.until(lambda: only(shop).status is Status.RESOLVED)
        await line(shown, "outbox")
        await shown.until(lambda: shown.app.where() == "outbox")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("resovle", "There is no command 'resovle'"),
        ("assign ma", "more than one"),
        ("snooze yesterday-ish", "is no time"),
        ("view Nope", "There is no view 'Nope'"),
        ("theme nope", "nope"),
        ("search status:", "status"),
        ("resolve now", "takes no arguments"),
    ],
)
async def test_what_cannot_be_done_is_said(
    text: str, said: str, shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path, size=(120, 30)) as shown:
        await line(shown, text)
        await shown.until(lambda: shown.shows(said))
        assert only(shop).status is Status.OPEN


async def test_a_view_is_named_by_its_beginning(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as shown:
        await line(shown, "view unass")
        await shown.until(lambda: shown.app.desk.view.name == "Unassigned")
        await line(shown, "search zip")
        await shown.until(lambda: shown.app.desk.narrowing == "zip")


@pytest.mark.parametrize(
    ("typed_text", "completed"),
    [
        ("snoo", ":snooze "),
        ("assign mar", ":assign mara"),
        ("label -ref", ":label -refund"),
        ("label vip ref", ":label vip refund"),
        ("priority ur", ":priority urgent"),
        ("view Unas", ":view Unassigned"),
        ("search stat", ":search status:"),
    ],
)
async def test_tab_completes_names_and_arguments(
    typed_text: str, completed: str, shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        await shown.press(":")
        await shown.until(lambda: shown.app.where() == "prompt")
        await shown.type(typed_text)
        await shown.press("tab")
        await shown.until(lambda: shown.shows(completed))
        await shown.press("escape")


async def test_a_time_is_told_as_it_is_understood(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as shown:
        await shown.press(":")
        await shown.until(lambda: shown.app.where() == "prompt")
        await shown.type("snooze tomorrow 8:15")
        await shown.until(lambda: shown.shows("-> tomorrow 08:15"))
        await shown.press("escape")


async def test_the_palette_does_what_it_shows_and_offers_it_first_next_time(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        await shown.press("ctrl+p")
        await shown.until(lambda: shown.app.where() == "picker")
        await shown.type("mark unread")
        await shown.press("enter")
        await shown.until(lambda: only(shop).unread)
        await shown.until(lambda: shown.app.where() == "list")
        await shown.until(lambda: recent(shown).age("unread") == 0)
        assert choices(shown.app, Where.LIST, recent(shown))[0].key == "unread"
    async with screen(shop, tmp_path) as shown:  # the next session
        assert choices(shown.app, Where.LIST, recent(shown))[0].key == "unread"


async def test_the_palette_has_every_command_with_its_keys(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        found = {choice.key: choice for choice in choices(shown.app, Where.LIST, recent(shown))}
        assert set(shown.app.commands()) - set(found) == {"palette", "command-line"}
        assert found["resolve"].title.split() == ["e", "Resolve"]
        assert "composer" in found["send"].refused


async def test_what_the_account_cannot_do_is_greyed_with_the_reason(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    mail_account(db, Capabilities(Channel.MAIL))
    receive(db, incoming("Hi"))
    async with screen(db, tmp_path) as shown:
        found = {choice.key: choice for choice in choices(shown.app, Where.LIST, recent(shown))}
        assert "cannot send" in found["reply"].refused
        assert found["resolve"].refused == ""


async def test_help_with_a_topic_opens_that_page(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as shown:
        await line(shown, "help query")
        await shown.until(lambda: shown.shows("One language for"))
        await shown.press("q")
        await line(shown, "help nothing")
        await shown.until(lambda: shown.shows("no help page 'nothing'"))


async def test_a_search_is_saved_as_a_view_and_dropped(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        await line(shown, "save-view Zips")
        await shown.until(lambda: shown.shows("Search first"))
        await line(shown, "search zip OR zipper")
        await shown.until(lambda: shown.app.desk.narrowing)
        await line(shown, "save-view Inbox")
        await shown.until(lambda: shown.shows("There is a view 'Inbox' already"))

        await line(shown, "save-view Zips")
        await shown.until(lambda: shown.app.desk.view.name == "Zips")
        assert "(zip OR zipper)" in shown.app.desk.view.query
        assert shown.app.current() == only(shop)

        await line(shown, "view Inbox")
        await line(shown, "view zips")
        await shown.until(lambda: shown.app.desk.view.name == "Zips")
        await line(shown, "drop-view Zips")
        await shown.until(lambda: shown.app.desk.view.name == "Inbox")
        await line(shown, "drop-view Zips")
        await shown.until(lambda: shown.shows("'Zips' is no saved view"))

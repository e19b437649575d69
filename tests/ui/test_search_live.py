"""The list narrows while one types, in a thread; Esc brings back what was there."""

from pathlib import Path
from threading import Event, get_ident

import pytest

from agent_tui.model.conversation import View
from agent_tui.model.message import Body
from agent_tui.store.database import Stopped
from agent_tui.store.matches import Matches
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui import pages
from agent_tui.ui.inbox import Found, Inbox
from agent_tui.ui.listing import Listing
from agent_tui.ui.theme import Part
from tests.factory import START, incoming, mail_account, receive
from tests.ui.screen import Screen, screen


@pytest.fixture
def shop(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db)
    receive(
        db,
        incoming(
            "The zipper is stuck", name="Ada", sender="a@x.example", subject="Stuck", at=START
        ),
        incoming(
            "zip again", name="José Ruiz", sender="b@x.example", subject="Again", at=START + 1
        ),
        incoming("拉链坏了", name="林嘉怡", sender="c@x.example", subject="Chinese", at=START + 2),
        incoming("hello", name="Bo", sender="d@x.example", subject="Hello", at=START + 3),
    )
    return db


def subjects(shown: Screen) -> list[str]:
    listing = shown.app.desk.list.listing
    return [row.subject for row in listing.rows] if listing else []


async def typed(shown: Screen, text: str) -> None:
    await shown.press("/")
    await shown.until(lambda: shown.app.where() == "prompt")
    await shown.type(text)


async def test_results_come_with_each_word_and_esc_takes_them_back(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        await typed(shown, "zi")
        await shown.until(lambda: subjects(shown) == ["Again", "Stuck"])  # newest first
        await shown.until(lambda: shown.shows("2 in Inbox"))
        await shown.type("pper")
        await shown.until(lambda: subjects(shown) == ["Stuck"])
        await shown.press("escape")
        await shown.until(lambda: len(subjects(shown)) == 4)
        assert shown.app.desk.narrowing == ""


async def test_enter_ends_the_last_word_unless_nothing_is_called_so(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        await typed(shown, "zip")
        await shown.press("enter")
        await shown.until(lambda: shown.app.desk.narrowing == "zip")
        assert subjects(shown) == ["Again"]
        await shown.press("escape")
        await typed(shown, "zippe")
        await shown.press("enter")
        await shown.until(lambda: shown.app.desk.narrowing == "zippe*")
        assert subjects(shown) == ["Stuck"]


async def test_what_was_found_stays_until_the_whole_words_are_looked_for(
    shop: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with screen(shop, tmp_path) as shown:
        await typed(shown, "zip")
        await shown.until(lambda: shown.shows("2 in Inbox"))
        inbox = shown.app.desk.inbox
        meanwhile: list[list[str]] = []

        def search(view: View, text: str) -> Found:
            meanwhile.append(subjects(shown))
            return Inbox.search(inbox, view, text)

        monkeypatch.setattr(inbox, "search", search)
        await shown.press("enter")
        await shown.until(lambda: subjects(shown) == ["Again"])
        assert meanwhile == [["Again", "Stuck"]]


@pytest.mark.parametrize(
    ("text", "subject"),
    [("jose", "Again"), ("拉", "Chinese"), ("链坏", "Chinese"), ("ZIPPER", "Stuck")],
)
async def test_accents_and_characters_inside_a_sentence_are_found(
    shop: SqliteDatabase, tmp_path: Path, text: str, subject: str
) -> None:
    async with screen(shop, tmp_path) as shown:
        await typed(shown, text)
        await shown.until(lambda: subjects(shown) == [subject])


async def test_matches_are_marked_in_the_list(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as shown:
        await typed(shown, "stuck")
        await shown.until(lambda: subjects(shown) == ["Stuck"])
        receive(shop, incoming("stuck, too", sender="e@x.example", subject="New", at=START + 9))
        await shown.press("enter")
        await shown.until(lambda: subjects(shown) == ["New", "Stuck"])
        line = shown.app.desk.list.render_line(1)
        style = shown.app.colours[Part.SELECTED]
        marked = [s.text for s in line if s.style and s.style.bgcolor == style.bgcolor]
        assert "Stuck" in marked


async def test_a_file_by_its_name_a_note_and_a_customer_are_found(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    from dataclasses import replace

    from agent_tui.actions.registry import perform
    from agent_tui.model.incoming import IncomingFile
    from tests.factory import Desk, listed

    with_file = incoming("see there", sender="f@x.example", subject="File", at=START + 4)
    file = IncomingFile("2", "gate-fee.pdf", "application/pdf", 3)
    receive(shop, replace(with_file, body=Body("see there"), files=(file,)))
    ada = listed(shop, "customer:ada")[0]
    perform("note", Desk(shop).context, [ada.id], {"text": "goodwill of ten"})
    async with screen(shop, tmp_path) as shown:
        for text, subject in (("gate-fee", "File"), ("goodw", "Stuck"), ("ruiz", "Again")):
            await typed(shown, text)
            await shown.until(lambda: subjects(shown) == [subject])  # noqa: B023 - awaited here
            await shown.press("escape")


def test_a_read_that_nobody_waits_for_stops(shop: SqliteDatabase) -> None:
    stop = Event()
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"
    stop.set()
    with pytest.raises(Stopped), shop.stoppable(stop):
        shop.all(f"{endless} WHERE x < 0")
    assert shop.one("SELECT 1 AS n")


async def test_what_a_search_lists_is_found_again_beside_the_keys(
    shop: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with screen(shop, tmp_path) as shown:
        await typed(shown, "zip")
        await shown.press("enter")
        await shown.until(lambda: subjects(shown) == ["Again"])
        read_in: list[int] = []

        class Observed(Matches):
            def _read_on(self) -> None:
                read_in.append(get_ident())
                super()._read_on()

        monkeypatch.setattr(pages, "Matches", Observed)
        receive(shop, incoming("zip, too", sender="e@x.example", subject="New", at=START + 9))

        shown.app.refresh_list()
        await shown.until(lambda: subjects(shown) == ["New", "Again"])

        assert read_in
        assert get_ident() not in read_in


async def test_what_was_found_before_the_agent_did_something_does_not_come_back(
    shop: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with screen(shop, tmp_path) as shown:
        await typed(shown, "zi*")
        await shown.press("enter")
        await shown.until(lambda: subjects(shown) == ["Again", "Stuck"])
        found, let_go = Event(), Event()

        def find_again(listing: Listing) -> Matches | None:
            matches = listing._pages.find_again()
            found.set()
            let_go.wait(60)
            return matches

        with monkeypatch.context() as slow:
            slow.setattr(Listing, "find_again", find_again)
            shown.app.refresh_list()
            await shown.until(found.is_set)
        await shown.press("e")
        await shown.until(lambda: subjects(shown) == ["Stuck"])
        let_go.set()
        await shown.until(lambda: not shown.app.desk.find_again.running)

        assert subjects(shown) == ["Stuck"]

"""Choosing from a list: typed, moved to or by number, and text from outside stays text."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent_tui.store import conversations
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.choices import snooze_presets
from agent_tui.ui.shell import Choice
from tests.factory import Now, incoming, mail_account, only, receive
from tests.ui.screen import Screen, screen

FRUIT = [Choice(name, name.title(), f"about {name}") for name in ("apple", "pear", "plum")]


@pytest.fixture
def shop(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db)
    receive(db, incoming("One"))
    return db


class Choosing:
    """A list that somebody waits for."""

    def __init__(self, shown: Screen, items: Sequence[Choice], **more: object) -> None:
        self.key: str | None = "not yet"
        self._task = asyncio.create_task(self._choose(shown, items, more))

    async def _choose(
        self, shown: Screen, items: Sequence[Choice], more: dict[str, object]
    ) -> None:
        self.key = await shown.app.choose("Fruit", items, **more)  # type: ignore[arg-type]  # passed on


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (("enter",), "apple"),
        (("down", "enter"), "pear"),
        (("ctrl+n", "ctrl+n", "ctrl+n", "enter"), "apple"),
        (("up", "enter"), "plum"),
        (("2",), "pear"),
        (("p", "l", "u", "enter"), "plum"),
        (("escape",), None),
        (("z", "z", "enter", "escape"), None),
        (("7", "enter"), "apple"),
    ],
)
async def test_keys_choose(
    keys: tuple[str, ...], chosen: str | None, shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        choosing = Choosing(shown, FRUIT)
        await shown.until(lambda: shown.app.where() == "picker")
        await shown.press(*keys)
        await shown.until(lambda: choosing.key == chosen)
        await shown.until(lambda: shown.app.where() == "list")


async def test_typing_that_fits_nothing_says_so(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as shown:
        Choosing(shown, FRUIT)
        await shown.until(lambda: shown.app.where() == "picker")
        await shown.type("zzz")
        await shown.until(lambda: shown.shows("Nothing fits."))
        await shown.press("escape")


async def test_a_refused_line_says_why_and_stays(shop: SqliteDatabase, tmp_path: Path) -> None:
    items = [Choice("a", "Apple", refused="Out of season."), FRUIT[1]]
    async with screen(shop, tmp_path) as shown:
        choosing = Choosing(shown, items)
        await shown.until(lambda: shown.app.where() == "picker")
        await shown.press("enter")
        await shown.pilot.pause()
        assert choosing.key == "not yet"
        await shown.press("down", "enter")
        await shown.until(lambda: choosing.key == "pear")


async def test_the_preview_follows_the_cursor(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as shown:
        Choosing(shown, FRUIT, preview=lambda key: f"All of {key}\n\x1b[2J")
        await shown.until(lambda: shown.shows("All of apple"))
        await shown.press("down")
        await shown.until(lambda: shown.shows("All of pear"))
        assert "\x1b" not in shown.text
        await shown.press("escape")


async def test_control_characters_and_markup_in_a_title_are_only_text(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        Choosing(shown, [Choice("x", "[@click=app.quit]a\x1b]0;t\x07[/]\nb")])
        await shown.until(lambda: shown.shows("[@click=app.quit]a"))
        assert "\x1b" not in shown.text
        await shown.press("escape")


async def test_nothing_to_choose_from_is_said(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as shown:
        choosing = Choosing(shown, [])
        await shown.until(lambda: choosing.key is None)
        assert shown.shows("Fruit: there is nothing to choose from.")


async def test_a_long_list_scrolls_with_its_cursor(shop: SqliteDatabase, tmp_path: Path) -> None:
    many = [Choice(str(n), f"Line {n:03}") for n in range(300)]
    async with screen(shop, tmp_path) as shown:
        choosing = Choosing(shown, many)
        await shown.until(lambda: shown.shows("Line 000"))
        await shown.press("up")
        await shown.until(lambda: shown.shows("> Line 299"))
        await shown.press("pageup", "enter")
        await shown.until(lambda: choosing.key not in ("not yet", None))
        assert 280 < int(choosing.key or 0) < 299


async def test_a_snooze_can_be_a_preset_or_any_time_that_is_typed(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    now = Now()
    async with screen(shop, tmp_path, clock=now) as shown:
        await shown.press("s")
        await shown.until(lambda: shown.shows("Tomorrow morning"))
        await shown.type("in 45 min")
        await shown.until(lambda: shown.shows("> in 45 min"))
        await shown.press("enter")
        await shown.until(lambda: only(shop).snoozed_until == now() + 45 * 60_000)


async def test_a_label_is_toggled_and_a_new_one_is_put_on(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    conversations.set_labels(shop, only(shop).id, ["refund"])
    async with screen(shop, tmp_path) as shown:
        await shown.press("#")
        await shown.until(lambda: shown.shows("on: take it off"))
        await shown.type("ref")
        await shown.press("enter")
        await shown.until(lambda: only(shop).labels == ())
        await shown.press("#")
        await shown.until(lambda: shown.app.where() == "picker")
        await shown.type("vip zips")
        await shown.press("enter")
        await shown.until(lambda: only(shop).labels == ("vip", "zips"))


def test_this_evening_is_offered_only_before_it() -> None:
    now = Now()
    hours = [{c.title for c in snooze_presets(now() + n * 3_600_000)} for n in range(24)]
    offered = [n for n, titles in enumerate(hours) if "This evening" in titles]
    assert 0 < len(offered) < 24
    assert all("Tomorrow morning" in titles for titles in hours)

"""Canned replies come in the customer's language where it can be told."""

from pathlib import Path

import pytest

from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.canned import Asked, languages
from agent_tui.ui.writing_area import WritingArea
from tests.factory import incoming, mail_account, only, receive
from tests.ui.screen import screen

GERMAN = "Hallo, wo ist mein Paket? Ich habe es noch nicht bekommen."
ENGLISH = "Hello, where is my parcel? I have not got it yet."


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a reply in two languages."""
    canned = tmp_path / "home/config/canned"
    canned.mkdir(parents=True)
    for language, text in (("de", "Es ist unterwegs."), ("en", "It is on its way.")):
        front = f'+++\nname = "sent"\nlanguage = "{language}"\n+++\n'
        (canned / f"sent-{language}.md").write_text(f"{front}{text}\n")
    return tmp_path / "home"


def wrote(db: SqliteDatabase, text: str) -> None:
    mail_account(db)
    receive(db, incoming(text, name="Ada"))


@pytest.mark.parametrize(
    ("text", "locale", "wanted"),
    [
        (GERMAN, "fr_FR.UTF-8", ["de", "fr", "en"]),
        (ENGLISH, "de_DE.UTF-8", ["en", "de"]),
        ("#10558", "de_AT.UTF-8", ["de", "en"]),
        ("#10558", "C.UTF-8", ["en"]),
    ],
)
async def test_the_customers_language_comes_before_the_agents_and_english(
    db: SqliteDatabase, home: Path, text: str, locale: str, wanted: list[str]
) -> None:
    wrote(db, text)
    async with screen(db, home) as shown:
        asked = Asked(only(db), None)
        assert languages(shown.app, asked, {"LANG": locale}) == wanted


async def test_a_language_that_agents_noted_comes_before_the_agents_own(
    db: SqliteDatabase, home: Path
) -> None:
    wrote(db, "#10558")
    async with screen(db, home) as shown:
        shown.app.do("language", None, languages="pt-br")
        asked = Asked(only(db), None)
        assert languages(shown.app, asked, {"LANG": "de_AT.UTF-8"}) == ["pt", "de", "en"]


@pytest.mark.parametrize(
    ("text", "first"), [(GERMAN, "Es ist unterwegs."), (ENGLISH, "It is on its way.")]
)
async def test_the_variant_in_the_customers_language_is_offered_first(
    db: SqliteDatabase, home: Path, text: str, first: str
) -> None:
    wrote(db, text)
    async with screen(db, home) as shown:
        await shown.press(";")
        await shown.until(lambda: shown.app.where() == "picker")
        assert shown.shows(first)


async def test_a_shorthand_takes_the_variant_that_fits_without_asking(
    db: SqliteDatabase, home: Path
) -> None:
    wrote(db, ENGLISH)
    async with screen(db, home) as shown:
        await shown.press("r")
        await shown.until(lambda: shown.app.where() == "composer")
        await shown.type(";sent")
        await shown.press("tab")
        await shown.until(lambda: "It is on its way." in shown.app.query_one(WritingArea).text)

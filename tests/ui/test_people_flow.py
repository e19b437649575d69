"""Who a customer is, on the screen: suggested, merged, parted, and the profile line by line."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from agent_tui.model.clock import MINUTE
from agent_tui.model.customer import Company, Customer, Identity, IdentityKind, Newsletter, Person
from agent_tui.model.event import Stamp
from agent_tui.model.likeness import Likeness, Reason
from agent_tui.store import accounts, customers
from agent_tui.store.likeness import Suggestion
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui import person_lines
from tests.factory import MAIL, START, incoming, listed, mail_account, receive
from tests.ui.screen import Screen, screen

HOME, WORK = "ada.okafor@home.example", "ada.okafor@work.example"


def shop(db: SqliteDatabase) -> None:
    """Ada Okafor by two addresses, the newer conversation from work, and Ben."""
    mail_account(db)
    accounts.put(
        db, "shop", adapter="x", address="", display_name="", capabilities=MAIL, now=0, context=True
    )
    receive(
        db,
        incoming("Hello from Ben", sender="ben@x.example", name="Ben", at=START),
        incoming("Hello from home", sender=HOME, name="Ada Okafor", at=START + 1),
        incoming("Hello from work", sender=WORK, name="Okafor, Ada", at=START + 2),
    )


def asked(db: SqliteDatabase) -> list[int]:
    """The customers about whom the shop is to be asked."""
    return [row["customer_id"] for row in db.all("SELECT customer_id FROM lookups")]


async def open_customer(here: Screen) -> None:
    await here.press("enter")
    await here.until(lambda: here.shows("Hello from work"))
    await here.press("x")


async def test_a_suggestion_is_merged_the_way_the_agent_says_and_undone(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    shop(db)
    async with screen(db, tmp_path, size=(120, 40)) as here:
        await open_customer(here)
        await here.until(lambda: here.shows("Is it Ada Okafor"))

        await here.until(lambda: len(asked(db)) == 1)
        await here.press("M")
        await here.until(lambda: here.shows("70 % Ada Okafor <ada.okafor@home.example>"))
        await here.press("enter")
        await here.until(lambda: here.shows("Okafor, Ada: 1 conversation"))
        assert len({one.person_id for one in listed(db)}) == 3  # seen before it happens
        await here.press("2")
        await here.until(lambda: here.shows("Okafor, Ada is merged into Ada Okafor."))

        assert here.shows("2 conversations: mail")
        assert here.shows("merged with Okafor, Ada")
        assert not here.shows("Is it")
        await here.until(lambda: len(asked(db)) == 2)
        await here.press("u")
        await here.until(lambda: here.shows("1 conversation: mail"))
    assert len({one.person_id for one in listed(db)}) == 3


async def test_anybody_is_found_by_typing_and_parted_again(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    shop(db)
    async with screen(db, tmp_path) as here:
        await open_customer(here)
        await here.press("M")
        await here.until(lambda: here.shows("is also"))
        await here.type("ben@")
        await here.until(lambda: here.shows("Ben  ben@x.example"))
        await here.press("enter")
        await here.until(lambda: here.shows("Merge:"))
        assert not here.shows("They are not the same")  # nobody has suggested it
        await here.press("1")
        await here.until(lambda: here.shows("merged with Ben"))

        await here.press("X")
        await here.until(lambda: here.shows("Part a merged customer"))
        await here.type("part")
        await here.press("enter")
        await here.until(lambda: here.shows("Ben is a customer alone again."))
        await here.until(lambda: not here.shows("merged with"))


async def test_who_is_not_the_same_is_not_suggested_again(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    shop(db)
    async with screen(db, tmp_path) as here:
        await open_customer(here)
        await here.press("M", "enter")
        await here.until(lambda: here.shows("They are not the same"))
        await here.press("3")
        await here.until(lambda: here.shows("is not suggested for"))
        await here.until(lambda: not here.shows("Is it"))


async def test_enter_on_a_line_of_the_profile_changes_it(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    shop(db)
    async with screen(db, tmp_path, size=(120, 40)) as here:
        await open_customer(here)

        async def change(letters: str, text: str, shown: str) -> None:
            await here.press("X")
            await here.until(lambda: here.shows("Other names"))
            await here.type(letters)
            await here.press("enter")
            if text:
                await here.pilot.pause()
                await here.type(text)
                await here.press("enter")
            await here.until(lambda: here.shows(shown))

        await change("vip", "", "VIP Okafor, Ada")
        await change("tags", "press", "tags press")
        await change("company", "Work Ltd", "is with Work Ltd.")
        await change("time zone", "Asia/Tokyo", "there, Asia/Tokyo")
        await change("another", "shoe size: 42", "shoe size: 42")
        await here.press("h", "h")
        await here.until(lambda: here.shows("VIP Okafor"))  # in the list, too


async def test_a_company_page_lists_its_people_and_their_conversations(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    shop(db)
    async with screen(db, tmp_path, size=(120, 40)) as here:
        await open_customer(here)
        for line in ("company Work Ltd", "company-domains work.example x.example"):
            await here.press(":")
            await here.type(line)
            await here.press("enter")
        await here.until(lambda: here.shows("Work Ltd, with 1 more"))

        await here.press(":")
        await here.type("company-page")
        await here.press("enter")
        await here.until(lambda: here.shows("All conversations with Work Ltd"))
        assert here.shows("Ben  ben@x.example")
        await here.press("1")
        await here.until(lambda: here.shows('company:"Work Ltd"'))
        await here.until(lambda: here.shows("2 in Inbox"))


def person(**more: object) -> Person:
    values: dict[str, object] = {
        "id": 1,
        "name": "Ada",
        "notes": "",
        "created_at": START,
        "version": 1,
        "person_id": 1,
    }
    return Person((Customer(**(values | more)),))  # type: ignore[arg-type]  # passed through


def drawn(known: person_lines.Known, keys: Mapping[str, str], width: int = 60) -> list[str]:
    found = person_lines.lines(
        known, START, width, lambda name: [keys[name]] if name in keys else []
    )
    return ["".join(piece.text for piece in line) for line in found]


def test_identities_stand_together_by_kind_and_everything_that_is_known_below() -> None:
    ada = person(
        identities=(
            Identity(IdentityKind.EMAIL, "a@x.example", "Ada O."),
            Identity(IdentityKind.EMAIL, "b@x.example"),
            Identity(IdentityKind.HANDLE, "@ada"),
        ),
        vip=True,
        tags=("press", "wholesale"),
        languages=("en", "de"),
        fields={"shoe size": "42"},
        newsletter=Newsletter.YES,
        newsletter_source="phone",
        notes="Rings back.",
    )
    company = Company(1, "Work Ltd", "Pays late.", START, 1)
    consent = Stamp("jonas", "newsletter", "b", START - MINUTE)
    known = person_lines.Known(
        ada, ((IdentityKind.EMAIL, "c@x.example"),), company, 2, consent=consent
    )

    lines = drawn(known, {})

    assert lines[:9] == [
        "VIP Ada",
        "also Ada O.",
        "Work Ltd, by their mail address, with 2 more",
        "Pays late.",
        "email a@x.example",
        "      b@x.example",
        "handle @ada",
        "says: c@x.example, unverified",
        "reads en, de",
    ]
    assert lines[9:11] == ["tags press, wholesale", "shoe size: 42"]
    assert lines[11].startswith("newsletter: yes, phone, noted ")
    assert lines[11].endswith(" by jonas")
    assert lines[-1] == "Rings back."


def test_a_suggestion_says_why_and_which_key() -> None:
    alike = Likeness(94, [Reason("same phone number", 85), Reason("same name", 30)])
    known = person_lines.Known(person(), suggestions=[Suggestion(person(id=2, name="Bo"), alike)])

    assert "Is it Bo <#2>? 94 %, same phone number (M)" in drawn(known, {"merge": "M"})


@pytest.mark.parametrize("text", ["\x1b[31mred", "[bold]x[/]", "\u202egnp.exe"])
def test_nothing_from_outside_reaches_the_terminal_as_it_is(text: str) -> None:
    known = person_lines.Known(
        person(name=text, tags=(text,), fields={text: text}, aliases=(text,), notes=text)
    )

    drawn_text = "".join(drawn(known, {}))

    assert "\x1b" not in drawn_text
    assert "\u202e" not in drawn_text


def test_time_there_is_said_and_an_unknown_zone_only_named() -> None:
    assert person_lines.there("Asia/Tokyo", START)[-5:].count(":") == 1
    assert person_lines.there("Mars/Olympus", START) == ""
    assert "Mars/Olympus" in drawn(person_lines.Known(person(time_zone="Mars/Olympus")), {})


def test_a_namesake_is_told_apart_by_an_address(db: SqliteDatabase) -> None:
    shop(db)
    home = customers.find(db, IdentityKind.EMAIL, HOME)
    assert home is not None
    one = customers.person(db, home)
    assert one is not None

    assert person_lines.called(Suggestion(one, Likeness(50, []))) == f"Ada Okafor <{HOME}>"

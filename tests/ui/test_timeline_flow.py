"""The timeline on the screen: opened, gone through, filtered, left; a key costs two lines."""

from pathlib import Path

from agent_tui.model.clock import DAY, HOUR, MINUTE
from agent_tui.model.conversation import Channel
from agent_tui.store import accounts, messages
from agent_tui.store.database import NO_PARAMS, Database, Params, Row
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.layout import Slot
from agent_tui.ui.shell import Where
from agent_tui.ui.timeline_pane import TimelinePane
from tests.factory import MAIL, START, incoming, mail_account, only, receive
from tests.store.history import bought, buy, conversation, note_change, say
from tests.ui.screen import Screen, screen


def history(db: Database) -> int:
    """A customer with a mail, a chat, a review, an order with a parcel, and something done."""
    mail_account(db)
    receive(db, incoming("Where is my parcel?", name="Ada", at=START + 8 * HOUR))
    mail = only(db)
    owner = mail.customer_id
    say(db, conversation(db, owner, Channel.CHAT), START + HOUR, "Is anybody there?")
    say(db, conversation(db, owner, Channel.REVIEW), START + 2 * HOUR, "Rain came through.")
    buy(db, owner, bought(START + 3 * HOUR, "1001", parcel=START + 5 * HOUR))
    note_change(db, mail.id, START + 9 * HOUR)
    return owner


def pane(here: Screen) -> TimelinePane:
    found = here.app.opened
    assert isinstance(found, TimelinePane)
    return found


def kinds(here: Screen) -> list[str]:
    return [entry.kind.value for entry in pane(here)._window.rows]


async def test_a_customer_is_gone_through_and_left_where_one_was(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    history(db)
    async with screen(db, tmp_path, size=(80, 24)) as here:
        await here.press("x")
        await here.press("g", "t")
        await here.until(lambda: here.app.where() is Where.TIMELINE)

        assert kinds(here) == ["event", "message", "shipment", "order", "review", "message"]
        for words in ("resolved", "mail    < Ada", "parcel    JD1001", "order     #1001", "**"):
            assert here.shows(words.replace("**", "★★☆☆☆"))

        await here.press("q")
        assert here.app.where() is Where.CUSTOMER


async def test_enter_opens_a_conversation_at_the_message_and_the_timeline_goes_on_from_there(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    owner = history(db)
    talk = conversation(db, owner)
    wanted = [say(db, talk, START + DAY + n * MINUTE, f"Letter {n}\n" * 30) for n in range(9)][4]
    async with screen(db, tmp_path) as here:
        await here.press("g", "t")
        await here.until(lambda: here.shows("Letter 8"))
        await here.press("j", "j", "j", "j", "enter")
        await here.until(lambda: here.app.desk.slot is Slot.READING)

        shown = here.app.desk.reading.first_message()
        assert shown is not None
        assert shown.id == wanted

        await here.press("g", "t")
        await here.until(lambda: here.app.where() is Where.TIMELINE)
        current = pane(here).current
        assert current is not None
        assert current.place.id == wanted


async def test_a_filter_follows_the_typing_and_says_what_is_shown(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    history(db)
    async with screen(db, tmp_path) as here:
        await here.press("g", "t")
        await here.until(lambda: here.app.where() is Where.TIMELINE)
        await here.type("/kind:order,shipment")
        await here.until(lambda: kinds(here) == ["shipment", "order"])
        await here.press("enter")
        await here.until(lambda: here.app.where() is Where.TIMELINE)
        assert here.shows("/kind:order,shipment  2 entries")

        await here.type("/ nothing:like\n")
        assert here.app.where() is Where.PROMPT
        assert kinds(here) == ["shipment", "order"]
        await here.press("escape")
        await here.until(lambda: here.app.where() is Where.TIMELINE)
        await here.press("escape")
        await here.until(lambda: len(kinds(here)) == 6)
        assert here.shows("everything, newest first")

        await here.type("/absent\n")
        await here.until(lambda: here.shows("Nothing of this customer matches: absent"))


async def test_it_says_that_orders_are_looked_up_until_they_are(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    owner = history(db)
    accounts.put(
        db, "shop", adapter="x", address="", display_name="", capabilities=MAIL, now=0, context=True
    )
    other = SqliteDatabase(db.path)
    async with screen(db, tmp_path) as here:
        await here.press("g", "t")
        await here.until(lambda: here.shows("looking orders up ..."))

        buy(other, owner, bought(START + 3 * HOUR, "2002"))
        await here.until(lambda: here.shows("#2002"))
        assert not here.shows("looking orders up ...")
    other.close()


async def test_what_comes_in_is_shown_by_itself(db: SqliteDatabase, tmp_path: Path) -> None:
    owner = history(db)
    other = SqliteDatabase(db.path)
    async with screen(db, tmp_path) as here:
        await here.press("g", "t")
        await here.until(lambda: here.app.where() is Where.TIMELINE)

        say(other, conversation(other, owner), START + 10 * HOUR, "One more thing")
        await here.until(lambda: here.shows("One more thing"))
    other.close()


async def test_a_key_repaints_two_lines_and_asks_the_store_nothing(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    owner = history(db)
    talk = conversation(db, owner)
    with db.transaction():
        for number in range(60):
            say(db, talk, START + DAY + number * MINUTE, f"Letter {number}")
    async with screen(db, tmp_path) as here:
        await here.press("g", "t")
        await here.until(lambda: here.app.where() is Where.TIMELINE)
        await here.press("j")
        shown = pane(here)
        await here.pilot.pause()  # what is read ahead is there
        before = here.text.split("\n")
        asked = Asked(db)
        asked.watch(shown)

        await here.press("j")

        after = here.text.split("\n")
        regions = asked.regions
    assert asked.statements == 0
    assert regions == 2
    assert len(before) == len(after)


class Asked:
    """Counts what a pane asks of its store and has painted."""

    def __init__(self, db: SqliteDatabase) -> None:
        self.statements = self.regions = 0
        self._db = db

    def watch(self, pane: TimelinePane) -> None:
        refresh, every = pane.refresh, self._db.all

        def refreshed(*regions: object, **more: object) -> object:
            self.regions += len(regions) or pane.size.height
            return refresh(*regions, **more)  # type: ignore[arg-type]  # passed through

        def asked(sql: str, params: Params = NO_PARAMS) -> "list[Row]":
            self.statements += 1
            return list(every(sql, params))

        pane.refresh = refreshed  # type: ignore[method-assign,assignment]
        self._db.all = asked  # type: ignore[method-assign]


async def test_a_message_is_copied_as_it_was_written(db: SqliteDatabase, tmp_path: Path) -> None:
    owner = history(db)
    text = "First line\n\nsecond line"
    number = say(db, conversation(db, owner), START + DAY, text)
    async with screen(db, tmp_path) as here:
        await here.press("g", "t")
        await here.until(lambda: here.app.where() is Where.TIMELINE)
        await here.press("y")

        assert here.app.clipboard == text
    assert messages.get(db, number) is not None

"""Links and files of a long thread: those of the message in view are the first to choose from."""

from dataclasses import replace
from pathlib import Path

from agent_tui.config.settings import Preset
from agent_tui.model.incoming import IncomingFile
from agent_tui.model.message import Body, FetchState, Link
from agent_tui.store import messages
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.shell import Where
from tests.factory import ACCOUNT, incoming, mail_account, receive
from tests.ui.screen import Screen, screen


def thread(db: SqliteDatabase, mails: int) -> None:
    """A thread in which every mail has a link and a file."""
    mail_account(db)
    for number in range(mails):
        url = f"https://shop.example/{number}"
        text = "\n".join([f"See {url} [1]", *(f"and line {line}" for line in range(30))])
        one = incoming(
            text,
            name="Ada",
            message_id=f"m{number}@x",
            references=[f"m{number - 1}@x"] if number else [],
            files=(IncomingFile("2", f"scan-{number}.png", "image/png", 10),),
        )
        body = Body(text, links=(Link(1, "", url, "shop.example", False, True),))
        receive(db, replace(one, body=body))


def chosen_first(here: Screen) -> str:
    """The line of the picker under the cursor."""
    return next(line for line in here.text.split("\n") if line.startswith("> "))


async def test_the_first_link_and_file_are_those_of_the_message_in_view(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    thread(db, 4)
    async with screen(db, tmp_path) as here:
        await here.press("enter", "G")
        for key, first in (("o", "[1] https://shop.example/3"), ("v", "1 scan-3.png  10 B  Ada")):
            await here.press(key)
            await here.until(lambda: here.app.where() is Where.PICKER)
            assert first in chosen_first(here)
            await here.press("escape")
        await here.press("g", "g", "o")
        await here.until(lambda: here.app.where() is Where.PICKER)
        assert "[1] https://shop.example/0" in chosen_first(here)


async def test_the_keys_that_stand_beside_files_and_folds_are_those_of_the_preset(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    thread(db, 1)
    async with screen(db, tmp_path, size=(80, 50), key_preset=Preset.VIM) as here:
        await here.press("enter")
        assert here.shows("scan-0.png (10 B) S saves it, I shows it")


async def test_a_file_that_is_wanted_offline_says_that_it_waits_and_is_asked_for_anew(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    thread(db, 1)
    (row,) = db.all("SELECT id FROM attachments")

    def state() -> FetchState:
        found = messages.file(db, row["id"])
        assert found is not None
        return found.state

    async with screen(db, tmp_path, size=(140, 40)) as here:
        await here.press("enter", "v")
        await here.until(lambda: state() is FetchState.WANTED)
        messages.set_file(db, row["id"], FetchState.WANTED, problem="The server is gone.")
        told = "scan-0.png is fetched as soon as that is possible: The server is gone."
        await here.until(lambda: here.shows(told))

        await here.press("v")

        await here.until(lambda: here.shows("Fetching scan-0.png ..."))
        file = tmp_path / "scan-0.png"
        file.touch()
        messages.set_file(db, row["id"], FetchState.HERE, path=str(file))
        await here.until(lambda: here.shows(f"Saved: {file}"))


GONE = Path("/tmp/gone/scan-0.png")


def fetched(db: SqliteDatabase, to: Path) -> int:
    """The file of the only mail, which was once fetched to that place."""
    thread(db, 1)
    (row,) = db.all("SELECT id FROM attachments")
    messages.set_file(db, row["id"], FetchState.HERE, path=str(to))
    return int(row["id"])


async def test_a_file_that_was_removed_from_the_cache_is_fetched_again(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    file = tmp_path / "scan-0.png"
    came = fetched(db, file)
    async with screen(db, tmp_path, size=(140, 40)) as here:
        await here.press("enter")
        await here.until(lambda: here.shows("removed from this machine; v fetches it again"))
        await here.press("v")
        await here.until(lambda: here.shows("Fetching scan-0.png ..."))

        file.touch()
        messages.set_file(db, came, FetchState.HERE, path=str(file))
        await here.until(lambda: here.shows(f"Saved: {file}"))


async def test_a_file_of_ours_that_was_removed_is_told_to_be_gone(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    fetched(db, GONE)
    db.run("UPDATE attachments SET part = ''")  # attached here: no provider has it
    async with screen(db, tmp_path, size=(140, 40)) as here:
        await here.press("enter", "v")
        told = f"The file is gone: {GONE}; no provider gives it again."
        await here.until(lambda: here.shows(told))


async def test_a_forward_offers_the_files_that_do_not_go_with_it_as_soon_as_they_are_here(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    file = tmp_path / "scan-0.png"
    came = fetched(db, file)
    async with screen(db, tmp_path, size=(140, 40)) as here:
        await here.press("enter", "f")
        await here.until(lambda: here.app.where() is Where.COMPOSER)
        assert here.shows("Not attached yet: scan-0.png; Ctrl+O attaches what has been fetched.")
        assert not here.shows("(missing)")
        assert [found.id for found in messages.wanted_files(db, ACCOUNT)] == [came]

        file.touch()
        messages.set_file(db, came, FetchState.HERE, path=str(file))
        await here.press("ctrl+o")
        await here.until(lambda: here.shows("Attach scan-0.png"))
        await here.press("enter")
        await here.until(lambda: here.shows("Attached: scan-0.png"))


async def test_a_forward_of_a_file_that_nobody_has_any_more_says_so(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    fetched(db, GONE)
    db.run("UPDATE attachments SET part = ''")
    async with screen(db, tmp_path, size=(140, 40)) as here:
        await here.press("enter", "f")
        await here.until(lambda: here.app.where() is Where.COMPOSER)
        assert here.shows("Not attached, for it is not here any more: scan-0.png.")

"""Questions are asked in the status line, one after the other, and nothing typed fires a key."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from textual import events

from agent_tui.query.complete import Completion
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.prompt import PromptLine
from agent_tui.ui.shell import Hint
from tests.factory import incoming, mail_account, receive
from tests.ui.screen import Screen, screen


@pytest.fixture
def shop(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db)
    receive(db, incoming("One"), incoming("Two", sender="bo@x.org"))
    return db


class Asking:
    """A question that somebody waits for."""

    def __init__(self, shown: Screen, label: str, **more: object) -> None:
        self.answer: str | None = "not yet"
        self._task = asyncio.create_task(self._ask(shown, label, more))

    def answered(self) -> bool:
        return self.answer != "not yet"

    async def _ask(self, shown: Screen, label: str, more: dict[str, object]) -> None:
        self.answer = await shown.app.ask(label, **more)  # type: ignore[arg-type]  # passed on


async def test_an_answer_comes_back_and_the_focus_too(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as shown:
        asking = Asking(shown, "Name: ", initial="Ad")
        await shown.until(lambda: shown.shows("Name: Ad"))
        await shown.type("a")
        await shown.press("enter")
        await shown.until(lambda: asking.answer == "Ada")
        await shown.until(lambda: shown.app.where() == "list")


async def test_esc_is_no_answer(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as shown:
        asking = Asking(shown, "Name: ", initial="Ada")
        await shown.until(lambda: shown.shows("Name:"))
        await shown.press("escape")
        await shown.until(lambda: asking.answer is None)


async def test_letters_that_are_verbs_are_only_letters_here(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        asking = Asking(shown, "Name: ")
        await shown.until(lambda: shown.shows("Name:"))
        await shown.type("resolve u? 5jq")
        await shown.press("enter")
        await shown.until(lambda: asking.answer == "resolve u? 5jq")


async def test_a_paste_with_keys_in_it_is_one_line_of_text(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        asking = Asking(shown, "Search: ")
        await shown.until(lambda: shown.shows("Search:"))
        shown.app.query_one(PromptLine).post_message(events.Paste("zip\x1b[201~\r\nq\x03"))
        await shown.until(lambda: shown.shows("zip"))
        assert asking.answer == "not yet"
        await shown.press("enter")
        await shown.until(lambda: asking.answer != "not yet")
        assert asking.answer is not None
        assert asking.answer.isprintable()
        assert asking.answer.startswith("zip")


async def test_of_two_questions_the_second_keeps_the_keyboard(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        first = Asking(shown, "First: ")
        await shown.until(lambda: shown.shows("First:"))
        second = Asking(shown, "Second: ")
        await shown.until(lambda: shown.shows("Second:"))
        assert first.answer is None
        await shown.type("b")
        await shown.press("enter")
        await shown.until(lambda: second.answer == "b")


async def test_questions_of_one_flow_follow_without_losing_the_focus(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        answers: list[str | None] = []

        async def flow() -> None:
            for number in range(3):
                answers.append(await shown.app.ask(f"Question {number}: "))

        flowing = asyncio.create_task(flow())
        for number in range(3):
            await shown.until(partial(shown.shows, f"Question {number}:"))
            await shown.type(str(number))
            await shown.press("enter")
        await flowing
        assert answers == ["0", "1", "2"]
        await shown.until(lambda: shown.app.where() == "list")


async def test_a_key_question_takes_one_key_and_no_other(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        for key, answer in (("y", "y"), ("n", None), ("enter", None)):
            asking = Asking(shown, "Sure? ", keys=("y",))
            await shown.until(lambda: shown.shows("Sure?"))
            await shown.press(key)
            await shown.until(asking.answered)
            assert asking.answer == answer
            await shown.until(lambda: shown.app.where() == "list")


async def test_older_answers_come_back_by_the_name_of_their_history(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        for text in ("one", "two"):
            asking = Asking(shown, ":", history="line")
            await shown.until(lambda: shown.app.where() == "prompt")
            await shown.type(text)
            await shown.press("enter")
            await shown.until(asking.answered)
            assert asking.answer == text
        asking = Asking(shown, ":", history="line")
        await shown.until(lambda: shown.app.where() == "prompt")
        await shown.press("up", "up", "down", "enter")
        await shown.until(lambda: asking.answer == "two")
        other = Asking(shown, "/", history="search")
        await shown.until(lambda: shown.app.where() == "prompt")
        await shown.press("up", "enter")
        await shown.until(lambda: other.answer == "")


async def test_tab_goes_through_the_completions_and_shows_them(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    def complete(text: str, cursor: int) -> list[Completion]:
        return [Completion(word, 0, cursor) for word in ("snooze", "snap") if word.startswith(text)]

    async with screen(shop, tmp_path) as shown:
        asking = Asking(shown, ":", complete=complete)
        await shown.until(lambda: shown.app.where() == "prompt")
        await shown.type("sn")
        await shown.press("tab")
        await shown.until(lambda: shown.shows(":snooze"))
        assert shown.shows(" snap ")
        await shown.press("tab")
        await shown.until(lambda: shown.shows(":snap"))
        await shown.press("shift+tab", "enter")
        await shown.until(lambda: asking.answer == "snooze")


async def test_the_hint_follows_what_is_typed(shop: SqliteDatabase, tmp_path: Path) -> None:
    def count(text: str) -> Hint:
        return Hint(f"{len(text)} letters", wrong=len(text) > 2, span=(0, 1))

    async with screen(shop, tmp_path) as shown:
        Asking(shown, ":", preview=count)
        await shown.until(lambda: shown.shows("0 letters"))
        await shown.type("abc")
        await shown.until(lambda: shown.shows("3 letters"))
        await shown.press("escape")


async def test_a_line_longer_than_the_screen_keeps_its_cursor_in_sight(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path, size=(60, 20)) as shown:
        Asking(shown, "Text: ", initial="漢" * 60 + "END")
        await shown.until(lambda: shown.shows("END"))
        await shown.press("home")
        await shown.until(lambda: not shown.shows("END"))
        await shown.press("escape")

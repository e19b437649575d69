"""Acting on what is selected: asked before, done beside the keys, stopped by Esc."""

import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from agent_tui.actions import bulk, reverting, undo
from agent_tui.model.clock import MINUTE
from agent_tui.model.conversation import Status
from agent_tui.store import events
from agent_tui.store.conversations import set_labels
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import START, incoming, listed, mail_account, receive
from tests.ui.screen import screen

COUNT = 30


@pytest.fixture
def shop(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db)
    receive(
        db,
        *(
            incoming(sender=f"c{n}@x.example", subject=f"S{n}", at=START + n * MINUTE)
            for n in range(1, COUNT + 1)
        ),
    )
    return db


def resolved(db: SqliteDatabase) -> int:
    return sum(one.status is Status.RESOLVED for one in listed(db))


async def test_what_will_happen_is_asked_and_one_key_takes_it_back(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path, size=(100, 24)) as s:
        await s.press("*", "e")
        await s.until(
            lambda: s.shows("Resolve 30 conversations, 0 messages sent, 30 told to mail? y/n")
        )
        await s.press("n")
        await s.until(lambda: s.shows("Nothing was changed."))
        assert resolved(shop) == 0

        await s.press("e", "y")  # typed ahead of the question
        await s.until(lambda: s.shows("30 conversations resolved."))
        assert resolved(shop) == COUNT
        assert s.shows("Inbox is empty")
        assert not s.shows("selected")

        await s.press("u")
        await s.until(lambda: s.shows("Undone: resolve, 30 conversations."))
        assert resolved(shop) == 0


async def test_no_write_of_a_bulk_is_made_by_the_thread_that_draws_the_screen(
    shop: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reverting, "PART", 10)
    monkeypatch.setattr(undo, "_LONG", 11)
    writers: list[int] = []
    append_all = events.append_all

    def noted(*args: Any, **more: Any) -> None:
        writers.append(threading.get_ident())
        append_all(*args, **more)

    monkeypatch.setattr(events, "append_all", noted)
    async with screen(shop, tmp_path, size=(100, 24)) as s:
        for keys, told in (
            (("*", "e", "y"), "30 conversations resolved."),
            (("u",), "Undone: resolve, 30"),
            (("ctrl+r",), "Done again: resolve, 30"),
        ):
            await s.press(*keys)
            await s.until(partial(s.shows, told))
    assert len(writers) >= 7, "a part of each at least"
    assert threading.get_ident() not in writers


async def test_what_stays_in_the_list_stays_selected(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path, size=(100, 24)) as s:
        await s.press("3", "space", "t")
        await s.until(lambda: s.shows("y/n"))
        await s.press("y")
        await s.until(lambda: s.shows("3 conversations assigned to you."))
        assert len(s.app.targets()) == 3


async def test_escape_stops_between_two_parts_while_other_keys_work(
    shop: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "PART", 10)
    begun, go_on = threading.Event(), threading.Event()
    step = bulk.Bulk.step

    def slow(self: bulk.Bulk) -> bool:
        went = step(self)
        begun.set()
        go_on.wait(30)
        return went

    monkeypatch.setattr(bulk.Bulk, "step", slow)
    async with screen(shop, tmp_path, size=(100, 24)) as s:
        await s.press("*", "e")
        await s.until(lambda: s.shows("y/n"))
        await s.press("y")
        await s.until(begun.is_set)
        await s.press("j", "j")
        assert s.app.desk.list.listing is not None
        assert s.app.desk.list.listing.cursor == 2
        await s.press("space", "space", "e")
        await s.until(lambda: s.shows("'Resolve' is still being done; Esc stops it."))
        await s.press("escape")
        go_on.set()
        await s.until(lambda: s.shows("Stopped after 10 of 30: 10 conversations resolved."))

        await s.press("u")
        await s.until(lambda: resolved(shop) == 0)


async def test_what_was_done_is_listed_and_taken_back_alone_or_with_what_came_after(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path, size=(100, 24)) as s:
        await s.press("t", "j", "t", "j", "t", "g", "u")
        await s.until(lambda: s.shows("take: #28 S28"))
        await s.press("2")
        await s.until(lambda: s.shows("Undo only this (o), or also the 1 done after it (a)?"))
        await s.press("o")
        await s.until(lambda: s.shows("Undone: take."))
        assert {c.subject for c in listed(shop) if c.assignee} == {"S30", "S28"}

        await s.press("g", "u")
        await s.until(lambda: s.shows("take: #28 S28"))
        await s.press("2", "a")
        await s.until(lambda: s.shows("Undone: 2 of 2."))
        assert not any(c.assignee for c in listed(shop))


async def test_conversations_are_merged_and_split_by_a_key_and_put_back(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path, size=(100, 24)) as s:
        await s.press("M")
        await s.until(lambda: s.shows("Select the conversations to merge first"))
        await s.press("space", "space", "M")
        await s.until(lambda: s.shows('Merge 2 conversations into #29 "S29"? y/n'))
        await s.press("y")
        await s.until(lambda: s.shows("2 conversations are one: #29."))
        assert len(listed(shop)) == COUNT - 1

        await s.press("escape", "enter", "G", "g", "S")
        await s.until(lambda: s.shows("or it and all after it (a)?"))
        await s.press("a")
        await s.until(lambda: s.shows(f"#{COUNT + 1} now.") or s.shows("all of it"))
        await s.press("u")
        await s.until(lambda: s.shows("Undone"))


async def test_a_label_that_all_selected_have_is_offered_to_be_taken_off(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    conversations = listed(shop)
    for one, labels in ((conversations[0], ["vip", "old"]), (conversations[1], ["vip"])):
        set_labels(shop, one.id, labels)
    async with screen(shop, tmp_path, size=(100, 24)) as s:
        await s.press("space", "space", "#")
        await s.until(lambda: s.shows("on: take it off"))
        assert s.text.count("on: take it off") == 1
        await s.press("enter")
        await s.until(lambda: s.shows("Label 2 conversations -vip, 0 messages sent"))

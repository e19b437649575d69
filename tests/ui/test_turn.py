"""Who writes while the store is busy waits in order, and no key is lost or doubled."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest
from textual.events import Key, Paste

from agent_tui.store.database import Database
from agent_tui.ui import turn
from agent_tui.ui.turn import READS, Turns
from agent_tui.ui.typeahead import TypeAhead


class Store:
    """One that somebody else writes to, until ``free``."""

    free = False

    def is_free(self) -> bool:
        return self.free


class Desk:
    """A store, a keyboard and what was said."""

    def __init__(self) -> None:
        self.store, self.said, self.typed = Store(), list[str](), list[str]()
        self.keys = TypeAhead(self._typed, asyncio.get_running_loop().call_later)
        db = cast("Database", cast("Any", self.store))
        self.turns = Turns(db, self.keys, self.said.append)

    def _typed(self, event: Key | Paste) -> None:
        assert isinstance(event, Key)
        self.press(event)

    def press(self, event: Key) -> None:
        """As the program has it."""
        if not (self.turns.pressed(event) or self.keys.keeps(event)):
            self.typed.append(event.key)
            self.keys.passed(event)


def key(name: str) -> Key:
    return Key(name, name)


async def until(condition: Callable[[], object]) -> None:
    """Wait until ``condition`` holds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for rings no bell
            await asyncio.sleep(0.002)


@pytest.fixture
def told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "_SAID_AFTER_S", 0)


async def test_where_the_store_is_free_nobody_waits_and_nothing_is_said() -> None:
    desk = Desk()
    desk.store.free = True

    assert await desk.turns.take("Resolve")

    desk.press(key("j"))
    assert (desk.typed, desk.said) == (["j"], [])


@pytest.mark.usefixtures("told_at_once")
async def test_all_go_in_the_order_in_which_they_came() -> None:
    desk, went = Desk(), list[str]()

    async def goes(name: str, *, quietly: bool = False) -> None:
        if quietly:
            await desk.turns.take_quietly()
        else:
            await desk.turns.take(name)
        went.append(name)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(goes("mark as read", quietly=True))
        await asyncio.sleep(0)
        tasks.create_task(goes("Resolve"))
        await asyncio.sleep(0)
        desk.store.free = True
        assert not desk.turns.free, "others wait already"
        tasks.create_task(goes("Assign"))

    assert went == ["mark as read", "Resolve", "Assign"]
    assert desk.turns.free


@pytest.mark.usefixtures("told_at_once")
async def test_what_is_typed_behind_it_waits_and_the_same_key_again_is_not_meant_twice() -> None:
    desk = Desk()
    desk.press(key("e"))
    waiting = asyncio.create_task(desk.turns.take("Resolve"))
    await until(lambda: desk.said)
    assert desk.said[0] == "The store is busy; 'Resolve' waits for it. Esc drops it."

    for name in ("e", "j", "e"):
        desk.press(key(name))
    desk.store.free = True

    assert await waiting
    desk.keys.release()
    assert desk.typed == ["e", "j", "e"], "the first e is the one that waited"


async def test_keys_typed_in_one_go_before_anything_was_said_are_all_meant() -> None:
    desk = Desk()
    desk.press(key("e"))
    waiting = asyncio.create_task(desk.turns.take("Resolve"))
    await asyncio.sleep(0)
    for name in ("e", "escape"):
        desk.press(key(name))
    desk.store.free = True

    assert await waiting
    desk.keys.release()
    assert desk.typed == ["e", "e", "escape"]
    assert desk.said == []


@pytest.mark.usefixtures("told_at_once")
async def test_esc_drops_it_and_what_was_typed_for_what_will_not_be() -> None:
    desk = Desk()
    desk.press(key("r"))
    waiting = asyncio.create_task(desk.turns.take("Reply"))
    await until(lambda: desk.said)
    for name in ("e", "#", "escape"):
        desk.press(key(name))

    assert not await waiting
    desk.keys.release()
    desk.press(key("j"))
    assert desk.typed == ["r", "j"]
    assert desk.said[-1] == "'Reply' was not done."


def test_commands_that_need_no_turn_exist_and_none_is_an_action() -> None:
    from agent_tui.actions.registry import registry
    from agent_tui.ui.commands import own

    assert own().keys() >= READS
    assert not READS & registry().keys()

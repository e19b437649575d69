"""Chats in the list: waits that come near their target, and who writes, each when it happens."""

from pathlib import Path

import pytest
from textual.geometry import Region

from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.clock import MINUTE, SECOND, Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import Batch, Incoming, Sender
from agent_tui.model.message import Body, Direction
from agent_tui.store import accounts, presence
from agent_tui.store.intake import commit_batch
from agent_tui.store.sqlite import SqliteDatabase
from tests.clocks import reckon
from tests.factory import START, Now, listed
from tests.ui.screen import screen

BEGIN: Millis = START // MINUTE * MINUTE
"""A minute's beginning: the list's minutes change with the clock's."""


def write(db: SqliteDatabase, who: str, at: Millis) -> None:
    """A customer begins a chat."""
    one = Incoming(
        remote_id=f"{who}{at}",
        channel=Channel.CHAT,
        direction=Direction.INBOUND,
        sender=Sender(IdentityKind.HANDLE, who, who),
        at=at,
        body=Body(f"{who} is here"),
        thread_key=who,
    )
    commit_batch(db, "chat", Batch("chats", f"{who}{at}", (one,)), frozenset(), at)


@pytest.fixture
def chats(db: SqliteDatabase) -> SqliteDatabase:
    """Three chats that began half a minute after each other."""
    capabilities = Capabilities(Channel.CHAT, frozenset({EffectKind.SEND}))
    accounts.put(
        db,
        "chat",
        adapter="demo",
        address="shop",
        display_name="Shop",
        capabilities=capabilities,
        now=BEGIN,
    )
    for n, who in enumerate(("ada", "bo", "cy")):
        write(db, who, BEGIN + n * 30 * SECOND)
    reckon(db)
    return db


async def test_a_wait_gets_its_sign_when_it_comes_near_the_target_and_when_it_is_over(
    chats: SqliteDatabase, tmp_path: Path
) -> None:
    clock = Now(BEGIN + 61 * SECOND)
    async with screen(chats, tmp_path, clock=clock) as window:
        assert "1m   " in window.text.splitlines()[3]
        clock.at = BEGIN + 97 * SECOND
        await window.until(lambda: "1m! " in window.text.splitlines()[3])
        assert "!" not in window.text.splitlines()[1]
        clock.at = BEGIN + 120 * SECOND
        await window.until(lambda: "2m!!" in window.text.splitlines()[3])


async def test_only_the_row_that_crosses_its_target_is_painted(
    chats: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Now(BEGIN + 61 * SECOND)
    async with screen(chats, tmp_path, clock=clock) as window:
        pane = window.app.desk.list
        painted: list[Region] = []
        await window.pilot.pause()

        def refresh(*regions: Region, **_: bool) -> object:
            painted.extend(regions)
            return pane

        monkeypatch.setattr(pane, "refresh", refresh)
        clock.at = BEGIN + 90 * SECOND
        pane.tick()
        assert painted == []
        clock.at = BEGIN + 96 * SECOND
        pane.tick()
        pane.tick()
        assert [region.y for region in painted] == [2]


async def test_a_customer_who_writes_has_a_sign_until_they_stop(
    chats: SqliteDatabase, tmp_path: Path
) -> None:
    clock = Now(BEGIN + 61 * SECOND)
    async with screen(chats, tmp_path, clock=clock) as window:
        oldest = listed(chats)[-1].id
        other = SqliteDatabase(chats.path)
        presence.write(other, oldest, "ada", ours=False, until=clock() + 10 * SECOND)
        await window.until(lambda: window.text.splitlines()[3].startswith(" ● C…"))
        clock.at += 11 * SECOND
        await window.until(lambda: window.text.splitlines()[3].startswith(" ● C "))


async def test_why_shows_the_arithmetic_over_the_list(
    chats: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(chats, tmp_path, clock=Now(BEGIN + 61 * SECOND)) as window:
        await window.press("j", "j")
        await window.type(":why\n")
        await window.until(lambda: window.shows("First answer: 2 min from"))
        assert window.shows("ada has waited for an answer since")
        assert window.shows("in 59 s.")
        await window.press("q")
        await window.until(lambda: window.app.where() == "list")


async def test_due_soon_lists_what_is_due_and_says_until_when(
    chats: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(chats, tmp_path, clock=Now(BEGIN + 61 * SECOND)) as window:
        await window.type(":view Due soon\n")
        await window.until(lambda: "ada" in window.text.splitlines()[1])
        assert "in 1m" in window.text.splitlines()[1]
        assert "in 2m" in window.text.splitlines()[3]
        window.app.clock.at = BEGIN + 121 * SECOND  # type: ignore[attr-defined]  # a Now
        await window.until(lambda: "2m!!late <1m" in window.text.splitlines()[1])

"""A chat on a real pseudo-terminal: what a new message costs on the wire."""

from pathlib import Path

import pytest

from agent_tui.config.paths import find_paths
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.clock import MINUTE, SECOND, Millis, system_clock
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import Batch, Incoming, Sender
from agent_tui.model.message import Body, Direction
from agent_tui.store import accounts, presence
from agent_tui.store.intake import commit_batch
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import only
from tests.stores import new_store
from tests.terminal import Terminal, agent_tui, environment

_CHAT = "shopchat"
_MESSAGE_BYTES = 500
"""A message that appears below what is read: its lines, and its row."""

_PAGE_BYTES = 3_000
"""A message for which all others move up."""

_WORDS = "Hello, my parcel with the big blue bag has not come and I leave on Friday.".split()

_HINT_BYTES = 400
"""A message below the view: the hint, and its row."""


@pytest.fixture
def store(tmp_path: Path) -> SqliteDatabase:
    """Sixty short messages of a chat."""
    db = new_store(find_paths(tmp_path, {}).store)
    now = system_clock()
    capabilities = Capabilities(Channel.CHAT, frozenset({EffectKind.SEND}))
    accounts.put(
        db,
        _CHAT,
        adapter="demo",
        address="shop",
        display_name="Shop",
        capabilities=capabilities,
        now=now,
    )
    for n in range(60):
        words = " ".join(_WORDS[n % 7 : n % 7 + 3 + n * 5 % 8])
        say(db, f"message {n} {words}", now - 10 * MINUTE + n * SECOND)
    db.run("UPDATE conversations SET unread = 0")
    return db


def say(db: SqliteDatabase, text: str, at: Millis) -> None:
    one = Incoming(
        remote_id=f"{at}{text}",
        channel=Channel.CHAT,
        direction=Direction.INBOUND,
        sender=Sender(IdentityKind.HANDLE, "ada", "Ada Byron"),
        at=at,
        body=Body(text),
        thread_key="room",
    )
    commit_batch(db, _CHAT, Batch("room", str(at), (one,)), frozenset(), at)


def opened(home: Path) -> Terminal:
    return Terminal(agent_tui("--home", str(home)), env=environment(home), cols=120, rows=40)


def test_a_new_message_costs_little_as_most_do_not_move_the_others(
    store: SqliteDatabase, tmp_path: Path
) -> None:
    with opened(tmp_path) as terminal:
        terminal.wait_for("Inbox 1")
        terminal.press("\r")
        terminal.wait_for("message 59 ")
        terminal.settle(1.0)
        costs = []
        for number in range(8):
            before = len(terminal.log)
            say(store, f"and one more line of it, number {number}", system_clock())
            terminal.wait_for(f"  and one more line of it, number {number}$")
            terminal.settle(0.6)
            costs.append(len(terminal.log) - before)
        assert max(costs) <= _PAGE_BYTES
        assert sorted(costs)[-2] <= _MESSAGE_BYTES


def test_a_new_message_below_the_view_moves_nothing_and_costs_a_hint(
    store: SqliteDatabase, tmp_path: Path
) -> None:
    with opened(tmp_path) as terminal:
        terminal.wait_for("Inbox 1")
        terminal.press("\r")
        terminal.wait_for("message 59 ")
        terminal.press("gg")
        terminal.wait_for("message 0 ")
        terminal.settle(1.0)
        before = len(terminal.log)
        say(store, "and one more line of it", system_clock())
        terminal.wait_for("1 new below, G")
        terminal.settle(1.0)
        assert len(terminal.log) - before <= _HINT_BYTES


def test_who_writes_costs_a_few_bytes_and_no_animation(
    store: SqliteDatabase, tmp_path: Path
) -> None:
    with opened(tmp_path) as terminal:
        terminal.wait_for("Inbox 1")
        terminal.press("\r")
        terminal.wait_for("message 59 ")
        terminal.settle(1.0)
        before = len(terminal.log)
        presence.write(store, only(store).id, "Ada", ours=False, until=system_clock() + MINUTE // 2)
        terminal.wait_for("Ada is writing")
        terminal.settle(1.5)
        assert len(terminal.log) - before <= _HINT_BYTES

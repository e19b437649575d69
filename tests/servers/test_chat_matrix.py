"""A long chat over a bad network: a customer in raw HTTP, an agent in the program, one Synapse.

The engine of the installed program is cut off every fifty messages, and the homeserver is
started anew half way. In the end both sides have everything once and in order.
"""

import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx
import pytest

from agent_tui.actions import reply
from agent_tui.actions.action import Context
from agent_tui.model.clock import system_clock
from agent_tui.model.draft import DraftKind
from agent_tui.store import conversations
from agent_tui.store.sqlite import SqliteDatabase
from tests.bench.figures import show
from tests.program import Home
from tests.servers.real import FaultProxy, eventually
from tests.servers.synapse import Person, Synapse, proxy_before

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("synapse")]

MESSAGES = 500  # of each side
BETWEEN_CUTS = 50
CUT_LASTS = 5  # messages
PATIENCE_S = 150.0


@dataclass
class Chat:
    """Both ends of one room, and the wire between."""

    synapse: Synapse
    proxy: FaultProxy
    home: Home
    us: Person
    ann: Person
    room: str
    accepted: dict[str, int] = field(default_factory=dict)  # text -> wall clock, ms

    def customer_says(self, text: str) -> None:
        """Until the homeserver has taken it, once: a client repeats under the same id."""
        again_until = time.monotonic() + 30
        while True:
            try:
                self.ann.say(self.room, text, txn=text.replace(" ", "-"))
                break
            except httpx.TransportError:
                if time.monotonic() > again_until:
                    raise
        self.accepted[text] = system_clock()

    def stored(self, direction: str) -> list[tuple[str, str]]:
        """Text and delivery of the messages in the store, in the order they are shown."""
        rows = self.home.rows(
            f"SELECT text, delivery FROM messages WHERE direction = '{direction}' ORDER BY id"
        )
        return [(text, delivery) for text, delivery in rows]

    def waits(self) -> list[int]:
        """From accepted by the homeserver to stored here, in ms, before the first cut."""
        rows = self.home.rows(
            "SELECT m.text, e.at FROM messages m JOIN events e ON e.entity = 'conversation'"
            " AND e.field = 'message' AND e.after = m.id WHERE m.direction = 'inbound'"
        )
        quiet = {f"question {number}" for number in range(1, BETWEEN_CUTS)}
        return sorted(at - self.accepted[text] for text, at in rows if text in quiet)


def agent(home: Home) -> Callable[[str], None]:
    """An agent who answers the one conversation of ``home``."""
    db = SqliteDatabase(home.database)
    context = Context(db, "maria", system_clock, {})

    def says(text: str) -> None:
        (row,) = db.all("SELECT id FROM conversations")
        conversation = conversations.get(db, row["id"])
        assert conversation is not None
        reply.send(context, reply.start(context, conversation, DraftKind.REPLY, body=text))

    return says


def test_a_long_chat_over_a_bad_network_loses_doubles_and_reorders_nothing(
    own_synapse: Synapse, tmp_path: Path
) -> None:
    us, ann = own_synapse.person("support"), own_synapse.person("ann")
    home = Home(tmp_path, {"MATRIX_PASSWORD": us.password})
    with proxy_before(own_synapse.port) as proxy:
        home.account(
            "chat",
            "matrix",
            homeserver=f"http://127.0.0.1:{proxy.port}",
            address=us.id,
            password={"env": "MATRIX_PASSWORD"},
        )
        for folder in (tmp_path, tmp_path / "config", tmp_path / "config" / "accounts"):
            folder.chmod(0o700)
        chat = Chat(own_synapse, proxy, home, us, ann, ann.room(us))
        engine = home.start("engine")
        try:
            began = time.monotonic()
            talk(chat)
            talked = time.monotonic() - began
            everything_arrived(chat)
            took = time.monotonic() - began
        finally:
            engine.terminate()
            engine.wait(20)
    waits = chat.waits()
    show(
        "A chat over a bad network",
        ["messages each way", "talked s", "all there s", "accepted to stored ms: median", "p95"],
        [
            [
                str(MESSAGES),
                f"{talked:.1f}",
                f"{took:.1f}",
                f"{median(waits):.0f}",
                f"{waits[int(0.95 * len(waits))]}",
            ]
        ],
    )


def talk(chat: Chat) -> None:
    """Message and answer in turn, whatever happens to the wire."""
    chat.customer_says("question 0")
    eventually(lambda: _begun(chat), "the first message is in the store", 60)
    answer = agent(chat.home)
    answer("answer 0")
    for number in range(1, MESSAGES):
        since_cut = number % BETWEEN_CUTS
        if since_cut == 0:
            chat.proxy.say("refuse")
        if number == MESSAGES // 2:
            chat.synapse.stop()
            answer(f"answer {number}")
            chat.synapse.start()
        else:
            answer(f"answer {number}")
        chat.customer_says(f"question {number}")
        if since_cut == CUT_LASTS:
            chat.proxy.say("clear")


def everything_arrived(chat: Chat) -> None:
    """Both ends have everything, once and in order."""
    questions = [f"question {number}" for number in range(MESSAGES)]
    answers = [f"answer {number}" for number in range(MESSAGES)]

    def settled() -> bool:
        outbound = chat.stored("outbound")
        return len(chat.stored("inbound")) >= MESSAGES and all(
            delivery in ("sent", "read") for _, delivery in outbound
        )

    eventually(settled, "both sides have everything", PATIENCE_S)
    assert [text for text, _ in chat.stored("inbound")] == questions
    assert [text for text, _ in chat.stored("outbound")] == answers
    seen = [event["content"]["body"] for event in chat.ann.written(chat.room, chat.us)]
    assert seen == answers
    unsettled = chat.home.rows("SELECT state FROM outbox WHERE state NOT IN ('sent', 'cancelled')")
    assert unsettled == []


def _begun(chat: Chat) -> bool:
    if not chat.home.database.exists():
        return False
    with suppress(sqlite3.OperationalError):  # the engine is making the store
        return chat.stored("inbound") != []
    return False

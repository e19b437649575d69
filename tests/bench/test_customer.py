"""A customer of 5,000 conversations and 500 orders, pane and timeline: opened, against a
conversation of 50 messages of somebody new and against the floor's; and gone through, against the
list."""

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median

import pytest

from agent_tui.store.sqlite import SqliteDatabase
from tests.bench.contest import Ground, ground, leave, open_floor, open_inbox
from tests.bench.figures import show
from tests.bench.test_keys import Keys
from tests.factory import START
from tests.terminal import Terminal

pytestmark = pytest.mark.bench

CONVERSATIONS = 100_000
TALKS, ORDERS = 5_000, 500
MESSAGES = 50
ROUNDS = 15
KEYS = 60
"""More than fit into the pane: it is turned several times."""

_NEW, _LARGE, _MERGED = 1_000_001, 1_000_002, 2_000_000
_PREPARED, _LARGE_ONES = "Prepared", "Grand Hotel"
_TIMELINE = "everything, newest first"
_LATER = 10**9
"""After everything else in the store, in milliseconds."""

_PARAGRAPH = "The box came open, and one of the cups was in pieces. What am I to do now? " * 4


@dataclass
class Opened:
    """How long it took until a conversation was on the screen with its customer, and the bytes."""

    seconds: list[float] = field(default_factory=list)
    octets: list[int] = field(default_factory=list)

    def measure(self, terminal: Terminal, keys: str, shown: str) -> None:
        begin, before = time.monotonic(), len(terminal.log)
        terminal.press(*keys)
        terminal.wait_for(shown)
        self.seconds.append(time.monotonic() - begin)
        terminal.settle()
        self.octets.append(len(terminal.log) - before)

    def row(self, name: str) -> list[str]:
        return [name, f"{median(self.seconds) * 1000:.1f} ms", f"{median(self.octets):.0f}"]


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A store with the two at its top: first the prepared conversation, then the large customer."""
    made = ground(tmp_path_factory.mktemp("customer"), CONVERSATIONS)
    db = SqliteDatabase(made.home.database)
    with db.transaction():
        for number, name in ((_NEW, _PREPARED), (_LARGE, _LARGE_ONES)):
            params = {"id": number, "name": name, "at": START}
            db.run("INSERT INTO customers (id, name, created_at) VALUES (:id, :name, :at)", params)
        _prepare(db)
        _enlarge(db)
    db.close()
    return made


def test_opening_a_large_customer(on: Ground) -> None:
    bare, prepared, large, timeline = Opened(), Opened(), Opened(), Opened()
    with open_floor(on, 160, 40) as floor, open_inbox(on, 160, 40) as terminal:
        floor.wait_for("Broken cup")
        floor.settle(1.0)
        terminal.wait_for(_PREPARED)
        terminal.press("\r")
        terminal.wait_for("1 conversation:")
        terminal.settle(1.0)
        for _ in range(ROUNDS):
            large.measure(terminal, "J", f"{TALKS:,} conversations:")
            timeline.measure(terminal, "gt", _TIMELINE)
            terminal.press("q")
            terminal.wait_for(f"{TALKS:,} conversations:")
            terminal.settle()
            prepared.measure(terminal, "K", "1 conversation:")
            bare.measure(floor, "\r", r"1\. The box")
            floor.press("q")
            floor.wait_for("Broken cup")
            floor.settle()
        terminal.press("q")
        leave(terminal)
        leave(floor)

    head = ["160x40", "on the screen", "bytes"]
    rows = [
        [*each.row(name), *(_ratio(each.seconds, other.seconds) for other in (bare, prepared))]
        for each, name in (
            (bare, f"floor, {MESSAGES} messages"),
            (prepared, f"{MESSAGES} messages, nothing else"),
            (large, "the large customer"),
            (timeline, "their timeline"),
        )
    ]
    what = f"A customer of {TALKS:,} conversations and {ORDERS} orders, medians of {ROUNDS}"
    show(what, [*head, "to floor", "to 50"], rows)


def test_going_through_a_large_customer(on: Ground) -> None:
    with ExitStack() as stack:
        inbox, pane, timeline = (stack.enter_context(open_inbox(on, 160, 40)) for _ in range(3))
        for terminal in (inbox, pane, timeline):
            terminal.wait_for(f"{_PREPARED}|{_LARGE_ONES}")
            terminal.settle(1.0)
        for terminal, keys, shown in (
            (pane, "x", f"{TALKS:,} conversations:"),
            (timeline, "gt", _TIMELINE),
        ):
            terminal.press("j", "\r", *keys)
            terminal.wait_for(shown)
            terminal.settle(1.0)
        listed, paned, timed = Keys(inbox), Keys(pane), Keys(timeline)
        for _ in range(KEYS):
            for each in (listed, paned, timed):
                each.measure()
        ends = [terminal.answer("G", 0.4).seconds for terminal in (inbox, pane, timeline)]
        for terminal, leaving in ((inbox, ""), (pane, "qq"), (timeline, "qq")):
            terminal.press(*leaving)
            leave(terminal)

    head = ["", "key", "bytes", "most", "settled", "most", "ratio", "to the end"]
    rows = [
        [*each.row(name), f"{each.milliseconds / listed.milliseconds:.2f}", f"{end * 1000:.0f} ms"]
        for each, name, end in zip(
            (listed, paned, timed),
            ("the list", "the customer's pane", "their timeline"),
            ends,
            strict=True,
        )
    ]
    show(f"Cursor key, 160x40, medians of {KEYS}", head, rows)


def _ratio(mine: list[float], other: list[float]) -> str:
    return f"{median(mine) / median(other):.2f}"


def _prepare(db: SqliteDatabase) -> None:
    """One conversation of many messages, the newest of all."""
    first = {"id": _NEW, "at": START + _LATER + MESSAGES, "n": MESSAGES, "text": _PARAGRAPH}
    db.run(
        "INSERT INTO conversations (id, account, channel, subject, status, customer_id, created_at,"
        " last_at, messages, snippet) VALUES (:id, 'mail', 'mail', 'Broken cup', 'open', :id, :at,"
        " :at, :n, :text)",
        first,
    )
    db.run(
        "WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < :n)"
        " INSERT INTO messages (id, conversation_id, account, direction, author, address, at,"
        " subject, text) SELECT (:at + i) * 1000, :id, 'mail',"
        " CASE i % 2 WHEN 0 THEN 'outbound' ELSE 'inbound' END, 'Ada', 'ada@customer.example',"
        " :at + i, 'Broken cup', i || '. ' || :text FROM r",
        first,
    )


def _enlarge(db: SqliteDatabase) -> None:
    """Thousands of conversations, of which the newest is open, and hundreds of orders."""
    much = {"id": _LARGE, "at": START + _LATER, "n": TALKS, "orders": ORDERS}
    much["merged"] = _MERGED
    db.run(
        "WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < :n)"
        " INSERT INTO conversations (id, account, channel, subject, status, customer_id,"
        " created_at, last_at, messages, snippet) SELECT :id + i, 'mail',"
        " CASE i % 10 WHEN 0 THEN 'review' WHEN 1 THEN 'chat' ELSE 'mail' END, 'Room ' || i,"
        " CASE i WHEN 1 THEN 'open' ELSE 'resolved' END, :id, :at, :at - i * 60000, 1,"
        " 'about room ' || i FROM r",
        much,
    )
    db.run(  # half of them with somebody who turned out to be the same person
        "INSERT INTO customers (id, name, created_at, merged_into, person_id)"
        " VALUES (:merged, 'The same', :at, :id, :id)",
        much,
    )
    db.run(
        "UPDATE conversations SET customer_id = :merged WHERE customer_id = :id AND id % 2",
        much,
    )
    db.run(
        "INSERT INTO messages (id, conversation_id, account, direction, author, address, at,"
        " subject, text) SELECT last_at * 1000 + id % 1000, id, 'mail', 'inbound', 'Ada',"
        " 'ada@hotel.example', last_at, subject, snippet FROM conversations"
        " WHERE customer_id IN (:id, :merged)",
        much,
    )
    db.run(
        "WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < :orders)"
        " INSERT INTO records (customer_id, account, kind, remote_id, number, at, status, minor,"
        " currency, items) SELECT :id, 'shop', CASE i % 9 WHEN 0 THEN 'refund' ELSE 'order' END,"
        " i, '#' || i, :at - i * 3600000, 'paid', i * 100, 'EUR',"
        ' \'[["Lamp", 2, "", null]]\' FROM r',
        much,
    )
    db.run(
        "INSERT INTO lookups (customer_id, account, looked_at) VALUES (:id, 'shop', :now)",
        {"id": _LARGE, "now": time.time_ns() // 1_000_000},
    )

"""Judges a soak by what the servers have and what a reopened store says."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from agent_tui.model.outbox import NEEDS_DECISION, Filed, OutboxItem, OutboxState
from tests.faults.channels import Channels
from tests.faults.hands import Hands
from tests.faults.ledger import Ledger
from tests.faults.usage import MOST_GROWTH, Growth, percentile
from tests.faults.world import World

LONG_S = 600.0
"""Of a shorter run most is start-up, in which processes still grow; its few keys say nothing."""

_MOST_GROWTH_SOON = 0.6
_SLOWER = 2.0
_PART = 5  # the first and the last fifth of the keys
_LARGER = 1.3
"""The store may be so much larger than a fresh copy of what is in it."""

_SENDS = (
    "SELECT o.id, m.text FROM outbox o LEFT JOIN messages m ON m.id = o.message_id"
    " WHERE o.kind = 'send'"
)


@dataclass(slots=True)
class Findings:
    """The figures, and a line for all that was not as promised."""

    seconds: float
    arrivals: int = 0
    replies: int = 0  # by actions and at the screen
    refused: int = 0  # by actions, told in words
    faults: int = 0
    cut_off: int = 0  # ends of the screen while somebody typed
    twice: int = 0
    lost: int = 0
    uncertain: int = 0
    keys: int = 0
    before_ms: float = 0.0  # 95 of 100 keys at the beginning
    after_ms: float = 0.0  # and at the end
    store_mb: float = 0.0
    copy_mb: float = 0.0
    text_mb: float = 0.0
    grown: list[Growth] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether all was as promised."""
        return not self.problems

    def sentence(self) -> str:
        """The figures for a reader."""
        return (
            f"{self.seconds / 60:g} minutes: {self.arrivals} arrivals, {self.replies} replies"
            f" ({self.refused} refused in words), {self.faults} faults, {self.cut_off} ends while"
            f" typing: {self.twice} twice, {self.lost} lost, {self.uncertain} uncertain."
            f" {self.keys} keys, 95 % within {self.before_ms:.0f} ms at first and"
            f" {self.after_ms:.0f} ms at last. Store {self.store_mb:.1f} MB, a fresh copy"
            f" {self.copy_mb:.1f}, text {self.text_mb:.2f}. {'; '.join(map(str, self.grown))}."
            f" {len(self.problems)} problems."
        )

    def figures(self, seed: int) -> dict[str, object]:
        """The figures for a program."""
        return {
            "seconds": self.seconds,
            "arrivals": self.arrivals,
            "replies": self.replies,
            "faults": self.faults,
            "twice": self.twice,
            "lost": self.lost,
            "uncertain": self.uncertain,
            "p95_ms": [round(self.before_ms, 1), round(self.after_ms, 1)],
            "growth": {one.name.split()[0]: round(one.of_memory, 3) for one in self.grown},
            "problems": len(self.problems),
            "seed": seed,
        }


def judge(
    world: World,
    channels: Channels,
    ledger: Ledger,
    hands: Hands,
    grown: list[Growth],
    *,
    faults: int,
    seconds: float,
    settled: bool,
) -> Findings:
    """What became of everything, when all is quiet."""
    world.engine.stop()
    if world.postfix is not None:
        world.postfix.wait_until_empty()
    world.reopen()
    found = Findings(
        seconds,
        arrivals=len(ledger.wrote),
        replies=len(ledger.answered) + hands.sent,
        refused=ledger.refused,
        faults=faults,
        cut_off=hands.ended,
        grown=grown,
    )
    if not settled:
        found.problems.append("it does not come to an end in fair weather")
    found.problems += hands.problems
    _judge_arrivals(found, ledger)
    _judge_replies(found, world, channels, ledger)
    _judge_typed(found, world, hands)
    _judge_growth(found, hands)
    _judge_store(found, world.home.database)
    _judge_logs(found, world.home.path)
    return found


def _judge_arrivals(found: Findings, ledger: Ledger) -> None:
    for text, times in ledger.arrived().items():
        if times != 1:
            found.lost += not times
            found.twice += times > 1
            found.problems.append(f"'{text[:30]}' of {ledger.wrote[text]} is there {times} times")


def _judge_replies(found: Findings, world: World, channels: Channels, ledger: Ledger) -> None:
    mails, filed = world.sink.copies(), world.mailbox.filed()
    texts = {name: channels.got(name) for name in channels.providers}
    listed = {item.id for item in world.undecided()}
    said = {row["id"]: row["text"] for row in world.db.all(_SENDS)}
    items = [world.now_of(number) for number in said]
    for answer in ledger.answered:
        if answer.item not in said:
            found.lost += 1
            found.problems.append(f"'{answer.text}' was taken and is not in the outbox")
    for item in items:
        provider = texts.get(item.account)
        copies = mails.get(item.key, 0) if provider is None else provider[said[item.id].strip()]
        _judge_item(found, item, copies, filed.get(item.key, 0), listed=item.id in listed)
    keys = {item.key for item in items}
    strangers = [key for key in mails if key not in keys]
    found.problems += [f"the server has {key}, which nobody sent" for key in strangers]


def _judge_item(
    found: Findings, item: OutboxItem, copies: int, filed: int, *, listed: bool
) -> None:
    called = f"reply {item.id} by {item.account}"
    found.uncertain += item.state is OutboxState.UNCERTAIN
    if copies > 1 or filed > 1:
        found.twice += 1
        found.problems.append(f"{called}: {copies} copies with the customer, {filed} in Sent")
    wrong = ""
    match item.state:
        case OutboxState.SENT if not copies:
            wrong = "is called sent, and nobody has it"
        case OutboxState.FAILED if copies:
            wrong = "is called failed, and the customer has it"
        case state if state not in NEEDS_DECISION | {OutboxState.SENT}:
            wrong = f"was left as {state}"
        case state if state in NEEDS_DECISION and not listed:
            wrong = "is not listed for a decision"
    if wrong:
        found.lost += 1
        found.problems.append(f"{called} {wrong}: {item.problem}")
    if item.filed is Filed.WANTED:
        found.problems.append(f"the copy of {called} waits for ever")


def _judge_typed(found: Findings, world: World, hands: Hands) -> None:
    """What was on the screen for two seconds is in a draft or in one message."""
    drafts = [row["body"] for row in world.db.all("SELECT body FROM drafts")]
    sent = [
        row["text"]
        for row in world.db.all("SELECT text FROM messages WHERE direction = 'outbound'")
    ]
    for word in hands.typed:
        places = sum(word in text for text in drafts) + sum(word in text for text in sent)
        if places != 1:
            found.lost += not places
            found.twice += places > 1
            found.problems.append(f"'{word}' was typed and is there {places} times")


def _judge_growth(found: Findings, hands: Hands) -> None:
    most = MOST_GROWTH if found.seconds >= LONG_S else _MOST_GROWTH_SOON
    if not found.grown:
        found.problems.append("no process lived long enough to be watched")
    for one in found.grown:
        found.problems += one.problems(most)
    times = [key.seconds * 1000 for key in hands.keys]
    part = len(times) // _PART
    found.keys = len(times)
    found.before_ms = percentile(times[:part], 0.95)
    found.after_ms = percentile(times[-part:], 0.95) if part else 0.0
    if found.seconds >= LONG_S and found.after_ms > _SLOWER * found.before_ms:
        found.problems.append(
            f"keys took {found.before_ms:.0f} ms at first and {found.after_ms:.0f} at last"
        )


def _judge_store(found: Findings, path: Path) -> None:
    """How large it is against a fresh copy of the same rows, and whether it is sound."""
    with closing(sqlite3.connect(path)) as connection:
        sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
        octets = connection.execute("SELECT sum(length(text)) FROM messages").fetchone()[0] or 0
        fresh = path.with_name("fresh.db")
        connection.execute("VACUUM INTO ?", (str(fresh),))
    size = sum(one.stat().st_size for one in path.parent.glob(f"{path.name}*"))
    found.store_mb, found.copy_mb = size / 1e6, fresh.stat().st_size / 1e6
    found.text_mb = octets / 1e6
    if sound != "ok":
        found.problems.append(f"the store is damaged: {sound}")
    if size > _LARGER * fresh.stat().st_size and found.seconds >= LONG_S:
        found.problems.append(f"the store has {size / 1e6:.0f} MB, its copy {found.copy_mb:.0f}")


def _judge_logs(found: Findings, home: Path) -> None:
    """A mistake of ours would stand there."""
    for path in (*home.rglob("*.log"), *home.rglob("*.err")):
        times = path.read_text(errors="replace").count("Traceback")
        if times:
            found.problems.append(f"{path.name} has {times} tracebacks")

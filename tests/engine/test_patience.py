"""How long the answer to the step of no return is waited for, on a clock that a test turns."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from agent_tui.adapters import smtp
from agent_tui.adapters.contract import Commit, Effect, Receipt, Settled, Target, Unreachable
from agent_tui.adapters.server import Server
from agent_tui.adapters.smtp import SmtpSettings
from agent_tui.engine.attachments import fetch_wanted
from agent_tui.engine.delivery import deliver
from agent_tui.model.incoming import IncomingFile
from agent_tui.model.message import Delivery, FetchState
from agent_tui.model.outbox import OutboxState
from agent_tui.store import messages, outbox
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.fakes import (
    Deliver,
    FakeAdapter,
    Provider,
    after,
    desk,
    end,
    hang,
    hang_after_commit,
)
from tests.engine.world import customer_writes, now_of, reply, shown

S = OutboxState


class Hurried(selectors.DefaultSelector):
    """Never waits: what it should have waited is added to ``passed``."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            self.passed += timeout or 0
        return ready


def hurried(work: Callable[[], Coroutine[Any, Any, None]]) -> float:
    """Run ``work`` in a loop whose time passes at once; the seconds it took by that time."""
    selector = Hurried()

    class Loop(asyncio.SelectorEventLoop):
        def time(self) -> float:
            return selector.passed

    with asyncio.Runner(loop_factory=lambda: Loop(selector)) as runner:
        runner.run(work())
    return selector.passed


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(5, S.SENT), (59, S.SENT), (130, S.SENT), (590, S.SENT), (100_000, S.UNCERTAIN)],
)
def test_the_engine_waits_ten_minutes_and_more_for_the_answer(
    seconds: float, state: OutboxState, db: SqliteDatabase, tmp_path: Path
) -> None:
    async def slow(_: Provider, _effect: Effect, commit: Commit) -> Receipt:
        await commit()
        await asyncio.sleep(seconds)
        return Receipt()

    provider = Provider()
    provider.deliveries.append(slow)
    item = reply(db, customer_writes(db))

    async def delivered() -> None:
        taken = outbox.take(db, item)
        assert taken is not None
        await deliver(desk(db, tmp_path), FakeAdapter(provider), taken)

    passed = hurried(delivered)

    assert now_of(db, item).state is state
    assert passed >= min(seconds, 600)


@dataclass
class Told:
    """What stood beside a reply at each second of its delivery."""

    words: dict[int, str] = field(default_factory=dict)
    deliveries: set[Delivery] = field(default_factory=set)


def told_of(db: SqliteDatabase, tmp_path: Path, happens: Deliver, seconds: int) -> Told:
    """A reply's first ``seconds``, where ``happens`` is what its provider does."""
    provider = Provider()
    provider.deliveries.append(happens)
    item = reply(db, customer_writes(db))
    told = Told()

    async def looked_at() -> None:
        taken = outbox.take(db, item)
        assert taken is not None
        delivering = asyncio.create_task(deliver(desk(db, tmp_path), FakeAdapter(provider), taken))
        await asyncio.sleep(0.5)
        for second in range(seconds):
            delivery, told.words[second] = shown(db, item)
            told.deliveries.add(delivery)
            await asyncio.sleep(1)
        await end(delivering)

    hurried(looked_at)
    return told


def test_a_provider_that_does_not_take_a_reply_is_told_by_half_a_minute(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    told = told_of(db, tmp_path, hang, 60)

    assert told.words[29] == ""
    assert told.words[30].startswith("The provider of 'mail' has not taken this within 30 s.")
    assert "tried again by itself" in told.words[59]


def test_an_unanswered_dot_is_told_and_is_neither_failed_nor_sent_again(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    told = told_of(db, tmp_path, hang_after_commit, 600)

    assert told.words[29] == ""
    assert told.words[30].startswith("The provider of 'mail' was given this")
    assert "not sent again" in told.words[599]
    assert told.deliveries == {Delivery.SENDING}


def test_what_gets_on_slowly_is_told_of_its_last_step_only(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    async def slow(_: Provider, _effect: Effect, commit: Commit) -> Receipt:
        await asyncio.sleep(40)
        await commit()
        await asyncio.sleep(40)
        return Receipt()

    told = told_of(db, tmp_path, slow, 85)

    assert "has not taken this" in told.words[35]
    assert told.words[45] == ""
    assert "was given this" in told.words[75]
    assert told.words[84] == ""
    assert told.deliveries == {Delivery.SENDING, Delivery.SENT}


def test_a_look_for_what_was_broken_off_is_told_when_it_hangs(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    async def looks_for_ever(self: FakeAdapter, _effect: Effect) -> Settled:
        await asyncio.sleep(50)
        return Settled.UNKNOWN

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FakeAdapter, "settle", looks_for_ever)
        told = told_of(db, tmp_path, after(Unreachable("Gone.")), 55)

    assert "was given this" in told.words[30]
    assert told.words[54] == "Gone."


def test_a_file_that_does_not_come_is_told_by_half_a_minute_and_waited_for(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    class SlowFiles(FakeAdapter):
        async def fetch(self, target: Target, part: str) -> bytes:
            await asyncio.sleep(50)
            return b"here"

    conversation = customer_writes(db, files=(IncomingFile("2", "a.txt", "text/plain", 1),))
    (file,) = messages.of_conversation(db, conversation)[0].attachments
    messages.want_file(db, file.id)
    seen: list[tuple[FetchState, bool]] = []

    async def looked_at() -> None:
        fetching = asyncio.create_task(fetch_wanted(desk(db, tmp_path), SlowFiles(Provider())))
        for seconds in (29, 2, 20):
            await asyncio.sleep(seconds)
            now = messages.file(db, file.id)
            assert now is not None
            seen.append((now.state, "it is waited for" in now.problem))
        await fetching

    hurried(looked_at)

    assert seen == [
        (FetchState.WANTED, False),
        (FetchState.WANTED, True),
        (FetchState.HERE, False),
    ]


@dataclass
class SlowServer:
    """smtplib's session with a server that answers the dot after ``seconds``, if asked so long."""

    seconds: float
    patience: list[float] = field(default_factory=list)
    esmtp_features: Mapping[str, str] = field(default_factory=dict)

    @property
    def sock(self) -> "SlowServer":
        return self

    def settimeout(self, seconds: float) -> None:
        self.patience.append(seconds)

    def docmd(self, _command: str) -> tuple[int, bytes]:
        if self.patience[-1] < self.seconds:
            raise TimeoutError("timed out")
        return 250, b"taken"

    def shutdown(self, _how: int) -> None:
        """Hang up."""

    def close(self) -> None:
        """Nothing to let go of."""

    quit = close


def dot(seconds: float) -> None:
    """Say the final dot to a server that answers it after ``seconds``."""
    session = smtp._Session(SmtpSettings(Server("SMTP", "mail.test", 465, timeout=60), None))
    session._open = cast("Any", SlowServer(seconds))
    session.dot()


@pytest.mark.parametrize("seconds", [5, 59, 130, 590])
def test_the_smtp_session_waits_ten_minutes_for_the_answer_to_the_dot(seconds: float) -> None:
    dot(seconds)


def test_after_that_nobody_knows_whether_the_server_has_the_mail() -> None:
    with pytest.raises(Unreachable, match="nobody knows whether it has it"):
        dot(3_600)

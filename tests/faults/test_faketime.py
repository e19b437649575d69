"""The whole program on a machine whose clock is wrong, and a mail server whose clock is (F22).

libfaketime moves the wall clock of every process of the program, in Python and below it; the clock
that only goes forward is left alone, as it is on a machine whose time somebody set.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent_tui.model.clock import DAY, MINUTE, SECOND, Millis, system_clock
from agent_tui.model.outbox import OutboxItem, OutboxState
from tests.faults.servers import Mailbox, Postfix
from tests.faults.world import Servers, World

LIBRARY = next(map(str, Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), "")

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(not LIBRARY, reason="needs libfaketime: apt-get install libfaketime"),
]

LATER: Millis = 8 * SECOND
LATE: Millis = 60 * SECOND
"""What the promise allows a scheduled mail to be late by."""


@dataclass
class Fake:
    """The wall clock of the program: ours, set apart by ``offset``."""

    file: Path
    offset: Millis = 0

    def __call__(self) -> Millis:
        return system_clock() + self.offset

    def set_apart(self, offset: Millis) -> None:
        """From now on, for processes that run as for those that start."""
        self.offset = offset
        aside = self.file.with_suffix(".new")
        aside.write_text(f"{offset / SECOND:+.3f}\n")
        aside.replace(self.file)

    def env(self, zone: str) -> dict[str, str]:
        return {
            "LD_PRELOAD": LIBRARY,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",  # else the file is read at each look at the clock
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "TZ": zone,
        }


@contextmanager
def machine(offset: Millis = 0, zone: str = "UTC") -> Iterator[tuple[World, Fake]]:
    """A world whose program lives by a clock of its own, with an engine that serves it."""
    with tempfile.TemporaryDirectory(prefix="agent-tui-faketime-") as name:
        folder = Path(name)
        fake = Fake(folder / "time")
        fake.set_apart(offset)
        real = Servers(dovecot=not Mailbox.missing(), postfix=not Postfix.missing())
        world = World(folder, real, clock=fake, env=fake.env(zone))
        try:
            assert world.ready(), [
                tuple(row) for row in world.db.all("SELECT state, problem FROM accounts")
            ]
            yield world, fake
        finally:
            world.close()


def until(moment: str) -> Millis:
    """How far the clock has to be set to show ``moment``."""
    return int(datetime.fromisoformat(moment).astimezone(UTC).timestamp() * 1000) - system_clock()


def comes_in(world: World, texts: list[str], off: Millis = 0) -> None:
    """Mails arrive, each once."""
    world.deliver(texts, off)
    if world.mailbox.proxy is None:  # a Maildir tells nobody of new files
        world.engine.stop()
        world.engine.start()
    assert world.wait(lambda: all(world.arrived(texts).values()))
    assert world.arrived(texts) == dict.fromkeys(texts, 1)


def left_at(world: World, item: OutboxItem) -> Millis:
    """The program's time when the server had taken the scheduled mail."""
    assert world.wait(lambda: world.sink.copies().get(item.key, 0) > 0, 90)
    return world.clock()


def all_once(world: World, *items: OutboxItem) -> None:
    """In fair weather each of ``items`` is sent, and the server has it once."""
    assert world.settle(items)
    world.engine.stop()
    if world.postfix is not None:
        world.postfix.wait_until_empty()
    world.reopen()
    assert [world.now_of(item).state for item in items] == [OutboxState.SENT] * len(items)
    assert [world.sink.copies().get(item.key) for item in items] == [1] * len(items)


@pytest.mark.parametrize(
    ("moment", "zone"),
    [
        ("+2 days", "UTC"),
        ("-2 days", "UTC"),
        ("2038-01-19T03:14:00+00:00", "UTC"),  # 2**31 seconds are over within the run
        ("2026-10-25T00:59:55+00:00", "Europe/Berlin"),  # 3:00 is 2:00 again
        ("2027-03-28T00:59:55+00:00", "Europe/Berlin"),  # 2:00 is 3:00
    ],
)
def test_a_machine_with_another_time_sends_and_receives_all_once(moment: str, zone: str) -> None:
    days = {"+2 days": 2 * DAY, "-2 days": -2 * DAY}
    with machine(days[moment] if moment in days else until(moment), zone) as (world, fake):
        item = world.send("Now")
        later = world.send("Later", at=fake() + LATER)
        assert later.send_at is not None
        comes_in(world, ["One", "Two"])
        gone_at = left_at(world, later)
        assert 0 <= gone_at - later.send_at <= LATE
        listed = world.home.listed("status:open")
        assert {row["subject"].split()[0] for row in listed} >= {"Order"}
        all_once(world, item, later)


@pytest.mark.parametrize("step", [2 * DAY, -2 * DAY])
def test_a_clock_that_is_set_while_mails_wait_and_leave_sends_them_once(step: Millis) -> None:
    """What is to leave in a moment leaves: a step back must not keep it for two days, and none
    sends it twice."""
    with machine() as (world, fake):
        items = [world.send(f"Mail {number}", hold=2 * SECOND) for number in range(3)]
        fake.set_apart(step)
        comes_in(world, ["One", "Two"])
        assert world.wait(lambda: all(map(world.is_settled, items)), 90)
        fake.set_apart(0)
        comes_in(world, ["Three"])
        all_once(world, *items)


def test_a_mail_for_later_keeps_its_time_when_the_clock_is_put_right() -> None:
    """It was two days ahead and is put right: what was to leave at a time leaves at that time."""
    with machine(-2 * DAY) as (world, fake):
        fake.set_apart(0)
        later = world.send("Later", at=fake() + LATER)
        assert later.send_at is not None
        assert not world.sink.copies().get(later.key), "not before"
        gone_at = left_at(world, later)
        assert 0 <= gone_at - later.send_at <= LATE
        all_once(world, later)


@pytest.mark.parametrize("off", [2 * DAY, -2 * DAY])
def test_a_server_whose_clock_is_wrong_loses_nothing_and_the_list_goes_by_the_customers_time(
    off: Millis,
) -> None:
    with machine() as (world, fake):
        comes_in(world, ["Right 1"])
        comes_in(world, ["Wrong 1", "Wrong 2"], off)
        comes_in(world, ["Right 2"])
        later = world.send("Later", at=fake() + LATER)
        assert later.send_at is not None
        rows = world.db.all(
            "SELECT text, at FROM messages WHERE direction = 'inbound' ORDER BY at, id"
        )
        assert [row["text"].strip() for row in rows] == ["Right 1", "Wrong 1", "Wrong 2", "Right 2"]
        assert all(fake() - 2 * 60 * MINUTE < row["at"] <= fake() for row in rows)
        assert 0 <= left_at(world, later) - later.send_at <= LATE
        all_once(world, later)

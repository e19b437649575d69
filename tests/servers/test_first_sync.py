"""A first sync that is killed again and again: every mail arrives, and arrives once."""

import os
import random
import re
import sqlite3
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.program import LIMIT_S, Home
from tests.servers.imap_home import add_imap
from tests.servers.real import Dovecot, FaultProxy, User

pytestmark = pytest.mark.server

MAILS = 10_000
KILLS = 10
BATCH = 200
IN_FLIGHT = 3
"""Batches that a kill can cost: one being stored, one waiting, one being fetched."""

OVERHEAD = 1.25
"""What IMAP's own words add to mails as small as these: 1.23 measured without a kill."""


@dataclass(frozen=True, slots=True)
class Killer:
    """Ends processes within a batch of the store that they write."""

    store: sqlite3.Connection
    chance: random.Random

    def kill(self, process: "subprocess.Popen[bytes]", at: int) -> None:
        """Once ``at`` mails are stored, at a moment between two commits; it may not end before."""
        seen, since, gap = self._stored(), time.monotonic(), 0.0

        def reached() -> bool:
            nonlocal seen, since, gap
            stored = self._stored()
            if stored > seen:
                seen, gap, since = stored, time.monotonic() - since, time.monotonic()
            return stored >= at

        try:
            until(reached, process)
            time.sleep(self.chance.uniform(0, gap))
        finally:
            process.kill()
            process.wait()

    def _stored(self) -> int:
        count: int = self.store.execute("SELECT count(*) FROM locations").fetchone()[0]
        return count


def until(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    """Look again and again until ``condition`` holds while ``process`` is running."""
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert process.poll() is None, f"ended by itself with {process.returncode}"
        assert time.monotonic() < end, "nothing goes on"
        time.sleep(0.002)


def octets_sent(proxy: FaultProxy) -> int:
    """What the server has sent through ``proxy`` so far."""
    told = re.search(r"down=(\d+)", proxy.say("stat"))
    assert told is not None
    return int(told[1])


@pytest.mark.xdist_group("first-sync")
def test_a_first_sync_killed_ten_times_takes_every_mail_once(
    tmp_path: Path, dovecot: Dovecot, user: User, fault_proxy: FaultProxy
) -> None:
    seed = int(os.environ.get("AGENT_TUI_SEED", time.time_ns() % 1_000_000))
    print(f"AGENT_TUI_SEED={seed}")  # noqa: T201 - pytest shows it when the test fails
    chance = random.Random(seed)
    dovecot.seed(user, MAILS)
    mails = dovecot.base / "mail" / user.name / "mail" / "cur"
    octets = sum(path.stat().st_size for path in mails.iterdir())
    home = Home(tmp_path, {"MAIL_PASSWORD": user.password})
    add_imap(home, dovecot, user, port=fault_proxy.port)
    assert home.listed() == []

    with home.store() as store:
        killer = Killer(store, chance)
        for kill, at in enumerate(sorted(chance.sample(range(MAILS - 2 * BATCH), KILLS))):
            killer.kill(home.start(*(("engine",) if kill % 2 else ("sync", "--once"))), at)
            assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    last = home.run("sync", "--once")

    assert last.code == 0, last.err
    assert home.rows("SELECT count(*), count(DISTINCT remote_id) FROM locations") == [
        (MAILS, MAILS)
    ]
    assert home.rows("SELECT count(*), count(DISTINCT message_id) FROM messages") == [
        (MAILS, MAILS)
    ]
    assert home.rows("SELECT count(DISTINCT message_id) FROM locations") == [(MAILS,)]
    assert home.rows("SELECT sum(messages) FROM conversations") == [(MAILS,)]
    assert home.rows("PRAGMA integrity_check") == [("ok",)]
    assert sum(row["messages"] for row in home.listed("order")) == MAILS, "all can be searched"
    again = KILLS * IN_FLIGHT * BATCH / MAILS
    most = octets * OVERHEAD * (1 + again)
    assert octets_sent(fault_proxy) < most, "nothing is fetched again but what was in flight"
    assert home.run("sync", "--once").out == "mail: 0 new messages, 0 delivered.\n"

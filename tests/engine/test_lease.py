"""One engine serves an account; nobody waits for a dead one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent_tui.engine import lease
from agent_tui.engine.lease import LIFETIME, Leases
from agent_tui.store import accounts
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import Now

WITH_PROC = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")


@pytest.fixture
def first(db: SqliteDatabase, now: Now) -> Leases:
    return Leases(db, now)


@pytest.fixture
def second(db: SqliteDatabase, now: Now) -> Leases:
    return Leases(db, now)


def leave_to(db: SqliteDatabase, now: Now, who: str, beside: Leases) -> None:
    """The engine's lease is held by ``who``, a process on the machine of ``beside``."""
    machine = beside.holder.rsplit(":", 2)[0]
    accounts.take_lease(db, "engine", f"{machine}:{who}", now.at, now.at + LIFETIME)


def test_a_lease_is_held_by_one(first: Leases, second: Leases) -> None:
    assert first.take("engine")
    assert not second.take("engine")
    assert first.holds("engine")
    assert not second.holds("engine")


def test_a_lease_that_was_not_renewed_can_be_taken(first: Leases, second: Leases, now: Now) -> None:
    first.take("engine")
    now.at += LIFETIME

    assert second.take("engine")
    assert not first.holds("engine")


def test_a_lease_that_ran_out_while_a_laptop_slept_is_still_ours_if_nobody_took_it(
    first: Leases, second: Leases, now: Now
) -> None:
    first.take("engine")
    now.at += LIFETIME

    assert first.holds("engine")
    assert not second.take("engine")


def test_a_lease_that_was_given_back_is_not_ours(first: Leases) -> None:
    first.take("engine")
    first.release("engine")

    assert not first.holds("engine")


def test_renewing_keeps_a_lease_beyond_its_time(first: Leases, second: Leases, now: Now) -> None:
    first.take("engine")
    now.at += LIFETIME - 1
    first.renew()
    now.at += LIFETIME - 1

    assert not second.take("engine")


def test_renewing_tells_what_was_lost(first: Leases, second: Leases, now: Now) -> None:
    first.take("engine")
    first.take("account:mail")
    now.at += LIFETIME
    second.take("account:mail")

    assert first.renew() == ["account:mail"]
    assert first.renew() == []
    assert first.holds("engine")


def test_a_released_lease_can_be_taken_at_once(first: Leases, second: Leases) -> None:
    first.take("engine")
    first.release_all()

    assert second.take("engine")


def test_the_other_holder_is_told_as_a_process(first: Leases, second: Leases) -> None:
    first.take("engine")

    assert (second.other("engine") or "").startswith("process ")
    assert first.other("engine") is None


def test_the_lease_of_a_killed_process_of_this_machine_is_free_at_once(
    db: SqliteDatabase, first: Leases, now: Now
) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    leave_to(db, now, f"{gone.pid}:x", first)

    assert not first.after_death
    assert first.take("engine")
    assert first.after_death


def test_who_has_ended_serves_nobody_and_who_lives_does(
    db: SqliteDatabase, first: Leases, now: Now
) -> None:
    gone = subprocess.Popen([sys.executable, "-c", "import os; os._exit(0)"])
    gone.wait()
    leave_to(db, now, f"{gone.pid}:x", first)
    first.take("account:mail")

    assert lease.living(db, "engine", now.at) is None
    assert lease.living(db, "account:mail", now.at) == first.holder
    assert lease.living(db, "account:chat", now.at) is None


@WITH_PROC
def test_a_process_that_was_given_the_number_of_a_dead_one_holds_nothing_for_it(
    db: SqliteDatabase, first: Leases, now: Now
) -> None:
    leave_to(db, now, f"{os.getpid()}:1-x", first)

    assert first.take("engine")


@WITH_PROC
def test_nobody_waits_for_one_whose_parent_has_not_heard_of_the_end(
    db: SqliteDatabase, first: Leases, now: Now
) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, gone.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and is not buried
    leave_to(db, now, f"{gone.pid}:x", first)
    try:
        assert first.take("engine")
    finally:
        gone.wait()


def test_a_process_of_another_machine_is_believed_to_live(
    db: SqliteDatabase, first: Leases, now: Now
) -> None:
    accounts.take_lease(db, "engine", "elsewhere/:999999:x", now.at, now.at + LIFETIME)

    assert not first.take("engine")


def test_each_account_has_a_lease_of_its_own() -> None:
    assert lease.of_account("shop") == "account:shop"

"""A first sync from a real server: messages for each second of the engine's own work."""

import resource
from pathlib import Path

import pytest

from tests.bench.figures import show
from tests.program import Home
from tests.servers.imap_home import add_imap
from tests.servers.real import Dovecot, User

pytestmark = [pytest.mark.bench, pytest.mark.server]

MAILS = 10_000


def cpu_of_children() -> float:
    """Seconds of processor that commands which have ended took, start-up included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_first_sync(tmp_path: Path, dovecot: Dovecot, user: User) -> None:
    dovecot.seed(user, MAILS)
    home = Home(tmp_path, {"MAIL_PASSWORD": user.password})
    add_imap(home, dovecot, user)

    before = cpu_of_children()
    done = home.run("sync", "--once")
    seconds = cpu_of_children() - before

    assert done.code == 0, done.err
    assert home.rows("SELECT count(*) FROM messages") == [(MAILS,)]
    assert sum(row["messages"] for row in home.listed("order")) == MAILS, "all can be searched"
    head = ["mails", "CPU", "a second of CPU"]
    show("First sync", head, [[f"{MAILS:,}", f"{seconds:.1f} s", f"{MAILS / seconds:.0f}"]])

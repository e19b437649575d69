"""A mailbox numbered anew, in six ways: nothing doubles, all that agents did stays."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from agent_tui.actions import reply
from agent_tui.actions.action import Context
from agent_tui.actions.registry import perform
from agent_tui.content.mail import Mail
from agent_tui.content.mime import read_mail
from agent_tui.engine import sync
from agent_tui.model.clock import system_clock
from agent_tui.model.draft import DraftKind
from agent_tui.model.message import Direction
from agent_tui.store import accounts, drafts
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.fakes import desk
from tests.factory import listed, mail_account
from tests.servers.imap_account import adapter, mail
from tests.servers.real import Dovecot, User

pytestmark = pytest.mark.server

ACCOUNT = "mail"
COUNT = 8


def folder(dovecot: Dovecot, user: User) -> Path:
    return dovecot.base / "mail" / user.name / "mail"


def renumber(dovecot: Dovecot, user: User, validity: Callable[[int], int]) -> None:
    """Give the INBOX another UIDVALIDITY, as a server that was moved or lost its index does."""
    uids = folder(dovecot, user) / "dovecot-uidlist"
    first, _, rest = uids.read_text().partition("\n")
    words = [
        f"V{validity(int(word[1:]))}" if word.startswith("V") else word for word in first.split()
    ]
    fresh = uids.with_suffix(".new")
    fresh.write_text("\n".join([" ".join(words), rest]))
    shutil.copymode(uids, fresh)
    stat = uids.stat()
    shutil.chown(fresh, stat.st_uid, stat.st_gid)
    fresh.replace(uids)
    for index in folder(dovecot, user).glob("dovecot.index*"):
        index.unlink()


def remove(dovecot: Dovecot, user: User, count: int) -> None:
    """Take ``count`` mails away behind the server's back."""
    lying = [p for sub in ("new", "cur") for p in sorted((folder(dovecot, user) / sub).iterdir())]
    for path in lying[:count]:
        path.unlink()


def deliver(dovecot: Dovecot, user: User, name: str, count: int = COUNT) -> None:
    """Mails with a Message-ID each, but for two equal ones that have none."""
    for number in range(count - 2):
        dovecot.deliver(mail(f"{name} {number}", message_id=f"{name}{number}"), user)
    for _ in range(2):
        bare: EmailMessage = mail(f"{name} without an id")
        del bare["Message-ID"]
        dovecot.deliver(bare, user)


async def pull(
    db: SqliteDatabase, dovecot: Dovecot, user: User, mailboxes: Sequence[str] = ("INBOX",)
) -> None:
    """One pull, stored as the engine does."""
    account = adapter(dovecot, user, mailboxes=list(mailboxes))
    place = desk(db, dovecot.base)
    own = replace(place.owner, own=frozenset({user.address}))
    await sync.pull(replace(place, account=ACCOUNT, owner=own, clock=system_clock), account, 60)
    await account.close()


def number_of(db: SqliteDatabase) -> int:
    """The UIDVALIDITY by which the INBOX was taken last."""
    found: int = json.loads(accounts.cursors(db, ACCOUNT)["INBOX"])["uidvalidity"]
    return found


def untold(db: SqliteDatabase) -> str:
    """What the agent was told of the account and has not read."""
    account = accounts.get(db, ACCOUNT)
    assert account is not None
    return "" if account.notice_read else account.notice


def messages_called(db: SqliteDatabase, name: str) -> int:
    row = db.one(
        "SELECT count(*) AS n FROM messages WHERE direction = :inbound AND subject LIKE :name",
        {"inbound": Direction.INBOUND, "name": f"{name} %"},
    )
    return int(row["n"]) if row else 0


@pytest.mark.parametrize(
    ("kind", "validity", "gone", "new"),
    [
        ("the same mails", lambda v: v + 1, 0, False),
        ("all others", lambda v: v + 1, COUNT, True),
        ("half of them others", lambda v: v + 1, COUNT // 2, True),
        ("a smaller number", lambda v: v - 1000, 0, False),
        ("at each pull", lambda v: v + 1, 0, False),
        ("no number", lambda _: 0, 0, False),
    ],
)
async def test_a_mailbox_numbered_anew_doubles_nothing_and_keeps_what_agents_did(
    kind: str,
    validity: Callable[[int], int],
    gone: int,
    new: bool,
    dovecot: Dovecot,
    user: User,
    db: SqliteDatabase,
) -> None:
    mail_account(db)
    deliver(dovecot, user, "old")
    await pull(db, dovecot, user)
    assert messages_called(db, "old") == COUNT
    assert untold(db) == ""
    context = Context(db, "maria", system_clock, {})
    target = next(c for c in listed(db) if c.subject == "old 5")
    perform("label", context, [target.id], {"labels": "repair"})
    perform("assign", context, [target.id], {"agent": "me"})
    perform("note", context, [target.id], {"text": "Ask the workshop."})
    begun = reply.start(context, target, DraftKind.REPLY)
    drafts.save(db, replace(begun, body="Half a sen"))
    conversations = len(listed(db))

    for _ in range(3 if kind == "at each pull" else 1):
        before = number_of(db)
        remove(dovecot, user, gone)
        renumber(dovecot, user, validity)
        if new:
            deliver(dovecot, user, "new")
        await pull(db, dovecot, user)
        assert number_of(db) != before
        assert "INBOX was numbered anew; nothing is lost." in untold(db)
        accounts.read_notices(db)
        await pull(db, dovecot, user)
        assert untold(db) == "", "it is told once for each time"

    assert messages_called(db, "old") == COUNT
    assert messages_called(db, "new") == (COUNT if new else 0)
    assert len(listed(db)) == conversations + (COUNT if new else 0)
    kept = next(c for c in listed(db) if c.id == target.id)
    assert (kept.labels, kept.assignee, kept.messages) == (("repair",), "maria", 2)
    assert [draft.body for draft in drafts.of_agent(db, "maria")] == ["Half a sen"]


async def test_equal_mails_and_reused_ids_are_all_there_once_after_ten_pulls(
    dovecot: Dovecot, user: User, db: SqliteDatabase
) -> None:
    """Three equal ones without a Message-ID, one in two mailboxes, and an id used twice."""
    mail_account(db)
    bare = mail("twin of three")
    del bare["Message-ID"]
    for _ in range(3):
        dovecot.deliver(bare, user)
    dovecot.deliver(mail("reused one", "The zip broke.", message_id="reused"), user)
    dovecot.deliver(mail("reused two", "Where is my order?", message_id="reused"), user)
    both = mail("both places", message_id="both")
    dovecot.deliver(both, user)
    with dovecot.session(user) as other:
        other.create("Orders")
        other.append("Orders", "", "", both.as_bytes())

    for _ in range(10):
        await pull(db, dovecot, user, mailboxes=["INBOX", "Orders"])

    found = {name: messages_called(db, name) for name in ("twin", "reused", "both")}
    assert found == {"twin": 3, "reused": 2, "both": 1}


async def test_poison_is_kept_raw_listed_and_fetched_once_and_the_others_arrive(
    dovecot: Dovecot, user: User, db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []

    def reading(raw: bytes) -> Mail:
        if b"Subject: poison" in raw:
            read.append(raw)
            raise RecursionError
        return read_mail(raw)

    monkeypatch.setattr("agent_tui.adapters.mail.read_mail", reading)
    mail_account(db)
    deliver(dovecot, user, "before")
    dovecot.deliver(mail("poison", message_id="poison"), user)
    deliver(dovecot, user, "after")

    for _ in range(5):
        await pull(db, dovecot, user)

    assert len(read) == 1
    assert (messages_called(db, "before"), messages_called(db, "after")) == (COUNT, COUNT)
    (row,) = db.all("SELECT raw, notes FROM messages WHERE raw IS NOT NULL")
    assert b"Subject: poison" in row["raw"]
    assert "could not be read" in row["notes"]
    assert len(listed(db)) == 2 * COUNT + 1

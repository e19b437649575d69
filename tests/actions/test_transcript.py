"""A conversation as text for a file or a mail."""

from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from agent_tui.actions.action import ActionError
from agent_tui.actions.registry import perform
from agent_tui.actions.transcript import mail_draft, transcript
from agent_tui.cli.transcript import write_new
from agent_tui.model.account import Capabilities
from agent_tui.model.clock import MINUTE
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.model.draft import DraftKind
from agent_tui.model.incoming import Deletion, Edit, IncomingFile, Sender
from agent_tui.model.message import Address, Body, Direction
from agent_tui.store import drafts
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import (
    CHAT,
    MAIL,
    START,
    Desk,
    changed,
    chat,
    incoming,
    listed,
    mail_account,
    only,
    receive,
)
from tests.program import Home

ZONE = timezone(timedelta(hours=2), "CEST")


def test_a_transcript_tells_who_said_what_and_when(db: SqliteDatabase) -> None:
    file = IncomingFile("1", "parcel.jpg", "image/jpeg", 9)
    receive(
        db,
        chat("Hello?", at=START, remote_id="$a", files=(file,)),
        chat("We look.", at=START + MINUTE, remote_id="$b", direction=Direction.OUTBOUND),
        chat("oops", at=START + 2 * MINUTE, remote_id="$c"),
        chat("She is angry.", at=START + 3 * MINUTE, direction=Direction.NOTE),
    )
    changed(
        db,
        edits=(Edit("$b", Body("We look into it."), START + 4 * MINUTE),),
        deletions=(Deletion("$c", START + 5 * MINUTE),),
    )

    text = transcript(db, only(db), ZONE)

    assert text == (
        "Conversation with Ada\nCustomer: Ada\nBy: chat, mail\n"
        "From 2026-09-21 16:13 CEST to 2026-09-21 16:15 CEST\n\n"
        "[2026-09-21 16:13 CEST] Ada:\nHello?\n(file: parcel.jpg)\n\n"
        "[2026-09-21 16:14 CEST] Shop (edited 2026-09-21 16:17 CEST):\nWe look into it.\n\n"
        "[2026-09-21 16:15 CEST] Ada:\n(deleted 2026-09-21 16:18 CEST)\n"
    )


def test_what_has_not_arrived_is_said_so(db: SqliteDatabase) -> None:
    desk = Desk(db)
    mail_account(db, CHAT)
    receive(db, chat("Hello?"))
    perform("reply", desk.context, [only(db).id], {"text": "Hi"})

    assert "Shop (on its way):\nHi" in transcript(db, only(db), ZONE)


def test_a_mail_with_it_goes_to_the_customers_address(db: SqliteDatabase) -> None:
    mail_account(db)
    receive(db, incoming(name="Ada"))

    draft, told = mail_draft(Desk(db).context, only(db))

    assert told == "A mail to ada@customer.example from 'mail' is ready to be sent."
    assert drafts.get(db, draft.id) == draft
    assert (draft.kind, draft.conversation_id) == (DraftKind.NEW, None)
    assert draft.subject == "Transcript: Parcel"
    assert draft.recipients.to == (Address("Ada", "ada@customer.example"),)
    assert "Where is my parcel?" in draft.body


def test_an_address_that_is_only_claimed_is_named_so(db: SqliteDatabase) -> None:
    mail_account(db, CHAT)
    mail_account(db, MAIL, name="post")
    claims = ((IdentityKind.EMAIL, "ada@home.example"),)
    sender = Sender(IdentityKind.HANDLE, "@ada:chat.example", "Ada", claims)
    receive(db, replace(chat(), sender=sender))

    draft, told = mail_draft(Desk(db).context, only(db))

    assert told.startswith("Ada says that ada@home.example is theirs, which nobody has verified")
    assert draft.account == "post"
    assert draft.recipients.to == (Address("Ada", "ada@home.example"),)


def test_without_an_address_or_an_account_that_can_there_is_no_mail(db: SqliteDatabase) -> None:
    mail_account(db, CHAT)
    receive(db, chat())
    with pytest.raises(ActionError, match="No mail address of Ada is known"):
        mail_draft(Desk(db).context, only(db))

    mail_account(db, Capabilities(Channel.MAIL))
    receive(db, incoming())
    (mail,) = listed(db, "channel:mail")
    with pytest.raises(ActionError, match="No account can send mail"):
        mail_draft(Desk(db).context, mail)


def test_the_command_prints_it_or_writes_a_new_private_file(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.database.parent.mkdir(parents=True)
    db = SqliteDatabase(home.database)
    receive(db, chat("Hello\x1b]0;x\x07?"))
    db.close()
    file = tmp_path / "it.txt"

    printed = home.run("transcript", "1")
    written = home.run("transcript", "1", "--output", str(file))
    again = home.run("transcript", "1", "--output", str(file))

    assert printed.code == 0, printed.err
    assert printed.out.startswith("Conversation with Ada\n")
    assert "\x1b" not in printed.out
    assert (written.code, written.out) == (0, "")
    assert file.read_text() == printed.out
    assert file.stat().st_mode & 0o077 == 0
    assert (again.code, again.out) == (1, "")
    assert again.err == f"agent-tui: {file} is there already; choose another name.\n"
    assert home.run("transcript", "7").err.startswith("agent-tui: There is no conversation 7;")


def test_a_file_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ActionError, match="cannot be written: no such file or directory"):
        write_new(tmp_path / "nowhere" / "it.txt", "text")

"""The main job, end to end: the installed program on a terminal, a real IMAP and SMTP server."""

import json
import re
import subprocess
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any

import pytest

from tests.servers.real import Dovecot, Postfix, Sink, User, eventually
from tests.terminal import Terminal, agent_tui, environment

pytestmark = pytest.mark.server

CUSTOMER = "ada.park@customer.test"

CANNED = """+++
name = "refund"
title = "Refund on its way"
+++
Hello {{ customer.first_name | default: "there" }},

we have refunded {{ ask "Refund amount" }} to your card.

{{ agent.name }}
"""


def furnish(home: Path, dovecot: Dovecot, postfix: Postfix, user: User) -> None:
    """Settings, one account and one canned reply."""
    accounts = home / "config" / "accounts"
    accounts.mkdir(parents=True)
    (home / "config" / "config.toml").write_text(
        '[agent]\nhandle = "maria"\nname = "Maria"\n[undo_seconds]\nmail = 1\n'
    )
    (home / "config" / "canned").mkdir()
    (home / "config" / "canned" / "refund.md").write_text(CANNED)
    (accounts / "mail.toml").write_text(
        f'adapter = "imap"\naddress = "{user.address}"\nname = "Example Support"\n'
        f'host = "localhost"\nport = {dovecot.imaps}\nsecurity = "tls"\nuser = "{user.name}"\n'
        f'smtp_host = "localhost"\nsmtp_port = {postfix.submissions}\nsmtp_security = "tls"\n'
        f'ca_file = "{home}/ca.pem"\npassword = {{ env = "MAIL_PASSWORD" }}\n'
    )
    authorities = dovecot.ca.read_text() + postfix.ca.read_text()
    (home / "ca.pem").write_text(authorities)
    for folder in (home, home / "config", accounts):
        folder.chmod(0o700)


def customer_mail(user: User, text: str, *, answers: str | None = None) -> EmailMessage:
    """What the customer writes."""
    mail = EmailMessage()
    mail["From"] = f"Ada Park <{CUSTOMER}>"
    mail["To"] = user.address
    mail["Subject"] = "Re: My zip broke" if answers else "My zip broke"
    mail["Message-ID"] = f"<{len(text)}.{user.name}@customer.test>"
    if answers:
        mail["In-Reply-To"] = answers
    mail.set_content(text)
    return mail


def at_customer(sink: Sink, user: User) -> list[Message]:
    """What has reached the customer from this test's user."""
    return [m for m in sink.mails() if user.address in m["From"] and CUSTOMER in m["X-Rcpt-To"]]


def listed(home: Path, *query: str) -> list[dict[str, Any]]:
    """What ``agent-tui list`` prints."""
    command = agent_tui("list", *query, "--json")
    done = subprocess.run(
        command, env=environment(home), capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_mail_is_read_answered_filed_resolved_and_reopened(
    tmp_path: Path, dovecot: Dovecot, postfix: Postfix, open_sink: Sink, user: User
) -> None:
    furnish(tmp_path, dovecot, postfix, user)
    env = environment(tmp_path, MAIL_PASSWORD=user.password)

    with Terminal(agent_tui(), env=env, cols=100, rows=30) as screen:
        screen.wait_for("Inbox")
        dovecot.deliver(customer_mail(user, "The zip of my bag broke."), user)
        screen.wait_for("My zip broke")
        screen.press("\r")
        screen.wait_for("The zip of my bag broke")
        with dovecot.session(user) as imap:
            assert imap.search(None, "UNSEEN")[1][0].split() == [b"1"], "reading left it unseen"

        screen.press(";")
        screen.wait_for("Refund on its way")
        screen.press("refund", "\r")
        screen.wait_for("^ ?Refund amount:")
        screen.press("19.90 EUR", "\r")
        screen.wait_for("we have refunded 19.90 EUR")
        screen.press("\x13")
        eventually(lambda: len(at_customer(open_sink, user)) == 1, "the customer has the answer")
        (answer,) = at_customer(open_sink, user)
        assert answer["In-Reply-To"] == f"<24.{user.name}@customer.test>"

        def copies() -> int:
            with dovecot.session(user, "Sent") as imap:
                found = imap.search(None, "HEADER", "Message-ID", f'"{answer["Message-ID"]}"')
            return len(found[1][0].split())

        eventually(lambda: copies() == 1, "one copy lies in Sent")

        screen.press(":")
        screen.wait_for("^ ?:")
        screen.press("view All", "\r")
        screen.wait_for("^ All 1")
        screen.press("e")
        screen.wait_for("#1 resolved")

        def archived() -> bool:
            with dovecot.session(user, "Archive") as imap:
                return bool(imap.search(None, "ALL")[1][0].split() == [b"1"])

        eventually(archived, "the server archived it")
        assert [c["status"] for c in listed(tmp_path)] == ["resolved"]

        dovecot.deliver(
            customer_mail(user, "Thanks, it has arrived.", answers=answer["Message-ID"]), user
        )
        eventually(
            lambda: [c["status"] for c in listed(tmp_path)] == ["open"],
            "the customer's answer reopens it",
        )
        (conversation,) = listed(tmp_path)
        assert conversation["messages"] == 3
        screen.press("q")
        assert screen.wait_for_exit() == 0

    assert len(at_customer(open_sink, user)) == 1
    assert copies() == 1
    assert not re.search("Traceback", screen.text())

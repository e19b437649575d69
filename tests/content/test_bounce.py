"""Bounces of the common servers say which mail came back, from whom and why."""

from agent_tui.content.bounce import read_bounce
from agent_tui.model.incoming import Bounce

POSTFIX = b"""\
Return-Path: <>
From: MAILER-DAEMON@mx.shop.example (Mail Delivery System)
To: support@shop.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="B"
Message-Id: <20261130.4711@mx.shop.example>

--B
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.shop.example
X-Postfix-Sender: rfc822; support@shop.example

Final-Recipient: rfc822; ada@customer.example
Original-Recipient: rfc822;ada@customer.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.customer.example
Diagnostic-Code: smtp; 550 5.1.1 <ada@customer.example>: Recipient address
    rejected: User unknown

--B
Content-Type: text/rfc822-headers

From: Shop <support@shop.example>
To: ada@customer.example
Subject: Re: Parcel
Message-ID: <ours@shop.example>

--B--
"""

EXIM = b"""\
Return-path: <>
From: Mail Delivery System <Mailer-Daemon@mx.shop.example>
To: support@shop.example
Subject: Mail delivery failed: returning message to sender
X-Failed-Recipients: ada@customer.example, bob@customer.example
Message-Id: <E1@mx.shop.example>

This message was created automatically by mail delivery software.

------ This is a copy of the message, including all the headers. ------

Received: from localhost
From: Shop <support@shop.example>
Message-ID: <ours@shop.example>
"""


def test_a_report_names_the_mail_the_recipient_and_the_servers_words() -> None:
    why = "550 5.1.1 <ada@customer.example>: Recipient address rejected: User unknown"
    found = read_bounce(POSTFIX)
    assert found == Bounce("ours@shop.example", (("ada@customer.example", why),))
    assert read_bounce(POSTFIX.replace(b"\n", b"\r\n")) == found


def test_the_whole_mail_that_came_back_names_itself_too() -> None:
    whole = POSTFIX.replace(b"text/rfc822-headers", b"message/rfc822")
    found = read_bounce(whole)
    assert found is not None
    assert found.message_id == "ours@shop.example"


def test_a_delay_is_no_failure() -> None:
    late = POSTFIX.replace(b"Action: failed", b"Action: delayed").replace(b"5.1.1", b"4.4.1")
    found = read_bounce(late)
    assert found is not None
    assert found.failed == ()
    assert [who for who, _ in found.delayed] == ["ada@customer.example"]


def test_what_was_delivered_is_neither() -> None:
    found = read_bounce(POSTFIX.replace(b"Action: failed", b"Action: delivered"))
    assert found == Bounce("ours@shop.example")


def test_an_older_bounce_says_who_and_names_the_mail_in_its_text() -> None:
    both = (("ada@customer.example", ""), ("bob@customer.example", ""))
    assert read_bounce(EXIM) == Bounce("ours@shop.example", both)


def test_what_names_no_mail_of_ours_is_told_of_by_itself_only() -> None:
    assert read_bounce(POSTFIX.replace(b"Message-ID: <ours@shop.example>\n", b"")) is None


def test_a_customers_mail_that_holds_a_report_is_no_bounce() -> None:
    assert (
        read_bounce(
            POSTFIX.replace(b"multipart/report", b"multipart/mixed", 1)
            .replace(b"MAILER-DAEMON", b"ada")
            .replace(b"Undelivered Mail", b"Fwd: mail")
            .replace(b"Return-Path: <>\n", b"")
        )
        is None
    )


def test_hostile_fields_are_made_safe() -> None:
    found = read_bounce(POSTFIX.replace(b"User unknown", b"\x1b]0;pwned\x07"))
    assert found is not None
    assert "\x1b" not in str(found)

"""Read mail becomes messages with the right side, time and thread, and never stops a mailbox."""

import pytest

from agent_tui.adapters import mail as mail_module
from agent_tui.adapters.mail import Own, Place, read
from agent_tui.model.clock import DAY
from agent_tui.model.incoming import Flags
from agent_tui.model.message import Direction

ARRIVED = 1_795_000_000_000  # 2026-11-18T11:06:40Z
OWN = Own.of(["support@example.test", "Sales@Example.test", ""])
PLACE = Place("7:42", ARRIVED, Flags(seen=True))


def raw(*fields: str, body: str = "Hello") -> bytes:
    """A mail with these header fields."""
    return "\r\n".join([*fields, "", body]).encode()


def test_where_a_mail_lies_and_what_it_says_is_taken_over() -> None:
    message = read(
        raw("From: Ada <Ada@Shop.test>", "Subject: Order", "Message-ID: <a@shop.test>"), PLACE, OWN
    )

    assert (message.remote_id, message.flags, message.subject) == ("7:42", PLACE.flags, "Order")
    assert (message.sender.value, message.sender.name) == ("ada@shop.test", "Ada")
    assert (message.message_id, message.body.text.strip()) == ("a@shop.test", "Hello")
    assert message.raw is None


@pytest.mark.parametrize(
    ("sender", "direction"),
    [
        ("support@example.test", Direction.OUTBOUND),
        ("Sales <SALES@example.TEST>", Direction.OUTBOUND),
        ("ada@shop.test", Direction.INBOUND),
        ("support@example.test.evil.test", Direction.INBOUND),
    ],
)
def test_mail_from_our_own_addresses_is_outbound(sender: str, direction: Direction) -> None:
    assert read(raw(f"From: {sender}"), PLACE, OWN).direction is direction


def test_a_mail_without_a_sender_is_inbound() -> None:
    assert read(raw("Subject: x"), PLACE, OWN).direction is Direction.INBOUND


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Wed, 18 Nov 2026 10:06:40 +0000", ARRIVED - 3_600_000),
        ("Thu, 19 Nov 2026 11:06:40 +0000", ARRIVED + DAY),
        ("Wed, 18 Nov 2009 11:06:40 +0000", 1_258_542_400_000),
        ("Sat, 21 Nov 2026 11:06:40 +0000", ARRIVED),
        ("Thu, 01 Jan 1970 00:00:00 +0000", ARRIVED),
        ("Fri, 31 Dec 9999 23:59:59 +0000", ARRIVED),
        ("yesterday", ARRIVED),
        ("", ARRIVED),
    ],
)
def test_the_date_is_believed_unless_it_cannot_be(date: str, at: int) -> None:
    assert read(raw("From: a@b.test", f"Date: {date}"), PLACE, OWN).at == at


def test_the_thread_ends_with_what_is_answered_and_names_each_mail_once() -> None:
    message = read(
        raw("References: <1@x.test> <2@x.test> <3@x.test>", "In-Reply-To: <2@x.test>"), PLACE, OWN
    )

    assert message.references == ("1@x.test", "3@x.test", "2@x.test")


@pytest.mark.parametrize(
    "field", ["Auto-Submitted: auto-replied", "Precedence: bulk", "List-Id: <l.example.test>"]
)
def test_automatic_mail_is_marked(field: str) -> None:
    assert read(raw("From: a@b.test", field), PLACE, OWN).automatic


def test_a_mail_that_breaks_the_reader_is_kept_as_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_raw: bytes) -> None:
        raise RecursionError

    monkeypatch.setattr(mail_module, "read_mail", broken)

    message = read(b"poison", PLACE, OWN)

    assert message.raw == b"poison"
    assert message.notes == (
        "This mail could not be read (RecursionError); it is kept as it came.",
    )
    assert (message.remote_id, message.at) == ("7:42", ARRIVED)
    assert message.content_hash != read(b"other poison", PLACE, OWN).content_hash

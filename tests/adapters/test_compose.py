"""What leaves is a correct mail, whatever stood in the fields it was made of."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.adapters.compose import copy_to_keep, letter, wire_address
from agent_tui.adapters.contract import Refused
from agent_tui.model.incoming import Outgoing
from agent_tui.model.message import Address, Recipients

KEY = "unguessable@example.test"
ADA = Address("Ada Customer", "ada@shop.test")


def outgoing(**fields: Any) -> Outgoing:
    """A reply to Ada."""
    values: dict[str, Any] = {
        "subject": "Re: Order 1001",
        "text": "It left *today*.",
        "sender": Address("Support", "support@example.test"),
        "recipients": Recipients((ADA,)),
        "date": 1_795_000_000_000,
    }
    return Outgoing(**(values | fields))


def parsed(raw: bytes) -> EmailMessage:
    """The mail as a strict reader sees it."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(mail: EmailMessage) -> str:
    """Its text with the line ends of this program."""
    body = mail.get_body()
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_a_reply_says_who_when_and_what_it_answers() -> None:
    made = letter(
        outgoing(in_reply_to="first@shop.test", references=("zero@shop.test", "first@shop.test")),
        KEY,
    )

    mail = parsed(made.content)
    assert (made.sender, made.recipients) == ("support@example.test", ("ada@shop.test",))
    assert mail["From"] == "Support <support@example.test>"
    assert mail["To"] == "Ada Customer <ada@shop.test>"
    assert mail["Subject"] == "Re: Order 1001"
    assert mail["Message-ID"] == f"<{KEY}>"
    assert mail["Date"] == "Wed, 18 Nov 2026 11:06:40 +0000"
    assert mail["In-Reply-To"] == "<first@shop.test>"
    assert str(mail["References"]).split() == ["<zero@shop.test>", "<first@shop.test>"]
    assert mail["User-Agent"] is None
    assert text_of(mail) == "It left *today*.\n"


def test_text_in_any_script_arrives_as_it_was_typed() -> None:
    text = "Grüße, 你好, مرحبا 👩‍👩‍👧\n> quoted\n\n.\n" + "long " * 400

    mail = parsed(letter(outgoing(text=text), KEY).content)

    assert text_of(mail) == text + "\n"
    assert letter(outgoing(text=text), KEY).content.isascii()


def test_every_line_is_short_enough_for_any_server() -> None:
    ids = tuple(f"{'x' * 200}{n}@shop.test" for n in range(50))
    mail = outgoing(subject="ü" * 300, text="wide " * 5000, references=ids, in_reply_to=ids[-1])

    assert max(map(len, letter(mail, KEY).content.split(b"\r\n"))) <= 998


def test_long_threads_name_their_first_and_their_newest_mails() -> None:
    ids = tuple(f"{n}@shop.test" for n in range(100))

    mail = parsed(letter(outgoing(references=ids), KEY).content)

    named = str(mail["References"]).split()
    assert named == ["<0@shop.test>", *(f"<{n}@shop.test>" for n in range(81, 100))]


def test_a_long_message_id_is_not_put_into_encoded_words() -> None:
    long_id = f"{'x' * 120}@mail.shop.test"

    content = letter(outgoing(in_reply_to=long_id, references=(long_id,)), KEY).content

    assert content.count(f"<{long_id}>\r\n".encode()) == 2


def test_the_copy_to_keep_tells_of_blind_copies_and_the_mail_does_not() -> None:
    blind = Recipients((ADA,), bcc=(Address("Boss", "boss@secret.test"),))

    made = letter(outgoing(recipients=blind), KEY)

    assert made.recipients == ("ada@shop.test", "boss@secret.test")
    assert b"boss" not in made.content.lower()
    assert parsed(copy_to_keep(outgoing(recipients=blind), KEY))["Bcc"] == "Boss <boss@secret.test>"


def test_a_mail_for_blind_copies_alone_names_nobody() -> None:
    blind = Recipients(bcc=(ADA,))

    made = letter(outgoing(recipients=blind), KEY)

    assert b"To: undisclosed-recipients:;\r\n" in made.content
    assert b"ada@" not in made.content


def test_somebody_named_twice_gets_one_mail() -> None:
    twice = Recipients((ADA,), cc=(Address("", "ada@shop.test"),))

    assert letter(outgoing(recipients=twice), KEY).recipients == ("ada@shop.test",)


@pytest.mark.parametrize(
    "name",
    ["Müller, Jörg", 'Ada "The Zip" Customer', "O'Brien (home)", "a@b.test", "Back\\slash", "张三"],
)
def test_a_display_name_survives_its_own_punctuation(name: str) -> None:
    mail = parsed(letter(outgoing(recipients=Recipients((Address(name, ADA.email),))), KEY).content)

    (address,) = mail["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, ADA.email)


@given(st.text(max_size=200), st.text(max_size=80))
def test_no_header_value_starts_another_header(subject: str, name: str) -> None:
    nasty = outgoing(
        subject=f"Hi\r\nBcc: spy@evil.test\r\n{subject}",
        recipients=Recipients((Address(f"{name}\r\nBcc: spy@evil.test", ADA.email),)),
        in_reply_to="a@b.test>\r\nBcc: spy@evil.test",
        references=("x\r\n\r\nbody",),
    )

    head, _, _ = letter(nasty, KEY).content.partition(b"\r\n\r\n")

    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if not line.startswith(b" ")]
    assert names == [
        b"From", b"To", b"Subject", b"Date", b"Message-ID",
        b"Content-Type", b"Content-Transfer-Encoding", b"MIME-Version",
    ]  # fmt: skip


def test_an_international_domain_leaves_in_ascii() -> None:
    assert wire_address("info@bücher.example") == "info@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "email",
    ["", "nobody", "a b@shop.test", "a@shop.test>", "a,b@shop.test", "a@", "@b", "jörg@shop.test",
     "a@shop.test\r\nDATA", "a@" + "x" * 64 + ".test\0"],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_words(email: str) -> None:
    with pytest.raises(Refused, match="is no address that mail can be sent to"):
        wire_address(email)


def test_a_mail_without_recipients_is_refused() -> None:
    with pytest.raises(Refused, match="no recipient"):
        letter(outgoing(recipients=Recipients()), KEY)


def test_files_are_attached_with_their_names_and_types(tmp_path: Path) -> None:
    contents = {"Rückgabe.pdf": b"%PDF\0", "old.eml": b"Subject: x\r\n\r\ny", "odd": b"\xff\n.\n"}
    for name, octets in contents.items():
        (tmp_path / name).write_bytes(octets)

    files = tuple(str(tmp_path / name) for name in contents)
    mail = parsed(letter(outgoing(files=files), KEY).content)

    attached = list(mail.iter_attachments())
    assert [(part.get_filename(), part.get_content_type()) for part in attached] == [
        ("Rückgabe.pdf", "application/pdf"),
        ("old.eml", "application/octet-stream"),
        ("odd", "application/octet-stream"),
    ]
    assert [part.get_payload(decode=True) for part in attached] == list(contents.values())
    assert text_of(mail) == "It left *today*.\n"


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"gone\.pdf cannot be read \(no such file or directory\)"):
        letter(outgoing(files=(str(tmp_path / "gone.pdf"),)), KEY)

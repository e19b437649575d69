"""What stands in a draft before a word is typed."""

from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.model.message import (
    Address,
    Attachment,
    Body,
    Direction,
    FetchState,
    Fold,
    FoldKind,
    Message,
    Recipients,
)
from agent_tui.ui.drafting import (
    address_text,
    addresses,
    answered,
    fetched_files,
    file_text,
    forwarded,
    left_behind,
    own_text,
    quoted,
    says_nothing,
    signed,
)

AT = 1_700_000_000_000
SIGNATURE = "Maria Lopez\nExample Shop"


def message(
    text: str = "The zip broke.",
    *,
    number: int = 1,
    direction: Direction = Direction.INBOUND,
    folds: tuple[Fold, ...] = (),
    attachments: tuple[Attachment, ...] = (),
) -> Message:
    return Message(
        id=number,
        conversation_id=1,
        account="shop",
        direction=direction,
        author="Ada Okafor",
        address="ada@example.org",
        at=AT,
        subject="Broken zip",
        body=Body(text, folds),
        recipients=Recipients(to=(Address("", "help@shop.example"),)),
        attachments=attachments,
    )


def test_a_signature_is_put_below_once() -> None:
    once = signed("", SIGNATURE)
    assert once == f"\n\n-- \n{SIGNATURE}\n"
    assert signed(once, SIGNATURE) == once


def test_without_a_signature_nothing_is_added() -> None:
    assert signed("Hello", "") == "Hello"
    assert signed("Hello", "\n") == "Hello"


def test_a_signature_alone_says_nothing() -> None:
    assert says_nothing(signed("", SIGNATURE), SIGNATURE)
    assert not says_nothing(signed("Hello", SIGNATURE), SIGNATURE)


def test_a_quote_names_author_and_time_and_leaves_older_quotes_out() -> None:
    body = "It broke.\n\n> old text\n> more"
    asked = message(body, folds=(Fold(2, 4, FoldKind.QUOTE),))
    assert quoted(asked, UTC) == "On 2023-11-14 22:13, Ada Okafor wrote:\n> It broke.\n"


def test_a_message_of_nothing_but_a_quote_is_shown_all_the_same() -> None:
    assert own_text(Body("> all quoted", (Fold(0, 1, FoldKind.QUOTE),))) == "> all quoted"


def test_a_forward_carries_sender_date_subject_and_the_whole_text() -> None:
    text = forwarded(message(), UTC)
    for part in ("Ada Okafor <ada@example.org>", "2023-11-14 22:13", "Broken zip", "The zip broke"):
        assert part in text


def test_a_forward_takes_only_files_that_are_here_and_names_the_others(tmp_path: Path) -> None:
    def file(name: str, state: FetchState, *, inline: bool = False) -> Attachment:
        path = str(tmp_path / name) if state is FetchState.HERE else None
        return Attachment(1, 1, name, "application/pdf", 1, "2", inline, state, path)

    (tmp_path / "here.pdf").touch()
    passed = message(
        attachments=(
            file("here.pdf", FetchState.HERE),
            file("removed.pdf", FetchState.HERE),
            file("remote.pdf", FetchState.REMOTE),
            file("logo.png", FetchState.REMOTE, inline=True),
        )
    )
    assert fetched_files(passed) == (str(tmp_path / "here.pdf"),)
    assert [one.name for one in left_behind(passed)] == ["removed.pdf", "remote.pdf"]


def test_the_customers_last_message_is_answered_not_our_own_or_a_note() -> None:
    thread = [
        message(number=1),
        message(number=2, direction=Direction.OUTBOUND),
        message(number=3, direction=Direction.NOTE),
    ]
    found = answered(thread)
    assert found is not None
    assert found.id == 1


def test_a_conversation_of_notes_has_nothing_to_answer() -> None:
    assert answered([message(direction=Direction.NOTE)]) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ada@x.org", (Address("", "ada@x.org"),)),
        ("Ada <ada@x.org>; bo@y.org", (Address("Ada", "ada@x.org"), Address("", "bo@y.org"))),
        ('"Okafor, Ada" <ada@x.org>,', (Address("Okafor, Ada", "ada@x.org"),)),
        ("  ", ()),
    ],
)
def test_addresses_are_read_as_people_write_them(typed: str, meant: tuple[Address, ...]) -> None:
    assert addresses(typed) == meant


_NAME = st.text(alphabet="abc ,;.é", max_size=8).map(str.strip)


@given(st.lists(_NAME, max_size=4))
def test_addresses_survive_a_round_trip_through_the_field(names: list[str]) -> None:
    people = tuple(Address(name, f"{n}@x.org") for n, name in enumerate(names))
    assert addresses(address_text(people)) == people


def test_an_attachment_says_its_size_or_that_it_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "label.pdf"
    file.write_bytes(b"x" * 1500)
    assert file_text(str(file)) == "label.pdf (2 kB)"
    assert file_text(str(tmp_path / "gone.pdf")) == "gone.pdf (missing)"

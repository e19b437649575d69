"""Each attack of the shared collection is met as its manifest says, below the screen."""

import json
from email import message_from_bytes, policy
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from agent_tui.adapters.compose import letter
from agent_tui.adapters.mail import Own, Place, read
from agent_tui.content.safe import MARK, safe_line, safe_text
from agent_tui.content.template import render
from agent_tui.model.incoming import Incoming, Outgoing
from agent_tui.model.message import Address, Direction, Recipients
from tests.cpu import takes_at_most_a_second
from tests.servers.real import shared

ARRIVED = 1_795_000_000_000
OWN = Own.of(["support@shop.test"], "mx.shop.test")

ATTACKS = 56


@cache
def manifest() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared() / "attacks" / "manifest.json").read_text())
    assert len(found) == ATTACKS
    return found


def path_of(number: str) -> Path:
    (path,) = (shared() / "attacks").glob(f"{number}_*.eml")
    return path


def taken(number: str) -> Incoming:
    """The attack as the store takes it in."""
    return read(path_of(number).read_bytes(), Place("1:1", ARRIVED), OWN)


def numbers(words: str) -> list[str]:
    return [entry["id"] for entry in manifest() if words in entry["attack"]]


def strings(value: object) -> list[str]:
    """All text within a message, however deep."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple | list | frozenset):
        return [text for one in value for text in strings(one)]
    slots = getattr(type(value), "__slots__", ())
    return [text for name in slots for text in strings(getattr(value, name))]


def test_all_text_of_all_attacks_is_safe_and_read_in_time() -> None:
    for entry in manifest():
        assert takes_at_most_a_second(partial(taken, entry["id"])), entry["id"]
        message = taken(entry["id"])
        for text in strings(message):
            assert text == safe_text(text), entry["id"]
        assert message.raw is None, entry["id"]


def test_markup_of_customers_is_kept_as_it_was_typed() -> None:
    for number in numbers("markup"):
        assert any(mark in taken(number).body.text for mark in ("[", "(")), number


def test_a_name_that_hides_its_extension_shows_it() -> None:
    (file,) = taken("A042").files
    assert file.name.endswith(".exe")
    assert MARK not in file.name
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in file.name


def test_names_of_files_stay_in_their_folder_whatever_they_say() -> None:
    found = numbers("hostile attachment name")
    assert len(found) == 5
    for number in found:
        for file in taken(number).files:
            assert Path(file.name).name == file.name, number
            assert not file.name.startswith((".", "-", "~")), number
            assert file.name not in ("", ".", ".."), number


def test_a_link_that_lies_about_its_host_is_marked_with_the_real_one() -> None:
    (link,) = taken("A049").body.links
    assert link.suspicious
    assert link.host not in link.text


def test_only_web_and_mail_links_can_be_opened() -> None:
    for number in [*numbers("dangerous URL"), *numbers("ESC inside link"), "A191"]:
        for link in taken(number).body.links:
            scheme = link.url.partition(":")[0].lower()
            assert not link.openable or scheme in ("http", "https", "mailto"), number
            assert not link.url.startswith("-"), number
            assert link.url == safe_line(link.url), number


def test_a_header_that_is_used_again_adds_none_to_the_reply() -> None:
    for entry in manifest():
        message = taken(entry["id"])
        sender = Address(message.sender.name, message.sender.value)
        if "@" not in sender.email:
            continue
        reply = letter(
            Outgoing(
                subject=f"Re: {message.subject}",
                text=message.body.text[:2_000],
                sender=Address("Support", "support@shop.test"),
                recipients=Recipients((sender,)),
                in_reply_to=message.message_id,
                references=message.references,
                date=ARRIVED,
            ),
            "key@shop.test",
        )
        mail = message_from_bytes(reply.content, policy=policy.default)
        names = [name.lower() for name in mail]
        assert len(names) == len(set(names)), entry["id"]
        assert "bcc" not in names, entry["id"]
        assert reply.recipients == (sender.email,), entry["id"]


@pytest.mark.parametrize("number", ["A104", "A110"])
def test_what_a_machine_wrote_is_marked_so_that_no_machine_answers(number: str) -> None:
    assert taken(number).automatic


def test_a_mail_from_our_own_address_is_ours() -> None:
    assert taken("A109").direction is Direction.OUTBOUND


def test_what_a_sender_writes_of_their_own_authentication_counts_for_nothing() -> None:
    assert taken("A111").notes == ()


@pytest.mark.parametrize("number", ["A116", "A117"])
def test_an_absurd_date_gives_way_to_the_time_of_arrival(number: str) -> None:
    assert taken(number).at == ARRIVED


def test_odd_charsets_leave_the_text_readable() -> None:
    for number in numbers("odd charset"):
        assert taken(number).body.text.strip(MARK).strip(), number


def test_template_text_of_customers_is_inserted_once_and_as_it_is() -> None:
    for number in numbers("template text"):
        message = taken(number)
        held = f"{message.sender.name} {message.subject} {message.body.text}"
        done = render("Dear {{ customer.name }},", {"customer": {"name": held}}, {})
        assert done.text == f"Dear {held},", number


@pytest.mark.parametrize("number", ["A184", "A185", "A163", "A168"])
def test_what_was_cut_out_of_a_bomb_is_said(number: str) -> None:
    message = taken(number)
    assert message.notes or len(message.body.text) < 1_000_000

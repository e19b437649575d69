"""What speaks for two customers being one person, and what does not."""

import pytest

from agent_tui.model.customer import Customer, Identity, IdentityKind, Person
from agent_tui.model.free_mail import is_free
from agent_tui.model.likeness import (
    SUGGESTED,
    Candidate,
    Likeness,
    Order,
    likeness,
    phone,
    spellings,
)

EMAIL, PHONE, HANDLE = IdentityKind.EMAIL, IdentityKind.PHONE, IdentityKind.HANDLE


def who(
    name: str,
    *identities: tuple[IdentityKind, str],
    claims: tuple[tuple[IdentityKind, str], ...] = (),
    orders: tuple[Order, ...] = (),
) -> Candidate:
    known = tuple(Identity(kind, value, name) for kind, value in identities)
    one = Customer(1, name, "", 0, 1, known, person_id=1)
    return Candidate(Person((one,)), claims, orders)


def compared(one: Candidate, other: Candidate) -> Likeness:
    found = likeness(one, other)
    assert likeness(other, one).score == found.score
    return found


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (
            who("Ada", (HANDLE, "@ada"), claims=((EMAIL, "ada@x.example"),)),
            who("A. O.", (EMAIL, "ada@x.example")),
            "Ada says to be ada@x.example",
        ),
        (
            who("Ada", (HANDLE, "@ada"), claims=((EMAIL, "ada@x.example"),)),
            who("A. O.", (HANDLE, "ao"), claims=((EMAIL, "ada@x.example"),)),
            "both say to be ada@x.example",
        ),
        (
            who("Ada", (PHONE, "+44 20 7946 0018")),
            who("Okafor", (PHONE, "020-79460018")),
            "same phone number",
        ),
        (
            who("Ada", (PHONE, "+44 20 7946 0018")),
            who("Okafor", (EMAIL, "o@x.example"), claims=((PHONE, "02079460018"),)),
            "same phone number, as one of them says",
        ),
        (
            who("Ada", (EMAIL, "ada@x.example"), orders=(Order("shop", "#1001"),)),
            who("Bob", (EMAIL, "bob@y.example"), orders=(Order("shop", "#1001"),)),
            "both have #1001 in shop",
        ),
        (
            who("Ada Okafor", (EMAIL, "ada@work.example")),
            who("Okafor, Ada", (EMAIL, "a.okafor@work.example")),
            "same name, both at work.example",
        ),
        (
            who("Ada Okafor", (EMAIL, "ada.okafor@gmail.com")),
            who("Ada Okafor", (HANDLE, "@ada.okafor:chat.example")),
            "same name, and both are called ada.okafor",
        ),
        (
            who("Zoé Ångström", (EMAIL, "zoe.angstrom@gmail.com")),
            who("zoe angstrom", (EMAIL, "zoe.angstrom@outlook.com")),
            "same name, and both are called zoe.angstrom",
        ),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_two_are_suggested_for_a_reason_in_words(
    one: Candidate, other: Candidate, reason: str
) -> None:
    found = compared(one, other)

    assert [r.words for r in found.reasons] == [reason]
    assert SUGGESTED <= found.score < 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (who("Ada Okafor", (EMAIL, "a@x.example")), who("Ada Okafor", (EMAIL, "b@y.example"))),
        (who("Ada Okafor", (EMAIL, "a1@gmail.com")), who("Ada Okafor", (EMAIL, "b2@gmail.com"))),
        (who("Shop", (EMAIL, "info@x.example")), who("Shop", (EMAIL, "info@y.example"))),
        (who("Ada", (EMAIL, "support@x.example")), who("Bob", (EMAIL, "support@y.example"))),
        (who("Ada", (PHONE, "112")), who("Bob", (PHONE, "112 "))),
        (who("", (HANDLE, "x")), who("", (HANDLE, "y"))),
        (who("a@x.example", (EMAIL, "a@x.example")), who("a@x.example", (HANDLE, "z"))),
    ],
)
def test_a_name_alone_and_what_many_share_suggests_nothing(
    one: Candidate, other: Candidate
) -> None:
    assert compared(one, other).score < SUGGESTED


def test_more_reasons_make_it_likelier_and_nothing_is_certain() -> None:
    order = Order("shop", "#1")
    one = who("Ada Okafor", (EMAIL, "ada@x.example"), (PHONE, "0207946 0018"), orders=(order,))
    other = who(
        "Ada Okafor", (PHONE, "+442079460018"), claims=((EMAIL, "ada@x.example"),), orders=(order,)
    )

    found = compared(one, other)

    assert [reason.points for reason in found.reasons] == [90, 90, 85, 30]
    assert found.score == 99


def test_the_end_of_a_phone_number_is_compared() -> None:
    assert phone("+44 (20) 7946-0018") == phone("020 7946 0018") == "79460018"
    assert phone("12345") == ""


def test_names_are_looked_for_in_the_ways_they_are_written() -> None:
    assert spellings("Okafor, Ada") == ["Okafor Ada", "Ada Okafor", "Ada, Okafor"]
    assert "Okafor, Ada Maria" in spellings("Ada Maria Okafor")
    assert spellings("Ada") == ["Ada"]


@pytest.mark.parametrize(
    ("domain", "free"),
    [
        ("gmail.com", True),
        ("yahoo.co.uk", True),
        ("gmx.de", True),
        ("me.com", True),
        ("gmail.okafor.example", False),
        ("okafor.example", False),
        ("mail.okafor.com", False),
        ("gmail", False),
    ],
)
def test_mail_providers_for_everybody_are_nobodys_company(domain: str, free: bool) -> None:
    assert is_free(domain) is free

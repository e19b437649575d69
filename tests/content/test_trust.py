"""Who pretends to be somebody else is named; nothing a sender writes makes them look proven."""

import pytest

from agent_tui.content.mime import read_mail
from agent_tui.content.trust import elsewhere, remarks
from agent_tui.model.message import Address

OWN = frozenset({"support@shop.test"})
SERVER = "mx.shop.test"


def said(*header: str, authserv_id: str = SERVER) -> tuple[str, ...]:
    raw = "\n".join((*header, "", "hello")).encode()
    return remarks(read_mail(raw), OWN, authserv_id)


def results(*fields: str, authserv_id: str = SERVER) -> tuple[str, ...]:
    lines = (f"Authentication-Results: {field}" for field in fields)
    return said("From: x@bank.test", *lines, authserv_id=authserv_id)


def test_an_ordinary_mail_calls_for_no_remark() -> None:
    assert said("From: Ada <ada@bank.test>", "Reply-To: service@mail.bank.test") == ()


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ('From: "service@bank.test" <x@evil.test>', "holds an address (service@bank.test), but"),
        ("From: a@one.test, b@two.test", "names 2 senders"),
        ("From: a@one.test\nFrom: b@two.test", "names 2 senders"),
        ("From: a@bank.test\nReply-To: x@evil.test", "Answers go to x@evil.test, not to where"),
        ("From: a@bank.co.uk\nReply-To: x@evil.co.uk", "Answers go to x@evil.co.uk"),
    ],
)
def test_tricks_with_addresses_are_told(header: str, words: str) -> None:
    (remark,) = said(header)
    assert words in remark


@pytest.mark.parametrize(
    "header",
    [
        'From: "ada@bank.test" <Ada@Bank.test>',
        "From: form@shop.test\nReply-To: ada@customer.test",  # our own contact form
        "From: ada@mail.bank.co.uk\nReply-To: ada@bank.co.uk",
    ],
)
def test_what_honest_senders_do_is_not(header: str) -> None:
    assert said(header) == ()


@pytest.mark.parametrize(
    "field",
    [
        f"{SERVER}; dmarc=fail header.from=bank.test",
        f"{SERVER} 1; spf=pass smtp.mailfrom=evil.test; dmarc=fail (p=reject; dis=none)",
        f'"{SERVER}"; dkim=none; dmarc = FAIL',
        f"{SERVER} (our (own) server); dmarc=fail",
        "MX.Shop.Test; spf=softfail smtp.mailfrom=x; dkim=none",
    ],
)
def test_what_our_own_server_could_not_prove_is_told(field: str) -> None:
    (remark,) = results(field)
    assert "is not proven" in remark


@pytest.mark.parametrize(
    "field",
    [
        f"{SERVER}; dmarc=pass",
        f"{SERVER}; none",
        f"{SERVER}; spf=softfail; dkim=pass",
        f"{SERVER}; spf=pass (dmarc=fail is what a comment says)",
        "evil.test; dmarc=fail",
        "evil.test (; mx.shop.test; dmarc=fail)",
        "",
        ";;;=;",
        "(" * 5_000,
    ],
)
def test_nothing_else_is(field: str) -> None:
    assert results(field) == ()


def test_only_the_topmost_field_of_our_server_counts() -> None:
    assert results(f"{SERVER}; dmarc=fail", f"{SERVER}; dmarc=pass") != ()
    assert results(f"{SERVER}; dmarc=pass", f"{SERVER}; dmarc=fail") == ()
    assert results("evil.test; dmarc=pass", f"{SERVER}; dmarc=fail") != ()


def test_nobody_counts_where_no_server_is_named() -> None:
    assert results("evil.test; dmarc=fail", authserv_id="") == ()


def test_answers_that_go_elsewhere_are_found() -> None:
    there = Address("", "x@evil.test")
    assert elsewhere("a@bank.test", [Address("", "b@bank.test"), there]) == [there]
    assert elsewhere("", [there]) == []

"""The word under the cursor goes on as the language allows."""

import pytest

from agent_tui.query.complete import Completion, Known, complete
from agent_tui.query.parse import parse
from agent_tui.query.syntax import Key

KNOWN = Known(
    accounts=("shop", "Web shop"),
    labels=("vip", "refund"),
    assignees=("ann", "bo"),
    tags=("press",),
    companies=("Acme", "Tarn Ltd"),
)


def offered(text: str) -> list[str]:
    return [completion.text for completion in complete(text, len(text), KNOWN)]


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("sta", ["status:"]),
        ("STA", ["status:"]),
        ("a -(as", ["assignee:"]),
        ("status:o", ["open", "on_hold", "snoozed", "resolved"]),
        ("status:open,pe", ["pending", "open"]),
        ("-status:old", ["on_hold"]),
        ("status:open", []),
        ("status:solv", ["resolved"]),
        ("account:", ["shop", '"Web shop"']),
        ('account:"web s', ['"Web shop"']),
        ("account:shop", ['"Web shop"']),
        ("label:v", ["vip"]),
        ("label:n", ["none", "refund"]),
        ("tag:", ["press", "none"]),
        ("company:", ["Acme", '"Tarn Ltd"']),
        ("company:ltd", ['"Tarn Ltd"']),
        ("via:wh", ["whatsapp"]),
        ("via:n", ["none", "instagram", "line"]),
        ("assignee:", ["me", "none", "ann", "bo"]),
        ("before:t", ["today", "yesterday"]),
        ("customer:a", []),
        ("nokey:a", []),
        ("https://st", []),
        ('"sta', []),
        ('"a b', []),
        ("zip", []),
    ],
)
def test_offers(text: str, texts: list[str]) -> None:
    assert offered(text) == texts
    assert {type(text) for text in offered(text)} <= {str}


@pytest.mark.parametrize("text", ["", "a ", "(", "-", "status:open "])
def test_an_empty_place_offers_every_key(text: str) -> None:
    assert offered(text) == [f"{key}:" for key in Key]


def test_a_completion_says_what_it_replaces() -> None:
    assert complete("is:draft label:vip,re rest", 21, KNOWN) == [Completion("refund", 19, 21)]


def test_nothing_is_offered_inside_a_word() -> None:
    assert complete("status:open", 3, KNOWN) == []


@pytest.mark.parametrize("key", Key)
def test_every_value_offered_is_understood(key: Key) -> None:
    for value in offered(f"{key}:"):
        parse(f"{key}:{value}")

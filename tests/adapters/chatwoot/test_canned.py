"""Canned responses of the server, in our notation."""

import pytest

from agent_tui.adapters.chatwoot.canned import server_reply
from agent_tui.adapters.chatwoot.records import CannedResponse
from agent_tui.content.template import render

VALUES = {
    "customer": {"name": "Ann Lee", "first_name": "Ann", "email": "ann@x.example"},
    "agent": {"name": "Bob", "first_name": "Bob"},
    "conversation": {"id": 999},
}


def _filled(text: str) -> tuple[str, tuple[str, ...]]:
    reply = server_reply(CannedResponse("code", text))
    assert reply is not None
    found = render(reply.text, VALUES, {})
    return found.text, found.missing


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hi {{contact.first_name}}", "Hi Ann"),
        ("Hi {{ contact.name }} at {{contact.email}}", "Hi Ann Lee at ann@x.example"),
        ("{{agent.name}}", "Bob"),
        ("{{ contact.first_name | upcase }}", "ANN"),
        ('Dear {{ contact.nick | default: "customer" }}', "Dear customer"),
    ],
)
def test_variables_that_both_have_are_filled_in(text: str, filled: str) -> None:
    assert _filled(text) == (filled, ())


@pytest.mark.parametrize(
    "text",
    ["{{contact.phone}}", "{{inbox.name}}", "{{conversation.id}}", "{{ contact.custom_x.y }}"],
)
def test_variables_that_mean_nothing_here_stay_open(text: str) -> None:
    shown, missing = _filled(text)
    assert "{{" in shown
    assert missing


@pytest.mark.parametrize(
    "text",
    [
        "{{ contact.name | truncate: 5 }}",
        "{% for x in y %}{{x}}{% endfor %}",
        "half {{ open",
    ],
)
def test_what_is_no_template_of_ours_is_shown_as_it_is(text: str) -> None:
    shown, _ = _filled(text)
    assert shown == text.replace("contact.", "customer.")


def test_a_name_is_one_word_and_harmless() -> None:
    reply = server_reply(CannedResponse("two\x1b words", "x\x1b[2J"))
    assert reply is not None
    assert reply.name == "two\ufffd-words"
    assert "\x1b" not in reply.text


@pytest.mark.parametrize(("code", "text"), [("", "x"), ("x", " ")])
def test_a_response_without_name_or_text_is_left_out(code: str, text: str) -> None:
    assert server_reply(CannedResponse(code, text)) is None

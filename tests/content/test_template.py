"""Canned replies: what they fill in, what they refuse, and that customers' data stays data."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.content.template import Prompt, TemplateError, prompts, render, variables

VALUES = {
    "customer": {"name": "ada lovelace", "first_name": "Ada", "email": "", "tags": ["vip", "eu"]},
    "order": {"number": 1042, "placed": 1_760_000_000_000},
    "channel": "mail",
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Hello {{ customer.first_name }}!", "Hello Ada!"),
        ("Hello {{customer.first_name}}!", "Hello Ada!"),
        ('{{ customer.nick | default: "there" }}', "there"),
        ('{{ customer.email | default: "no address" }}', "no address"),
        ("{{ customer.name | capitalize }}", "Ada lovelace"),
        ("{{ customer.name | first_word | upcase }}", "ADA"),
        ("{{ customer.first_name | downcase }}", "ada"),
        ('{{ "  x " | strip }}', "x"),
        ("{{ order.number }}", "1042"),
        ('{{ order.placed | date: "%d.%m.%Y" }}', "09.10.2025"),
        ("{{ order.placed | date }}", "2025-10-09"),
        ("{{ customer.tags }}", "vip, eu"),
        ("{{ '{{' }} stays", "{{ stays"),
        ("no tags, 100 % {safe}", "no tags, 100 % {safe}"),
    ],
)
def test_values_are_filled_in(template: str, text: str) -> None:
    rendered = render(template, VALUES, {})
    assert (rendered.text, rendered.missing) == (text, ())


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ('{% if channel == "mail" %}A{% else %}B{% endif %}', "A"),
        ('{% if channel != "mail" %}A{% else %}B{% endif %}', "B"),
        ('{% if channel == "chat" %}A{% elsif customer.tags contains "vip" %}B{% endif %}', "B"),
        ('{% if customer.name contains "love" %}A{% endif %}', "A"),
        ("{% if customer.email %}A{% else %}B{% endif %}", "B"),
        ("{% if nobody %}A{% endif %}", ""),
        ("{% if channel %}{% if nobody %}A{% else %}B{% endif %}{% endif %}", "B"),
        ('a\n{% if channel == "mail" %}\nb\n{% endif %}\nc', "a\nb\nc"),
    ],
)
def test_conditions_choose(template: str, text: str) -> None:
    assert render(template, VALUES, {}).text == text


def test_an_absent_value_stays_visible_and_is_named() -> None:
    rendered = render('Hi {{ customer.nick }}, {{ ask "Refund" }}', VALUES, {})
    assert rendered.text == 'Hi {{ customer.nick }}, {{ ask "Refund" }}'
    assert rendered.missing == ("customer.nick", "Refund")


def test_what_stands_in_a_branch_not_chosen_is_not_missing() -> None:
    assert render("{% if nobody %}{{ nothing }}{% endif %}", VALUES, {}).missing == ()


def test_prompts_are_asked_once_and_answered_everywhere() -> None:
    template = '{{ ask "Amount" }} and {{ ask "Amount" | default: "10" }} {{ ask "Why?" }}'
    assert prompts(template) == (Prompt("Amount", "10"), Prompt("Why?"))
    assert render(template, {}, {"Amount": "5", "Why?": "late"}).text == "5 and 5 late"


def test_what_a_customer_wrote_is_inserted_once_and_never_evaluated() -> None:
    hostile = '{{ ask "x" }}{% if 1 %}{{7*7}}{{ channel }}'
    rendered = render("{{ customer.name }}", {"customer": {"name": hostile}}, {})
    assert (rendered.text, rendered.missing) == (hostile, ())


def test_look_ups_never_reach_attributes() -> None:
    names = "{{ customer.__class__ }}{{ placed.year }}{{ customer.keys }}"
    rendered = render(names, {"customer": {}, "placed": datetime(2025, 1, 1, tzinfo=UTC)}, {})
    assert rendered.missing == ("customer.__class__", "placed.year", "customer.keys")


@pytest.mark.parametrize(
    ("template", "line", "column", "word"),
    [
        ("a\nHi {{ customer.name", 2, 4, "closed"),
        ("{{ }}", 1, 4, "missing"),
        ("{{ a | shout }}", 1, 8, "shout"),
        ("{{ a b }}", 1, 6, "b"),
        ("{{ a | default: 3 }}", 1, 17, "quotes"),
        ("{{ ask }}", 1, 8, "question"),
        ("{% if a %}b", 1, 1, "endif"),
        ("\n\n{% endif %}", 3, 1, "endif"),
        ("{% else %}", 1, 1, "else"),
        ("{% if a %}{% else %}{% else %}{% endif %}", 1, 21, "else"),
        ("{% for x in y %}", 1, 4, "if"),
        ("{% if %}{% endif %}", 1, 7, "missing"),
        ("{% if a == %}{% endif %}", 1, 12, "missing"),
        ("{{ customer }}", 1, 4, "group"),
        ('{{ customer.name | date: "%Y" }}', 1, 20, "date"),
        ("{{ a.__class__() }}", 1, 15, "()"),
        ("{{ 7*7 }}", 1, 4, "missing"),
    ],
)
def test_mistakes_are_answered_with_their_place(
    template: str, line: int, column: int, word: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        render(template, VALUES, {})
    assert (caught.value.line, caught.value.column) == (line, column)
    assert word in caught.value.sentence


@given(st.text(alphabet="{}%|:\"' aifelsndck.=!\n", max_size=60))
def test_any_text_is_rendered_or_refused_with_a_place(text: str) -> None:
    place = place_of_refusal(text)
    if place is not None:
        line, column = place
        assert 1 <= line <= text.count("\n") + 1
        assert 1 <= column <= len(text) + 1


def place_of_refusal(text: str) -> tuple[int, int] | None:
    try:
        render(text, VALUES, {})
    except TemplateError as error:
        return error.line, error.column
    return None


@given(st.text())
def test_any_value_is_inserted_literally(value: str) -> None:
    assert render("[{{ x | default: ' ' }}]", {"x": value}, {}).text == f"[{value or ' '}]"


def test_the_variables_of_a_template_are_those_of_its_conditions_too() -> None:
    template = '{{ a.b }} {% if c == d.e %}{{ ask "f" }}{% elsif g %}{{ "h" }}{% endif %}{{ a.b }}'
    assert variables(template) == {"a.b", "c", "d.e", "g"}

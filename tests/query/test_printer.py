"""A printed query is the query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.query.parse import parse
from agent_tui.query.printer import to_text
from agent_tui.query.syntax import Key, Op, Query, QueryError, Term, Words, any_of
from tests.query.strategies import any_leaf, curious_text, queries


@given(queries(any_leaf()))
def test_a_printed_query_parses_to_itself(query: Query) -> None:
    assert parse(to_text(query)) == query


@given(curious_text() | st.lists(curious_text(), max_size=6).map(" ".join))
def test_printing_what_was_parsed_is_stable(text: str) -> None:
    try:
        printed = to_text(parse(text))
    except QueryError:
        return
    assert to_text(parse(printed)) == printed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (" a   b ", "a b"),
        ("status:open OR status:pending", "status:open,pending"),
        ("(status:open OR status:pending) a", "status:open,pending a"),
        ("(a OR b) c", "(a OR b) c"),
        ("a OR (b c)", "a OR b c"),
        ('label:"vip"', "label:vip"),
        ('rating:1,>=4 -"x y"', 'rating:1,>=4 -"x y"'),
        ("(a)", "a"),
        ("()", ""),
    ],
)
def test_a_query_is_printed_as_people_type(text: str, printed: str) -> None:
    assert to_text(parse(text)) == printed


def test_a_word_that_would_read_as_something_else_is_quoted() -> None:
    assert [to_text(Words(text)) for text in ("OR", "-a", "a b", "is:x", "(")] == [
        '"OR"',
        '"-a"',
        '"a b"',
        '"is:x"',
        '"("',
    ]


def test_no_alternatives_are_nothing() -> None:
    assert to_text(any_of(())) == "-()"
    assert to_text(any_of([Term(Key.LABEL, Op.EQUAL, "a")])) == "label:a"

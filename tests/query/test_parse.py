"""What is written means what an agent expects, and mistakes are pointed at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.model.conversation import BUILT_IN_VIEWS
from agent_tui.query.parse import MOST_CHARACTERS, MOST_PARTS, parse
from agent_tui.query.syntax import (
    EVERYTHING,
    And,
    Key,
    Not,
    Op,
    Or,
    Phrase,
    Query,
    QueryError,
    Term,
    Words,
)
from tests.query.strategies import curious_text

OPEN = Term(Key.STATUS, Op.EQUAL, "open")
PENDING = Term(Key.STATUS, Op.EQUAL, "pending")
A, B, C = Words("a"), Words("b"), Words("c")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", EVERYTHING),
        (" \t ", EVERYTHING),
        ("()", EVERYTHING),
        ("-()", Not(EVERYTHING)),
        ("a", A),
        ("a b", And((A, B))),
        ("a AND", And((A, Words("AND")))),
        ("a or b", And((A, Words("or"), B))),
        ("a OR b", Or((A, B))),
        ("ORder", Words("ORder")),
        ('"OR"', Phrase("OR")),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("a (b c)", And((A, B, C))),
        ("a OR (b OR c)", Or((A, B, C))),
        ("(a)(b)", And((A, B))),
        ("a(b)", And((A, B))),
        ("-a", Not(A)),
        ("--a", A),
        ("---a", Not(A)),
        ("-(a b)", Not(And((A, B)))),
        ('-"a  b"', Not(Phrase("a b"))),
        ("-status:open", Not(OPEN)),
        ("-status:open,pending", Not(Or((OPEN, PENDING)))),
        ("a - b", And((A, Words("-"), B))),
        ("(a -)", And((A, Words("-")))),
        ("zip-file", Words("zip-file")),
        ("don't", Words("don't")),
        ('5"', Words('5"')),
        ("12:30", Words("12:30")),
        ("https://example.com/a?b", Words("https://example.com/a?b")),
        ('"broken zip"', Phrase("broken zip")),
        (r'"say \"hi\" in C:\x"', Phrase(r'say "hi" in C:\x')),
        (r'"\\"', Phrase("\\")),
        ("a\x00b\ud800", And((A, B))),
        ("STATUS:Open", OPEN),
        ("status:on-hold", Term(Key.STATUS, Op.EQUAL, "on_hold")),
        ("status:open,pending a", And((Or((OPEN, PENDING)), A))),
        ("assignee:-", Term(Key.ASSIGNEE, Op.EQUAL, "none")),
        ("assignee:ME", Term(Key.ASSIGNEE, Op.EQUAL, "me")),
        ("label:VIP", Term(Key.LABEL, Op.EQUAL, "VIP")),
        ('label:"a, b"', Term(Key.LABEL, Op.EQUAL, "a, b")),
        ('customer:"Ann Okafor"', Term(Key.CUSTOMER, Op.EQUAL, "Ann Okafor")),
        ("customer:#12", Term(Key.CUSTOMER, Op.EQUAL, "#12")),
        ("rating:2", Term(Key.RATING, Op.EQUAL, "2")),
        ("rating:<=2", Term(Key.RATING, Op.AT_MOST, "2")),
        ("rating:>3", Term(Key.RATING, Op.MORE, "3")),
        ("rating:2..4", Term(Key.RATING, Op.RANGE, "2..4")),
        ("priority:>=High", Term(Key.PRIORITY, Op.AT_LEAST, "high")),
        ("before:2026-01", Term(Key.BEFORE, Op.EQUAL, "2026-01")),
        ("after:Yesterday", Term(Key.AFTER, Op.EQUAL, "yesterday")),
        ("older:6mo", Term(Key.OLDER, Op.EQUAL, "6mo")),
    ],
)
def test_text_is_read_as(text: str, query: Query) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "position", "word", "said"),
    [
        ("is:draft statsu:open", 9, "statsu", "unknown key 'statsu' at character 10 (did you mean"),
        ("Re: order", 0, "Re", "keys are status, channel, via, account"),
        ("status:opne", 7, "opne", "'opne' at character 8 (did you mean 'open'?); it takes open,"),
        ("status:open,x", 12, "x", "at character 13"),
        ("has:cheese", 4, "cheese", "it takes attachment, note, draft, label, rating"),
        ("is:open", 3, "open", "it takes unread"),
        ("channel:fax", 8, "fax", "mail, chat, review"),
        ("rating:6", 7, "6", "a number from 1 to 5"),
        ("rating:٣", 7, "٣", "a number from 1 to 5"),
        ("rating:4..2", 7, "4..2", "2..4"),
        ("rating:<=", 7, "<=", "a number from 1 to 5"),
        ("priority:huge", 9, "huge", "low, normal, high or urgent"),
        ("before:2026-02-30", 7, "2026-02-30", "a day such as"),
        ("after:1969", 6, "1969", "a day such as"),
        ("older:soon", 6, "soon", "a time such as"),
        ("older:9999999y", 6, "9999999y", "a time such as"),
        ("status:", 7, "", "status needs a value at character 8: open, pending"),
        ("label:a,", 8, "", "label needs a value at character 9"),
        ("label:(a)", 6, "", "label needs a value"),
        ('a "b c', 2, '"b c', "the quote at character 3 is not closed"),
        ('label:"x', 6, '"x', "the quote at character 7 is not closed"),
        ('a " "', 2, '" "', "nothing in the quotes at character 3"),
        ("a (b", 2, "(", "the parenthesis at character 3 is not closed"),
        ("a) b", 1, ")", "the parenthesis at character 2 closes nothing"),
        ("OR a", 0, "OR", "OR at character 1 needs something on both sides"),
        ("a OR", 2, "OR", "OR at character 3 needs"),
        ("a OR OR b", 2, "OR", "OR at character 3 needs"),
        ("(a OR) b", 3, "OR", "OR at character 4 needs"),
        ("a -OR b", 3, "OR", "OR at character 4 cannot be negated"),
    ],
)
def test_a_mistake_is_pointed_at(text: str, position: int, word: str, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)

    assert (caught.value.position, caught.value.word) == (position, word)
    assert said in str(caught.value)


@pytest.mark.parametrize("text", [view.query for view in BUILT_IN_VIEWS])
def test_built_in_views_are_queries(text: str) -> None:
    assert parse(text) != EVERYTHING


def mistake(text: str) -> QueryError | None:
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


@given(curious_text() | st.text())
def test_any_text_is_read_or_refused_at_a_place_in_it(text: str) -> None:
    error = mistake(text)

    assert error is None or 0 <= error.position <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "a " * (MOST_PARTS + 1),
        "label:" + "a," * MOST_PARTS + "a",
        "(" * 21 + ")" * 21,
        "a" * (MOST_CHARACTERS + 1),
    ],
    ids=["words", "values", "parentheses", "characters"],
)
def test_what_would_overwhelm_a_database_is_refused(text: str) -> None:
    with pytest.raises(QueryError):
        parse(text)


def test_backslashes_without_end_are_refused_at_once() -> None:
    with pytest.raises(QueryError, match="not closed"):
        parse('"' + "\\\\" * 4_000)

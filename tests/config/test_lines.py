"""The line of every key of a TOML file."""

import tomllib
from collections.abc import Iterator, Mapping

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.config.lines import key_lines
from agent_tui.config.toml import Key

EVERYTHING = '''\
# a comment = 1
plain = 1
"quoted key" = "a # no comment"
'literal' = 'C:\\path' # a = 2
dotted.inner . deep = true
long = """
not = "a key"
[nor a table] \\"""
""""
raw = \'\'\'
x = 'y'
\'\'\'
list = [
  1, # one
  "]",
  [2, 3],
  { in_list = 1 },
]
inline = { a = 1, b.c = "}", "d" = [4] }

[table]
key = 2024-01-01T00:00:00Z

[table.sub]
key = 0x1F

[[views]]
name = "first"
[views.extra]
deep = 1
[[views]]
name = "second"
[[views.items]]
x = 1
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("plain",), 2),
        (("quoted key",), 3),
        (("literal",), 4),
        (("dotted",), 5),
        (("dotted", "inner", "deep"), 5),
        (("long",), 6),
        (("raw",), 10),
        (("list",), 13),
        (("list", 0), 14),
        (("list", 1), 15),
        (("list", 2, 1), 16),
        (("list", 3, "in_list"), 17),
        (("inline", "b", "c"), 19),
        (("inline", "d", 0), 19),
        (("table",), 21),
        (("table", "key"), 22),
        (("table", "sub", "key"), 25),
        (("views",), 27),
        (("views", 0, "name"), 28),
        (("views", 0, "extra", "deep"), 30),
        (("views", 1), 31),
        (("views", 1, "name"), 32),
        (("views", 1, "items", 0, "x"), 34),
    ],
)
def test_every_form_of_key_has_its_line(key: Key, line: int) -> None:
    tomllib.loads(EVERYTHING)

    assert key_lines(EVERYTHING)[key] == line


_VALUES = st.recursive(
    st.text() | st.integers() | st.booleans() | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1), _VALUES, max_size=4), st.booleans())
def test_the_scanner_finds_exactly_the_keys_that_tomllib_finds(
    table: dict[str, object], multiline: bool
) -> None:
    text = tomli_w.dumps(table, multiline_strings=multiline)

    assert set(key_lines(text)) == set(_keys((), tomllib.loads(text)))


@given(st.dictionaries(st.text(alphabet="abc", min_size=1), st.integers(), min_size=1))
def test_each_line_holds_its_key(table: dict[str, int]) -> None:
    text = tomli_w.dumps({"table": table})

    lines = key_lines(text)

    for name, number in table.items():
        assert text.splitlines()[lines["table", name] - 1] == f"{name} = {number}"


def _keys(path: Key, value: object) -> Iterator[Key]:
    items: list[tuple[str | int, object]] = []
    if isinstance(value, Mapping):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for name, item in items:
        yield (*path, name)
        yield from _keys((*path, name), item)

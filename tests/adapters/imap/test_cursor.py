"""Cursors survive being stored; what another program wrote begins anew."""

import pytest

from agent_tui.adapters.imap.cursor import Cursor, dumps, loads
from agent_tui.adapters.imap.uids import Uids


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor(7),
        Cursor(7, Uids.of([1, 2, 9]), modseq=12, first_sync=False),
        Cursor(4_294_967_295, Uids(), digest="ab12", first_sync=True),
    ],
)
def test_a_cursor_comes_back_as_it_was(cursor: Cursor) -> None:
    assert loads(dumps(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    [None, "", "x", "{}", "[]", "null", '{"uidvalidity":null}', '{"uidvalidity":1,"known":"x"}'],
)
def test_a_cursor_that_cannot_be_read_is_none(text: str | None) -> None:
    assert loads(text) is None

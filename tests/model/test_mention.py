"""Who is named in a note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.model.mention import begun, mentioned


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@mara please look", ("mara",)),
        ("ask @Mara, or @jo.", ("mara", "jo")),
        ("(@mara-lind) @mara-lind", ("mara-lind",)),
        ("@a.b: see @a.b...", ("a.b",)),
        ("mail mara@example.org", ()),
        ("https://x.example/@mara", ()),
        ("@ @@mara @-", ()),
        ("@Жанна и @李", ("жанна", "李")),
    ],
)
def test_handles_are_found_and_addresses_are_not(text: str, handles: tuple[str, ...]) -> None:
    assert mentioned(text) == handles


@pytest.mark.parametrize(
    ("before", "typed"),
    [("@ma", "ma"), ("for @", ""), ("@mara ", None), ("mara@x", None), ("", None)],
)
def test_a_handle_being_typed_is_seen(before: str, typed: str | None) -> None:
    assert begun(before) == typed


@given(st.text("@ab.-_ \n"))
def test_what_is_named_is_a_handle(text: str) -> None:
    for handle in mentioned(text):
        assert f"@{handle}" in text
        assert mentioned(f"@{handle}") == (handle,)

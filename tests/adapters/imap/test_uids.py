"""Sets of UIDs behave as sets, whatever their ranges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.adapters.imap.uids import Uids

UIDS = st.sets(st.integers(1, 60), max_size=40)


@given(UIDS, UIDS)
def test_they_add_and_take_away_like_sets(a: set[int], b: set[int]) -> None:
    assert set(Uids.of(a) | Uids.of(b)) == a | b
    assert set(Uids.of(a) - Uids.of(b)) == a - b


@given(UIDS)
def test_they_survive_being_written_and_read(uids: set[int]) -> None:
    made = Uids.of(uids)

    assert Uids.parse(str(made)) == made
    assert len(made) == len(uids)
    assert bool(made) == bool(uids)
    assert made.highest == max(uids, default=0)
    assert all((uid in made) == (uid in uids) for uid in range(62))


@given(UIDS, st.integers(0, 50))
def test_the_newest_come_first(uids: set[int], count: int) -> None:
    ordered = sorted(uids, reverse=True)

    assert list(Uids.of(uids)) == ordered
    assert set(Uids.of(uids).newest(count)) == set(ordered[:count])


def test_a_million_mails_are_a_few_characters() -> None:
    assert str(Uids.of(range(1, 1_000_001)) - Uids.of([7])) == "1:6,8:1000000"


def test_a_server_may_write_ranges_backwards() -> None:
    assert Uids.parse("9:7,1,2:3") == Uids.of([1, 2, 3, 7, 8, 9])


@pytest.mark.parametrize("text", ["1:x", "*", "1::2"])
def test_what_is_no_set_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        Uids.parse(text)

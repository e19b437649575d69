"""When the conversation beside the list follows the cursor: by the rhythm of the hand."""

import pytest

from agent_tui.ui.preview import Rhythm


def test_after_a_single_key_it_waits_for_another_one() -> None:
    assert Rhythm().rest_after(2.0) == 0.15
    assert Rhythm().rest_after(0.15) == 0.15


@pytest.mark.parametrize("repeat", [0.02, 0.033, 0.05, 0.08, 0.1, 0.149])
def test_the_next_key_of_one_held_down_comes_before_the_rest_is_over(repeat: float) -> None:
    hand = Rhythm()
    hand.rest_after(0.5)

    rests = [hand.rest_after(repeat) for _ in range(10)]

    assert all(repeat < rest <= 0.15 for rest in rests)


def test_after_a_key_held_down_at_30_a_second_it_waits_little_longer_than_for_the_next() -> None:
    hand = Rhythm()
    assert [hand.rest_after(1 / 30) for _ in range(60)][-1] <= 0.041


def test_it_waits_longer_until_it_knows_how_steady_the_hand_is() -> None:
    hand = Rhythm()
    rests = [hand.rest_after(1 / 30) for _ in range(8)]
    assert rests[:-1] == [pytest.approx(0.05)] * 7
    assert rests[-1] < 0.05


@pytest.mark.parametrize("off", [0.005, 0.01, 0.02])
def test_a_hand_that_is_not_steady_is_given_as_much_more_as_its_pauses_differ(off: float) -> None:
    hand = Rhythm()
    pauses = [0.04, 0.04 + off] * 10
    rest = [hand.rest_after(pause) for pause in pauses][-1]
    assert rest == pytest.approx(0.04 + off + max(off, (0.04 + off) / 5))


def test_keys_that_come_in_bursts_are_one_rhythm_with_their_gaps() -> None:
    """As over a slow line: several at once, then nothing for a tenth of a second."""
    hand = Rhythm()
    bursts = [0.1, 0.0, 0.0, 0.0] * 4
    assert all(hand.rest_after(pause) > 0.1 for pause in bursts)


def test_what_was_before_a_rest_counts_no_longer() -> None:
    hand = Rhythm()
    hand.rest_after(0.14)
    hand.rest_after(0.5)
    assert hand.rest_after(0.01) == 0.04

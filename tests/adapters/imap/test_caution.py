"""After a break fewer mails are asked for, and one that always breaks is given up, not others."""

from agent_tui.adapters.imap.caution import Caution
from agent_tui.adapters.imap.uids import Uids

MISSING = Uids.of(range(1, 1001))


def test_after_each_break_fewer_are_asked_for_down_to_one() -> None:
    caution = Caution()
    asked = []

    for _ in range(5):
        wanted = caution.next_of(MISSING)
        asked.append(len(wanted))
        caution.broke(wanted)

    assert asked == [200, 25, 3, 1, 1]


def test_what_works_is_asked_for_in_growing_numbers_again() -> None:
    caution = Caution(size=1)
    asked = []

    for _ in range(10):
        asked.append(len(caution.next_of(MISSING)))
        caution.worked()

    assert asked == [1, 2, 4, 8, 16, 32, 64, 128, 200, 200]


def test_one_mail_that_breaks_three_times_alone_is_given_up() -> None:
    caution = Caution(size=1)
    poison, other = Uids.of([7]), Uids.of([8])

    for _ in range(3):
        assert not caution.given_up(poison)
        caution.broke(poison)

    assert caution.given_up(poison)
    assert not caution.given_up(other)
    assert not caution.given_up(poison | other)


def test_a_slow_line_gives_no_mail_up() -> None:
    caution = Caution(size=1)

    for _ in range(10):
        caution.took_too_long(Uids.of([7]))

    assert not caution.given_up(Uids.of([7]))

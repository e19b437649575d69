"""Ratings as text: every terminal can read them, whatever its width."""

import pytest
from rich.cells import cell_len

from agent_tui.actions.ratings import Report
from agent_tui.model.clock import DAY, HOUR
from agent_tui.model.rating import Period, Sheaf, Tally, Trend
from agent_tui.model.targets import Target
from agent_tui.ui import rating_lines
from agent_tui.ui.cells import ASCII, Glyphs
from tests.factory import START

WEEKS = [[0, 0, 0, 0, 2], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 1, 2, 0, 0]]
TARN = Trend(
    Sheaf.PRODUCT,
    "Tarn 28",
    Tally([10, 1, 4, 8, 31]),
    [Tally(list(stars)) for stars in WEEKS],
    waiting=3,
    due=4,
    in_time=3,
)
REPORT = Report(
    "",
    Period.WEEK,
    tuple(START + week * 7 * DAY for week in range(4)),
    Target(24 * HOUR),
    (TARN,),
)


UNICODE = Glyphs()


def said(trend: Trend = TARN, glyphs: Glyphs = UNICODE, width: int = 80) -> str:
    return "".join(piece.text for piece in rating_lines.row(REPORT, trend, glyphs, width))


def test_a_row_has_what_there_is_to_know_in_numbers() -> None:
    assert said().split() == ["product", "Tarn", "28", "3.9", "54", "3", "█▁·▄", "75%"]


def test_in_ascii_a_period_is_the_number_of_its_average_stars() -> None:
    assert rating_lines.sparks(TARN, ASCII) == "51.3"


def test_of_a_number_of_stars_the_trend_is_how_many() -> None:
    fives = Trend(Sheaf.STARS, "5", TARN.total, [Tally([0, 0, 0, 0, n]) for n in (9, 0, 3)])
    assert rating_lines.sparks(fives, ASCII) == "9.3"
    assert rating_lines.sparks(fives, Glyphs()) == "█·▃"


@pytest.mark.parametrize("width", [40, 59, 60, 80, 120, 200])
@pytest.mark.parametrize("glyphs", [Glyphs(), ASCII])
def test_rows_and_their_head_are_no_wider_than_the_screen(width: int, glyphs: Glyphs) -> None:
    assert cell_len(said(width=width, glyphs=glyphs)) <= width
    assert cell_len(rating_lines.head(REPORT, width)) <= width


@pytest.mark.parametrize("width", [58, 78, 118])
def test_the_bars_of_the_stars_fit_the_screen(width: int) -> None:
    for glyphs in (Glyphs(), ASCII):
        assert cell_len(rating_lines.bars(TARN.total, glyphs, width)) <= width


def test_a_name_with_escapes_is_harmless() -> None:
    evil = Trend(Sheaf.PRODUCT, "\x1b[31mTarn\x07", TARN.total, TARN.periods)
    told = rating_lines.detail(REPORT, evil, Glyphs(), 80)
    assert "\x1b" not in said(evil) + "".join(piece.text for line in told for piece in line)


def test_below_stand_words_bars_and_numbers() -> None:
    lines = rating_lines.detail(REPORT, TARN, ASCII, 78)
    words, bars, weeks = ("".join(piece.text for piece in line) for line in lines)
    assert words == ("Tarn 28: 3.9 of 5 from 54; 3 wait; 3 of 4 in 4 weeks answered within 24 h")
    assert bars.startswith("5* #######")
    assert weeks.startswith("From 12 Oct 2.7 (3), 5 Oct - (0), 28 Sep 1.0 (1)")

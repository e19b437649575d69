"""Themes: complete, readable (WCAG 2.2, 1.4.3 AA) in every depth of colour, refused by name."""

import math
from itertools import combinations
from operator import mul
from pathlib import Path

import pytest
from rich.color import Color, ColorSystem
from rich.style import Style

from agent_tui.ui import theme as themes
from agent_tui.ui.theme import Depth, Part, Theme, ThemeError, depth_of, load

NOWHERE = Path("/nonexistent")
SHIPPED = themes.names(NOWHERE)
AA = 4.5

BLINDNESS = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""What linear light looks like to such eyes (Machado, Oliveira, Fernandes 2009, severity 1)."""

_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))


def contrast(one: Color, other: Color) -> float:
    """The ratio of WCAG 2.2."""
    first, second = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = _linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(color: Color) -> tuple[float, ...]:
    parts = (value / 255 for value in color.get_truecolor())
    return tuple(p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)


def _distance(one: Color, other: Color, sight: str) -> float:
    """How far apart two colours are to such eyes: CIE76, where 2.3 is a just noticeable step."""
    return math.dist(_lab(one, sight), _lab(other, sight))


def _lab(color: Color, sight: str) -> tuple[float, float, float]:
    seen = [max(sum(map(mul, row, _linear(color))), 0.0) for row in BLINDNESS[sight]]
    x, y, z = (sum(map(mul, row, seen)) for row in _XYZ)
    fx, fy, fz = (
        t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
        for t in (x / 0.95047, y, z / 1.08883)
    )
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def pair(theme: Theme, part: Part) -> tuple[Color, Color]:
    style = theme[part]
    assert style.color is not None
    assert style.bgcolor is not None
    return style.color, style.bgcolor


def test_eight_themes_are_shipped_two_of_each_ground() -> None:
    dark = {name for name in SHIPPED if load(name, NOWHERE, Depth.FULL).dark}
    assert dark == {"default", "midnight", "high-contrast", "monochrome", "colour-blind"}
    assert set(SHIPPED) - dark == {"light", "paper", "high-contrast-light"}


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_pair_can_be_read(name: str, part: Part) -> None:
    text, ground = pair(load(name, NOWHERE, Depth.FULL), part)
    assert contrast(text, ground) >= (7 if name.startswith("high-contrast") else AA)


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_pair_can_be_read_in_256_colours(name: str, part: Part) -> None:
    text, ground = (
        Color.from_rgb(*color.downgrade(ColorSystem.EIGHT_BIT).get_truecolor())
        for color in pair(load(name, NOWHERE, Depth.FULL), part)
    )
    assert contrast(text, ground) >= AA


@pytest.mark.parametrize("name", SHIPPED)
def test_the_cursor_is_told_from_its_row_by_more_than_a_shade(name: str) -> None:
    theme = load(name, NOWHERE, Depth.FULL)
    _, cursor = pair(theme, Part.CURSOR)
    _, ground = pair(theme, Part.TEXT)
    assert contrast(cursor, ground) >= 1.25


@pytest.mark.parametrize("part", Part)
def test_monochrome_has_greys_only(part: Part) -> None:
    for color in pair(load("monochrome", NOWHERE, Depth.FULL), part):
        assert len(set(color.get_truecolor())) == 1


@pytest.mark.parametrize("sight", BLINDNESS)
def test_colour_blind_keeps_meanings_apart_for_whoever_sees_fewer_colours(sight: str) -> None:
    theme = load("colour-blind", NOWHERE, Depth.FULL)
    for group in ((Part.CUSTOMER, Part.US, Part.NOTE), (Part.GOOD, Part.WARNING, Part.ERROR)):
        for one, other in combinations(group, 2):
            assert _distance(pair(theme, one)[0], pair(theme, other)[0], sight) >= 20, (one, other)


@pytest.mark.parametrize("depth", [Depth.ANSI, Depth.NONE])
@pytest.mark.parametrize("name", SHIPPED)
def test_without_many_colours_cursor_selection_and_unread_have_attributes(
    name: str, depth: Depth
) -> None:
    theme = load(name, NOWHERE, depth)
    plain = Style()
    for part in (Part.CURSOR, Part.CURSOR_AWAY, Part.SELECTED, Part.UNREAD, Part.BAR):
        assert theme[part].without_color != plain


@pytest.mark.parametrize("name", SHIPPED)
def test_no_color_leaves_no_colour(name: str) -> None:
    theme = load(name, NOWHERE, Depth.NONE)
    assert all(style.color is None and style.bgcolor is None for style in theme.styles.values())


@pytest.mark.parametrize(
    ("env", "depth"),
    [
        ({"TERM": "xterm-256color"}, Depth.FULL),
        ({"TERM": "screen", "COLORTERM": "truecolor"}, Depth.FULL),
        ({"TERM": "xterm-kitty"}, Depth.FULL),
        ({"TERM": "linux"}, Depth.ANSI),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, Depth.NONE),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, Depth.FULL),
    ],
)
def test_the_environment_tells_how_many_colours_there_are(
    env: dict[str, str], depth: Depth
) -> None:
    assert depth_of(env) is depth


def test_a_file_of_the_user_wins_over_a_shipped_one(tmp_path: Path) -> None:
    shipped = next(f / "light.toml" for f in themes.shipped_folders() if f.is_dir())
    changed = shipped.read_text("utf-8").replace("#262626 on #eeeeee", "#010203 on #ffffff")
    (tmp_path / "light.toml").write_text(changed, "utf-8")
    text, _ = pair(load("light", tmp_path, Depth.FULL), Part.TEXT)
    assert text.get_truecolor() == (1, 2, 3)


def test_an_unknown_theme_is_refused_with_those_there_are() -> None:
    with pytest.raises(ThemeError, match=r"no theme 'solar'; there are .*default.*light"):
        load("solar", NOWHERE, Depth.FULL)


def test_a_name_cannot_lead_out_of_the_folder() -> None:
    with pytest.raises(ThemeError, match=r"no theme"):
        load("../default", NOWHERE, Depth.FULL)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("styles = 3", r"has no \[styles\]"),
        ("[styles]\ntext = '#ffffff on #000000'", "has no style for 'dim'"),
        ("[styles]\nsparkle = 'red'", "unknown part 'sparkle'"),
        ("[styles]\ntext = 'no such colour'", "wrong style for 'text'"),
        ("not toml", "cannot be read"),
    ],
)
def test_a_wrong_theme_is_refused_with_its_file(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    with pytest.raises(ThemeError, match=f"mine.toml.*{complaint}"):
        load("mine", tmp_path, Depth.FULL)

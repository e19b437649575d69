"""A picture in cells: two pixels each where there are colours, else lighter and darker signs."""

from functools import lru_cache

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from agent_tui.content.picture import Picture

HALF = "▀"
_RAMP = " .:-=+*#%@"
"""From dark to light, on a dark ground."""

_KEPT = 0b11111000
"""Bits of a colour that are kept: so neighbours are of one colour more often, which saves a third
of the bytes and is hardly seen."""


def coloured(picture: Picture) -> list[Strip]:
    """A row for each two of the picture: the upper pixel is the sign's colour, the lower one its
    ground's."""
    return [_row(picture, y) for y in range(0, picture.height, 2)]


def grey(picture: Picture, style: Style, *, dark: bool) -> list[Strip]:
    """A sign of ASCII for each cell, for terminals of few or no colours; ``dark``: it lies on a
    dark ground."""
    ramp = _RAMP if dark else _RAMP[::-1]
    rows = []
    for y in range(0, picture.height, 2):
        text = "".join(ramp[_light(picture, x, y) * len(ramp) // 256] for x in range(picture.width))
        rows.append(Strip([Segment(text, style)], picture.width))
    return rows


def _row(picture: Picture, y: int) -> Strip:
    segments: list[Segment] = []
    run, before = 0, None
    for x in range(picture.width):
        upper = _pixel(picture, x, y)
        pair = upper, _pixel(picture, x, y + 1) if y + 1 < picture.height else upper
        if pair != before and before is not None:
            segments.append(Segment(HALF * run, _style(*before)))
            run = 0
        run, before = run + 1, pair
    if before is not None:
        segments.append(Segment(HALF * run, _style(*before)))
    return Strip(segments, picture.width)


Pixel = tuple[int, int, int]


def _pixel(picture: Picture, x: int, y: int) -> Pixel:
    at = 3 * (y * picture.width + x)
    red, green, blue = picture.pixels[at : at + 3]
    return red & _KEPT, green & _KEPT, blue & _KEPT


@lru_cache(maxsize=4096)
def _style(upper: Pixel, lower: Pixel) -> Style:
    return Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower))


def _light(picture: Picture, x: int, y: int) -> int:
    """How light the two pixels of a cell are together, up to 255 (Rec. 601)."""
    rows = (y, min(y + 1, picture.height - 1))
    total = 0
    for row in rows:
        at = 3 * (row * picture.width + x)
        red, green, blue = picture.pixels[at : at + 3]
        total += 299 * red + 587 * green + 114 * blue
    return total // 2000

"""Pictures that the terminal draws itself: kitty's graphics protocol with Unicode placeholders.

The pixels are sent once and placed nowhere; the terminal shows them wherever a placeholder stands,
which is a character like others, so that scrolling, covering and clearing it is Textual's business
as with all text (https://sw.kovidgoyal.net/kitty/graphics-protocol/, "Unicode placeholders").
Iterm2's protocol and sixel draw past the cells, behind Textual's back, and are not used.
"""

import zlib
from base64 import b64encode
from collections.abc import Iterator, Mapping

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from agent_tui.content.picture import Picture

MOST_ROWS = 60
_ID = 0xA6E701
"""The picture's number in the terminal, which a placeholder has for its colour; there is one at a
time."""

_PLACEHOLDER = "\U0010eeee"
_CHUNK = 4096
_ROWS = (
    "\u0305\u030d\u030e\u0310\u0312\u033d\u033e\u033f\u0346\u034a\u034b\u034c\u0350\u0351\u0352"
    "\u0357\u035b\u0363\u0364\u0365\u0366\u0367\u0368\u0369\u036a\u036b\u036c\u036d\u036e\u036f"
    "\u0483\u0484\u0485\u0486\u0487\u0592\u0593\u0594\u0595\u0597\u0598\u0599\u059c\u059d\u059e"
    "\u059f\u05a0\u05a1\u05a8\u05a9\u05ab\u05ac\u05af\u05c4\u0610\u0611\u0612\u0613\u0614\u0615"
)
"""The mark that tells the number of a row or column, as the protocol lists them."""


def draws(environment: Mapping[str, str]) -> bool:
    """Whether the terminal of ``environment`` is known to draw placeholders: kitty or Ghostty,
    with all colours, and no multiplexer between."""
    if environment.get("TMUX") or environment.get("STY"):
        return False
    known = environment.get("TERM") in ("xterm-kitty", "xterm-ghostty")
    known = known or bool(environment.get("KITTY_WINDOW_ID"))
    known = known or environment.get("TERM_PROGRAM") == "ghostty"
    return known and environment.get("COLORTERM", "").lower() in ("truecolor", "24bit")


def sent(picture: Picture, columns: int, rows: int) -> str:
    """The sequences that hand ``picture`` to the terminal, to be drawn on so many cells."""
    data = b64encode(zlib.compress(picture.pixels, 6)).decode()
    size = f"s={picture.width},v={picture.height},c={columns},r={rows}"
    head = f"a=T,U=1,q=2,f=24,o=z,i={_ID},{size},"
    return gone() + "".join(_chunks(head, data))


def gone() -> str:
    """The sequence after which the terminal has forgotten the picture."""
    return f"\x1b_Ga=d,d=I,q=2,i={_ID};\x1b\\"


def placeholders(columns: int, rows: int) -> list[Strip]:
    """The cells that the terminal draws the picture on: the first of a row says which one it is,
    the others follow it."""
    style = Style(color=Color.from_rgb(_ID >> 16, _ID >> 8 & 255, _ID & 255))
    rest = _PLACEHOLDER * (columns - 1)
    return [
        Strip([Segment(f"{_PLACEHOLDER}{mark}{_ROWS[0]}{rest}", style)], columns)
        for mark in _ROWS[:rows]
    ]


def _chunks(head: str, data: str) -> Iterator[str]:
    for at in range(0, len(data), _CHUNK):
        more = int(at + _CHUNK < len(data))
        yield f"\x1b_G{head}m={more};{data[at : at + _CHUNK]}\x1b\\"
        head = ""

"""Sending only what changed leaves the same screen as sending everything."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from agent_tui.ui.frames import Frames, Update
from agent_tui.ui.output import Plain

WIDTH, HEIGHT = 16, 4
CONSOLE = Console(force_terminal=True, color_system="truecolor")
STYLES = [Style.parse(words) for words in ("none", "bold", "red on black", "reverse")]

_text = st.text(alphabet="abc 漢é·", min_size=1, max_size=6)
_pieces = st.lists(st.tuples(_text, st.sampled_from(STYLES)), min_size=1, max_size=5)


def line(pieces: Sequence[tuple[str, Style]], width: int) -> Strip:
    strip = Strip([Segment(text, style) for text, style in pieces])
    return strip.adjust_cell_length(width, STYLES[0])


@st.composite
def layouts(draw: st.DrawFn) -> CompositorUpdate:
    """The whole screen."""
    rows = [[line(draw(_pieces), WIDTH)] for _ in range(HEIGHT)]
    return LayoutUpdate([iter(row) for row in rows], Region(0, 0, WIDTH, HEIGHT))


@st.composite
def chops(draw: st.DrawFn) -> CompositorUpdate:
    """Some rows, each of two pieces beside each other, one of which may be hidden."""
    cut = draw(st.integers(1, WIDTH - 1))
    made: list[dict[int, Strip | None]] = []
    for _ in range(HEIGHT):
        sides: dict[int, Strip | None] = {
            0: line(draw(_pieces), cut),
            cut: line(draw(_pieces), WIDTH - cut),
        }
        hidden = draw(st.sampled_from([None, 0, cut]))
        made.append({x: None if x == hidden else strip for x, strip in sides.items()})
    rows = draw(st.lists(st.integers(0, HEIGHT - 1), min_size=1, unique=True).map(sorted))
    return ChopsUpdate(made, [(y, 0, WIDTH) for y in rows], [[cut, WIDTH]] * HEIGHT)


@dataclass
class Terminal:
    """An emulator and what has been sent to it."""

    sent: int = 0

    def __post_init__(self) -> None:
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self.stream = pyte.Stream(self.screen)
        self.show("\x1b[?7l")  # Textual turns wrapping off

    def show(self, text: str) -> None:
        self.sent += len(text)
        self.stream.feed(text)

    @property
    def cells(self) -> list[list[object]]:
        return [[self.screen.buffer[y][x] for x in range(WIDTH)] for y in range(HEIGHT)]


def written(update: Update) -> str:
    """What Textual writes for it."""
    assert isinstance(update, CompositorUpdate)
    return update.render_segments(CONSOLE)


def copied(update: CompositorUpdate) -> CompositorUpdate:
    """An update that can be written twice: its rows are used up by reading them."""
    if isinstance(update, LayoutUpdate):
        update.strips = [list(row) for row in update.strips]
    return update


@settings(max_examples=60, deadline=None)
@given(layouts(), st.lists(layouts() | chops(), max_size=6))
def test_an_emulator_shows_the_same_either_way(
    first: CompositorUpdate, later: list[CompositorUpdate]
) -> None:
    frames, plain = Frames(), Plain()
    whole, changed, left_alone = Terminal(), Terminal(), Terminal()
    for update in map(copied, (first, *later)):
        whole.show(update.render_segments(CONSOLE))
        changed.show(frames.draw(CONSOLE, update))
        left_alone.show(written(plain.changes(update)))
        assert changed.cells == left_alone.cells == whole.cells
    assert left_alone.sent == whole.sent


@settings(max_examples=30, deadline=None)
@given(layouts(), st.lists(layouts() | chops(), max_size=4))
def test_a_terminal_of_ascii_shows_the_same_either_way(
    first: CompositorUpdate, later: list[CompositorUpdate]
) -> None:
    frames, plain = Frames(ascii_only=True), Plain(ascii_only=True)
    changed, left_alone = Terminal(), Terminal()
    for update in map(copied, (first, *later)):
        changed.show(frames.draw(CONSOLE, update))
        sent = written(plain.changes(update))
        assert sent.isascii()
        left_alone.show(sent)
        assert changed.cells == left_alone.cells


@settings(max_examples=20)
@given(layouts())
def test_an_unchanged_frame_costs_nothing(update: CompositorUpdate) -> None:
    frames = Frames()
    assert frames.draw(CONSOLE, copied(update))
    assert frames.draw(CONSOLE, update) == ""


@settings(max_examples=20)
@given(layouts())
def test_after_somebody_else_wrote_everything_is_sent_again(update: CompositorUpdate) -> None:
    frames = Frames()
    first = frames.draw(CONSOLE, copied(update))
    frames.forget()
    assert frames.draw(CONSOLE, update) == first


def test_one_character_costs_a_few_bytes() -> None:
    frames = Frames()
    rows = ["abcdefghijklmnop", "abcdefgXijklmnop"]
    updates = [
        LayoutUpdate([[line([(row, STYLES[0])], WIDTH)]], Region(0, 0, WIDTH, 1)) for row in rows
    ]
    frames.draw(CONSOLE, updates[0])
    assert frames.draw(CONSOLE, updates[1]) == "\x1b[1;8HX"


def test_a_terminal_without_unicode_gets_ascii_in_the_same_cells() -> None:
    update = LayoutUpdate([iter([line([("é 漢·x", STYLES[1])], WIDTH)])], Region(0, 0, WIDTH, 1))
    sent = Frames(ascii_only=True).draw(CONSOLE, update)
    assert sent.isascii()
    assert "e ??.x" in sent

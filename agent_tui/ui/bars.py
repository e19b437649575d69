"""The line above the panes, which names the view, and the status line below them."""

from collections.abc import Iterable, Mapping, Sequence

from rich.cells import cell_len
from textual.strip import Strip
from textual.widget import Widget

from agent_tui.model.conversation import View
from agent_tui.store.listings import COUNT_LIMIT
from agent_tui.ui import draw
from agent_tui.ui.cells import fit
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import Shell
from agent_tui.ui.theme import Part


def counted(count: int | None) -> str:
    """A view's count as it is shown."""
    if count is None:
        return ""
    return f"{COUNT_LIMIT - 1}+" if count >= COUNT_LIMIT else str(count)


class ViewBar(Widget):
    """The view that is listed with its count, then the others with the digits that choose them."""

    DEFAULT_CSS = "ViewBar { height: 1; }"

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._shown: tuple[Piece, ...] = ()
        self._instead: tuple[Piece, ...] = ()

    def show_instead(self, pieces: tuple[Piece, ...]) -> None:
        """Show this in place of the views, or with nothing the views again."""
        if pieces != self._instead:
            self._instead = pieces
            self.refresh()

    def show(
        self,
        views: Sequence[View],
        counts: Mapping[str, int],
        current: View,
        narrowing: str = "",
        matches: str = "",
        selected: str = "",
    ) -> None:
        """Draw anew when something is different; ``views`` are those not shown elsewhere,
        ``selected`` says how many are."""
        name = f" {current.name} {counted(counts.get(current.name))}".rstrip()
        pieces = [Piece(name, Part.BAR_ACCENT)]
        if narrowing:
            pieces.append(Piece(f"  /{narrowing}  {matches}", Part.BAR_ACCENT))
        if selected:
            pieces.append(Piece(f"  {selected}", Part.BAR_ACCENT))
            pieces.append(Piece("  Esc: none", Part.BAR))
        elif narrowing:
            keep = self._shell.keys_of("edit-view")
            kept = f"  {keep[0]}: keep as a view" if keep else ""
            pieces.append(Piece(f"  Esc: whole view{kept}", Part.BAR))
        else:
            pieces.append(Piece("  ", Part.BAR))
            pieces += [
                Piece(f"  {place} {view.name} {counted(counts.get(view.name))}".rstrip(), Part.BAR)
                for place, view in enumerate(views, 1)
                if view.name != current.name and place <= 9
            ]
        if self._shown != tuple(pieces):
            self._shown = tuple(pieces)
            if not self._instead:
                self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - Textual asks by line
        return draw.strip(
            self._instead or self._shown, self.size.width, self._shell.colours, Part.BAR
        )


class StatusLine(Widget):
    """A sentence or a hint on the left, what must not be overlooked on the right."""

    DEFAULT_CSS = "StatusLine { height: 1; }"

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._hint = ""
        self._sentence = ""
        self._part = Part.BAR_ACCENT
        self._facts: tuple[Piece, ...] = ()

    @property
    def room(self) -> int:
        """Cells that a sentence may have beside what must not be overlooked."""
        return self.size.width - _cells(self._fitting()) - 2

    @property
    def sentence(self) -> str:
        """What is said now; empty when only the hint stands there."""
        return self._sentence

    def say(self, sentence: str, *, error: bool = False) -> None:
        """Show a sentence in place of the hint; an empty one brings the hint back."""
        part = Part.BAR_ERROR if error and sentence else Part.BAR_ACCENT
        if (sentence, part) != (self._sentence, self._part):
            self._sentence, self._part = sentence, part
            self.refresh()

    def hint(self, text: str) -> None:
        """What stands there while nothing is said."""
        if text != self._hint:
            self._hint = text
            self.refresh()

    def facts(self, facts: Sequence[Piece]) -> None:
        """Trouble, progress, undecided sends and the time."""
        if tuple(facts) != self._facts:
            self._facts = tuple(facts)
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - Textual asks by line
        facts = self._fitting()
        if self._sentence:
            left = Piece(f" {self._sentence} ", self._part)
        else:
            room = self.size.width - _cells(facts) - 1
            left = Piece(f" {fitting_hint(self._hint, room)}", Part.BAR)
        return draw.sides([left], facts, self.size.width, self._shell.colours, Part.BAR)

    def _fitting(self) -> list[Piece]:
        return fitting_facts(self._facts, self.size.width * 3 // 4)


def fitting_facts(facts: Sequence[Piece], room: int) -> list[Piece]:
    """What fits of ``facts`` into ``room`` cells: the clock goes first, trouble last, and what is
    too long even alone loses its middle, not where more about it stands."""
    kept = list(facts)
    while len(kept) > 1 and _cells(kept) > room:
        least = min(reversed(kept), key=lambda fact: _WEIGHTS.get(fact.part, 0))
        kept.remove(least)
    if kept and _cells(kept) > room:
        head, _, where = kept[0].text.rpartition(", ")
        text = f"{fit(head, room - cell_len(where) - 2)}, {where}" if head else kept[0].text
        kept = [kept[0]._replace(text=text)]
    return kept


_WEIGHTS = {Part.BAR_ERROR: 2, Part.BAR_ACCENT: 1}


def _cells(pieces: Iterable[Piece]) -> int:
    return sum(cell_len(piece.text) for piece in pieces)


def fitting_hint(hint: str, room: int) -> str:
    """As many of the keys of a hint as fit whole, the last among them: it leads back or to all
    the others, and half a word helps nobody."""
    *keys, last = hint.split("  ")
    while keys and cell_len("  ".join([*keys, last])) > room:
        keys.pop()
    return "  ".join([*keys, last])

"""The list of conversations, drawn line by line: a cursor key repaints two lines."""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.geometry import Region
from textual.strip import Strip

from agent_tui.model.clock import Clock
from agent_tui.model.conversation import Conversation
from agent_tui.store.matches import Matches
from agent_tui.ui import draw, headings
from agent_tui.ui.cells import Glyphs
from agent_tui.ui.list_look import ListLook
from agent_tui.ui.listing import Listing
from agent_tui.ui.rows import Piece
from agent_tui.ui.selection import Selection
from agent_tui.ui.shell import Pane, Shell, Where
from agent_tui.ui.theme import Part


class ListPane(Pane):
    """Rows of a :class:`Listing`; when the cursor leaves the view, half a page comes in."""

    where: ClassVar[Where] = Where.LIST

    def __init__(
        self,
        shell: Shell,
        glyphs: Glyphs,
        me: str,
        clock: Clock,
        *,
        moved: Callable[[], None],
        opened: Callable[[], None],
        selected: Callable[[], None],
        empty: Callable[[], list[str]],
    ) -> None:
        """``moved`` is told of each new cursor, ``opened`` of Enter, ``selected`` when others are
        selected; ``empty`` says what to do when there is nothing to list."""
        super().__init__()
        self.listing: Listing | None = None
        self.selection = Selection()
        self._shell = shell
        self._look = ListLook(shell, glyphs, me, clock)
        self._moved, self._opened, self._empty = moved, opened, empty
        self._selected = selected
        self._top = 0
        self._in_hand = False  # until a key is pressed the newest may come in above the cursor
        self._left: int | None = None  # the last one that left from under the cursor
        self._nothing: list[str] = []  # what is said where there is nothing to list
        self._headed = False
        self._placed: tuple[Sequence[Conversation], tuple[int, ...], list[int | str]] | None = None

    @property
    def current(self) -> Conversation | None:
        """The one under the cursor."""
        return self.listing.current if self.listing else None

    @property
    def new_above(self) -> int:
        """Conversations that came in above the first row, since."""
        return self.listing.new_above if self.listing else 0

    def show(self, listing: Listing, *, headed: bool = False) -> None:
        """List something else, from where its cursor is; ``headed``: with headings between days."""
        self.listing = listing
        self._headed = headed and not listing.searching  # matches are in no order of time
        self._in_hand &= bool(listing.rows)
        self._top = 0
        self._keep_in_view()
        self._look_for_nothing()
        self.refresh()

    def take_in_hand(self) -> None:
        """A key was pressed: from now on the row under the cursor stays there, whatever comes in.
        Who only watches, as during a first sync, sees the first rows."""
        self._in_hand = True

    @property
    def headed(self) -> bool:
        """Whether headings stand between days."""
        return self._headed

    def head(self, *, headed: bool) -> None:
        """Show headings or do without; the cursor stays where it is."""
        self._headed = headed
        self._keep_in_view()
        self.refresh()

    def mark(self, words: Sequence[str]) -> None:
        """Mark these searched words in what is listed from now on."""
        self._look.words = tuple(words)

    def reload(self, *, own: bool = False, found: Matches | None = None) -> None:
        """Read the rows again; the cursor stays on its line of the screen as far as it can.

        With ``own`` it is the agent who changed something: then a view of the first rows stays
        one, for what comes back above the cursor is what they want to see. ``found`` is what a
        search found since.
        """
        if self.listing is None:
            return
        before = self._view()
        line = self.listing.cursor - self._top
        listed = self.current
        if self._in_hand or self.listing.searching:
            self.listing.refresh(found)
        else:
            self.listing.first()
        if (
            self._in_hand
            and listed is not None
            and (self.current is None or self.current.id != listed.id)
        ):
            self._left = listed.id
        self._look.read_writing()
        self._top = 0 if own and self._top == 0 else max(self.listing.cursor - line, 0)
        if self._top == 0:
            self.listing.new_above = 0
        self._keep_in_view()
        self._look_for_nothing()
        draw.repaint(self, before, self._view())

    def tick(self) -> None:
        """Draw what looks different by now; cheap enough to be called all the time."""
        if not self._look.is_late():
            return
        before = self._view()
        self._look.renew()
        if self._headed:  # a day or an hour may have ended, and a heading come in
            self._keep_in_view()
        self._look_ahead()
        draw.repaint(self, before, self._view())

    def has_left(self, conversation: Conversation | None) -> bool:
        """Whether it stood under the cursor, left the list, and another has its place since."""
        here = self.current.id if self.current is not None else None
        return conversation is not None and conversation.id == self._left != here

    def move(self, rows: int) -> None:
        if self.listing is None or not self.listing.rows:
            return
        old = self.listing.cursor
        pushed = self.listing.move(rows)
        self._top += pushed
        self._after_move(old + pushed)

    def turn(self, pages: float) -> None:
        if self.listing is None or not self.listing.rows:
            return
        headings_seen = sum(isinstance(line, str) for line in self._lines())
        by = int(pages * (self.size.height - headings_seen))
        self._top += self.listing.move(by)
        self._top += by
        self._keep_in_view()
        self.refresh()
        self._moved_on()

    def jump(self, *, end: bool) -> None:
        if self.listing is None:
            return
        if end:
            self.listing.last()
        else:
            self.listing.first()
        self._top = max(self.listing.cursor - self.size.height + 1, 0)
        self._keep_in_view()
        self.refresh()
        self._moved_on()

    @property
    def read_at(self) -> int:
        return max(self._line_of(self._cursor()), 0)

    def activate(self) -> None:
        if self.current is not None:
            self._opened()

    def go_to(self, conversation_id: int) -> None:
        """Put the cursor on a conversation if the window holds it."""
        if self.listing is not None:
            old = self.listing.cursor
            if self.listing.go_to(conversation_id):
                self._after_move(old)

    def selected(self) -> list[int]:
        """The ids that are selected, those of an open range with them."""
        began = self.selection.began
        if began is None or self.listing is None:
            return self.selection.ids
        return list(dict.fromkeys([*self.selection.ids, *self.listing.ids_to(began)]))

    def toggle(self, rows: int) -> None:
        """Select the row under the cursor, or not any more, and go on; so many times. An open
        range ends with it."""
        if self.selection.began is not None:
            self.end_range()
            return
        for _ in range(rows):
            if self.current is None or self.listing is None:
                return
            at = self.listing.cursor
            self.selection.toggle(self.current.id)
            self._refresh_rows(at)
            self.move(1)
        self._selected()

    def begin_range(self) -> None:
        """Select from here to wherever the cursor goes."""
        self.selection.began = self.current
        self._refresh_rows(self._cursor())
        self._selected()

    def end_range(self) -> None:
        """What the range covers is selected; the cursor goes on alone."""
        self.selection.add(self.selected())
        self.selection.began = None
        self._selected()

    def select(self, ids: Iterable[int]) -> None:
        """Select these, too."""
        before = self._view()
        self.selection.add(ids)
        draw.repaint(self, before, self._view())
        self._selected()

    def keep_selected(self, ids: Iterable[int]) -> None:
        """Select no others than ``ids`` any more, and end a range."""
        before = self._view()
        self.selection.began = None
        self.selection.keep(ids)
        draw.repaint(self, before, self._view())
        self._selected()

    def drop_unlisted(self, changed: Iterable[int]) -> None:
        """Those of ``changed`` that the list has no longer are not selected any more."""
        mine = [one for one in changed if one in self.selection]
        if mine and self.listing is not None:
            gone = set(mine).difference(self.listing.within(mine))
            if gone:
                self.keep_selected(one for one in self.selection.ids if one not in gone)

    def clear_selection(self) -> bool:
        """Select nothing; False when nothing was."""
        if not self.selection:
            return False
        self.keep_selected(())
        return True

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        rows = self.listing.rows if self.listing else []
        if not rows:
            return self._look.nothing(self._nothing, y, width, self.size.height)
        lines = self._lines()
        if y >= len(lines):
            return draw.blank(width, self._shell.colours)
        index = lines[y]
        if isinstance(index, str):
            return self._look.heading(index, width)
        inner = width - (width < self.screen.size.width)  # panes must not touch
        shown = rows[index]
        selected = shown.id in self.selection or self._in_range(shown)
        pieces = self._look.row(shown, inner, selected=selected)
        if self.listing is not None and index == self.listing.cursor:
            part = Part.CURSOR if self.has_focus else Part.CURSOR_AWAY
            pieces = [Piece("".join(piece.text for piece in pieces), part)]
        return draw.strip(pieces, width, self._shell.colours)

    def on_resize(self) -> None:
        """Also when it comes into view: hidden it had no height to keep the cursor in."""
        top = self._top
        self._keep_in_view()
        if self._top != top:
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on a row, a second one opens it."""
        lines = self._lines()
        index = lines[event.y] if event.y < len(lines) else None
        if self.listing is not None and isinstance(index, int):
            self.take_in_hand()
            self.move(index - self.listing.cursor)
            if event.chain > 1:
                self.activate()

    def focus_changed(self) -> None:
        self._refresh_rows(self._cursor())

    def _in_range(self, conversation: Conversation) -> bool:
        began = self.selection.began
        if began is None or self.listing is None:
            return False
        return self.listing.range_to(began)(conversation)

    def _look_ahead(self) -> None:
        """Note when the first wait in view comes near its target."""
        rows = self.listing.rows[self._top : self._top + self.size.height] if self.listing else []
        self._look.look_ahead(rows)

    def _title(self) -> headings.Title | None:
        if not self._headed or self.listing is None:
            return None
        return headings.titles(self.listing.sort, self._look.at)

    def _lines(self) -> list[int | str]:
        """What each line shows: the index of a row, or a heading."""
        rows: Sequence[Conversation] = self.listing.rows if self.listing else ()
        state = self._top, self.size.height, len(rows), self._look.minute, self._headed
        if self._placed is None or self._placed[0] is not rows or self._placed[1] != state:
            lines = headings.placed(rows, self._top, self.size.height, self._title())
            self._placed = rows, state, lines
        return self._placed[2]

    def _line_of(self, index: int) -> int:
        """Where a row stands in the view; -1: nowhere."""
        lines = self._lines()
        return lines.index(index) if index in lines else -1

    def _cursor(self) -> int:
        return self.listing.cursor if self.listing else 0

    def _view(self) -> list[Strip]:
        return [self.render_line(y) for y in range(self.size.height)]

    def _after_move(self, old: int) -> None:
        top = self._top
        self._keep_in_view()
        if self._top != top:
            self.refresh()
        elif self.selection.began is not None:
            low, high = sorted((old, self._cursor()))
            self._refresh_rows(*range(low, high + 1))
        else:
            self._refresh_rows(old, self._cursor())
        self._moved_on()

    def _moved_on(self) -> None:
        if self.selection.began is not None:
            self._selected()
        self._moved()

    def _keep_in_view(self) -> None:
        """Bring the cursor into view by half a page and read what the view shows."""
        listing, height = self.listing, self.size.height
        if listing is None or not height:
            return
        half = max(height // 2, 1)
        if listing.cursor < self._top:
            self._top = listing.cursor - height + 1 if half == 1 else listing.cursor - half
        elif self._line_of(listing.cursor) < 0:
            self._top = listing.cursor - half
        if self._top < 0:
            self._top += listing.reach_up(self._top)
        listing.reach(self._top + height - 1)
        self._top -= listing.trim()
        last = headings.last_top(listing.rows, height, self._title())
        self._top = max(min(self._top, last), 0)
        while self._line_of(listing.cursor) < 0 and self._top < listing.cursor:
            self._top += 1  # headings have taken its line
        if self._top == 0:
            listing.new_above = 0
        self._look_ahead()

    def _refresh_rows(self, *indexes: int) -> None:
        width, height = self.size
        lines = {line for index in indexes if 0 <= (line := self._line_of(index)) < height}
        if lines:
            self.refresh(*(Region(0, line, width, 1) for line in lines))

    def _look_for_nothing(self) -> None:
        """Ask what to say once for all lines: it is to be known what was said before."""
        empty = self.listing is not None and not self.listing.rows
        self._nothing = self._empty() if empty else []

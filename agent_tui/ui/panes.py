"""The panes of the inbox and how they stand together: views, list, conversation, customer."""

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget

from agent_tui.config.settings import Settings
from agent_tui.model.clock import Clock
from agent_tui.ui.bars import ViewBar
from agent_tui.ui.cells import Glyphs
from agent_tui.ui.kept import Kept
from agent_tui.ui.layout import NOTHING_OWN, Layout, Own, Slot, arrange, kind, resized
from agent_tui.ui.list_pane import ListPane
from agent_tui.ui.shell import Pane, Shell
from agent_tui.ui.views_pane import ViewsPane

if TYPE_CHECKING:
    from agent_tui.ui.conversation_pane import ConversationPane
    from agent_tui.ui.customer_pane import CustomerPane

_CYCLE = (Slot.LIST, Slot.READING, Slot.CUSTOMER)
_SIZES = "panes "


class Panes(Widget):
    """Decides which panes are in view, how wide they are, and which has the keyboard."""

    DEFAULT_CSS = "Panes { layout: horizontal; height: 1fr; }"

    def __init__(
        self, shell: Shell, listed: ListPane, settings: Settings, glyphs: Glyphs, clock: Clock
    ) -> None:
        super().__init__()
        self.slot = Slot.LIST
        self.bar = ViewBar(shell)
        self.views = ViewsPane(shell)
        self.list = listed
        self.kept = Kept(shell.paths.state / "screen")
        self._shell = shell
        self._settings = settings
        self._zoomed = False
        self._layout: Layout | None = None
        self._right: tuple[ConversationPane, CustomerPane] | None = None
        self._glyphs, self._clock = glyphs, clock
        self._dragged: tuple[Slot, int] | None = None  # the pane left of the pointer, and where

    def compose(self) -> ComposeResult:
        yield self.views
        yield self.list

    @property
    def reading(self) -> "ConversationPane":
        """The open conversation, made when it is first wanted."""
        return self.complete()[0]

    @property
    def customer(self) -> "CustomerPane":
        """The customer beside it, made likewise."""
        return self.complete()[1]

    def complete(self) -> "tuple[ConversationPane, CustomerPane]":
        """The panes that the first paint does without: with the store of messages behind them
        they cost 25 ms. Made when they are first asked for."""
        if self._right is not None:
            return self._right
        from agent_tui.ui.conversation_pane import ConversationPane
        from agent_tui.ui.customer_pane import CustomerPane

        reading = ConversationPane(self._shell, self._glyphs, self._clock)
        customer = CustomerPane(self._shell, self._glyphs, self._clock, opened=self.open_id)
        self._right = reading, customer
        for slot, pane in self._panes():
            self._fit(pane, slot)
        self.mount(reading, customer)
        self.lay_out()
        return self._right

    def open_id(self, conversation_id: int, message_id: int | None = None) -> None:
        """Read any conversation, at that message."""
        raise NotImplementedError

    def arranged(self) -> None:
        """The panes stand as they are to."""
        raise NotImplementedError

    def pane(self) -> Pane:
        """The pane that has the keyboard while nothing lies over the inbox."""
        match self.slot:
            case Slot.READING:
                return self.reading
            case Slot.CUSTOMER:
                return self.customer
            case _:
                return self.list

    def go(self, slot: Slot) -> None:
        """Give a pane the keyboard."""
        if slot is not Slot.LIST and self.reading.conversation is None:
            if self.list.current is None:
                self._shell.say("There is no conversation here.")
                return
            self.reading.show(self.list.current)
            self.customer.look_up(self.list.current.customer_id)
        self.slot = slot
        self.complete()
        self.lay_out()
        self._shell.focus_back()

    def cycle(self, by: int) -> None:
        """The next or previous pane."""
        at = _CYCLE.index(self.slot) if self.slot in _CYCLE else 0
        self.go(_CYCLE[(at + by) % len(_CYCLE)])

    def zoom(self) -> None:
        """The pane with the keyboard alone, or all of them again."""
        self._zoomed = not self._zoomed
        self.lay_out()

    def lay_out(self) -> None:
        """Show the panes that fit, each with its width."""
        width = self.app.size.width
        alone = self._zoomed or self._settings.screen_reader
        preview = self._settings.preview
        layout = arrange(width, self.slot, preview=preview, zoomed=alone, own=self._own(width))
        if layout != self._layout:  # to set a style to what it was lays everything out again
            self._layout = layout
            for slot, pane in self._panes():
                self._fit(pane, slot)
        if self._shows(Slot.CUSTOMER):
            self.customer.show(self.reading.conversation or self.list.current)
        self.arranged()

    def widen(self, by: int) -> None:
        """Make the pane with the keyboard so many cells wider, also for the next session."""
        self._resize(self.slot, by)

    def forget_sizes(self) -> None:
        """All panes as wide as they come, in every layout."""
        if self.kept.forget(_SIZES):
            self.lay_out()
        self._shell.say("All panes are as wide as they come.")

    def redraw(self) -> None:
        """Draw all panes anew: the theme is another one."""
        self.bar.refresh()
        for _, pane in self._panes():
            pane.refresh()
        if self._right is not None:
            for pane in self._right:
                pane.forget_drawn()

    def on_resize(self) -> None:
        self.lay_out()

    def _panes(self) -> list[tuple[Slot, Widget]]:
        """Those that there are already."""
        found: list[tuple[Slot, Widget]] = [(Slot.VIEWS, self.views), (Slot.LIST, self.list)]
        if self._right is not None:
            found += zip((Slot.READING, Slot.CUSTOMER), self._right, strict=True)
        return found

    def _shows(self, slot: Slot) -> bool:
        """Whether the pane is in view; False for those not made yet."""
        made = self._right is not None or slot in (Slot.VIEWS, Slot.LIST)
        return made and self._layout is not None and self._layout.shows(slot)

    def _fit(self, pane: Widget, slot: Slot) -> None:
        layout = self._layout
        pane.display = layout is not None and layout.shows(slot)
        if layout is not None and layout.shows(slot):
            pane.styles.width = layout.widths[slot]

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The edge between two panes can be dragged; they are drawn anew once it is let go."""
        edge = self.region.x
        widths = self._layout.widths if self._layout is not None else {}
        for slot in [*widths][:-1]:
            edge += widths[slot]
            if slot is not Slot.VIEWS and event.screen_x in (edge - 1, edge):
                self._dragged = slot, event.screen_x
                self.capture_mouse()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._dragged is None:
            return
        (slot, begun), self._dragged = self._dragged, None
        self.release_mouse()
        by = event.screen_x - begun
        if by and slot is Slot.READING:  # what it gains there, the customer loses
            self._resize(Slot.CUSTOMER, -by)
        elif by:
            self._resize(slot, by)

    def _resize(self, slot: Slot, by: int) -> None:
        width = self.app.size.width
        if self._layout is None or len(self._layout.widths) < 2:
            self._shell.say("This pane has all of the width.")
            return
        before = self._own(width)
        own = resized(width, self.slot, slot, by, before)
        if arrange(width, self.slot, own=own) == self._layout:
            self._shell.say("The panes beside it need the rest of the width.")
            return
        self.kept.put(_SIZES + kind(width), f"{own.list} {own.customer}")
        self.lay_out()

    def _own(self, width: int) -> Own:
        """The widths kept for this layout; a file with anything else in it counts as none."""
        words = self.kept.get(_SIZES + kind(width)).split()
        if len(words) != len(Own._fields) or not all(word.isdecimal() for word in words):
            return NOTHING_OWN
        return Own(*map(int, words))

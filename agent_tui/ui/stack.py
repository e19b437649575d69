"""The panes opened over the inbox, the one opened last on top."""

from agent_tui.ui.shell import Dock, Pane


class PaneStack:
    """Decides which of them are in view; the caller mounts and removes them."""

    def __init__(self) -> None:
        self._panes: list[tuple[Pane, Dock]] = []

    @property
    def top(self) -> Pane | None:
        """The one opened last."""
        return self._panes[-1][0] if self._panes else None

    @property
    def covers(self) -> bool:
        """Whether one of them stands in place of the inbox."""
        return any(dock is Dock.FULL for _, dock in self._panes)

    def push(self, pane: Pane, dock: Dock) -> None:
        """One more is opened."""
        self._panes.append((pane, dock))

    def pop(self) -> Pane | None:
        """The one opened last is closed."""
        return self._panes.pop()[0] if self._panes else None

    def show(self, *, visible: bool) -> None:
        """Show the full pane opened last and what was opened over it, or nothing at all."""
        full = [place for place, (_, dock) in enumerate(self._panes) if dock is Dock.FULL]
        for place, (pane, _) in enumerate(self._panes):
            pane.display = visible and place >= max(full, default=0)

    def leave(self) -> None:
        """Have all of them save what was typed, the top one first."""
        for pane, _ in reversed(self._panes):
            pane.leave()

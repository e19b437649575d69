"""How the ratings go, as a pane over the inbox: all reviews, sources, products, stars."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from agent_tui.actions import ratings
from agent_tui.actions.action import ActionError
from agent_tui.actions.ratings import Report
from agent_tui.model.clock import SECOND, Millis
from agent_tui.model.rating import Period
from agent_tui.query.syntax import QueryError
from agent_tui.store.database import StoreError
from agent_tui.ui import rating_lines
from agent_tui.ui.cells import glyphs_for
from agent_tui.ui.markup import Line
from agent_tui.ui.rows_pane import RowsPane
from agent_tui.ui.shell import Shell, Where

_EVERY: Millis = 5 * SECOND
"""What the store says is read no oftener while it changes."""


async def show(shell: Shell) -> None:
    """Open the pane for what a search has narrowed the list to, else for all reviews."""
    await show_of(shell, shell.desk.narrowing)


async def show_of(shell: Shell, query: str) -> None:
    """Open the pane for the reviews that match ``query``. Raises ActionError for a wrong one."""
    try:
        found = await _read(shell, query, Period.WEEK)
    except QueryError as error:
        raise ActionError(str(error)) from error
    shell.open_pane(RatingsPane(shell, found))


async def turn(shell: Shell) -> None:
    """Count by months instead of weeks, or the other way round."""
    pane = shell.pane()
    assert isinstance(pane, RatingsPane)
    await pane.turn_periods()


class RatingsPane(RowsPane):
    """The rows of a report; Enter lists the reviews of one."""

    where: ClassVar[Where] = Where.RATINGS

    def __init__(self, shell: Shell, report: Report) -> None:
        super().__init__(shell, "Ratings", "No reviews with stars.")
        self._report = report
        self._read_at = shell.clock()

    def read_store(self) -> None:
        """Nothing: the report is there already, and is read again beside the keyboard."""

    def reload(self) -> None:
        is_old = self.shell.clock() >= self._read_at + _EVERY
        if is_old:
            self.run_worker(self._read_again(self._report.period), exclusive=True)
        if is_old or not self._rows:
            super().reload()

    async def turn_periods(self) -> None:
        """By weeks, or by months again."""
        weeks = self._report.period is Period.WEEK
        await self._read_again(Period.MONTH if weeks else Period.WEEK)

    def show_now(self) -> None:
        glyphs, width = glyphs_for(), self.size.width
        self._title = rating_lines.head(self._report, width).removeprefix(" ")
        self.show(
            [rating_lines.row(self._report, one, glyphs, width) for one in self._report.trends]
        )

    def counts_down(self) -> bool:
        return False

    def detail(self, number: int, width: int) -> Sequence[Line]:
        return rating_lines.detail(self._report, self._report.trends[number], glyphs_for(), width)

    def activate(self) -> None:
        if self._report.trends:
            trend = self._report.trends[self.cursor]
            self.shell.show_view(ratings.view_of(self._report, trend))

    def on_resize(self) -> None:
        self.show_now()
        self.refresh()

    async def _read_again(self, period: Period) -> None:
        try:
            self._report = await _read(self.shell, self._report.query, period)
        except StoreError as error:
            self.shell.say(str(error), error=True)
            return
        self._read_at = self.shell.clock()
        self.show_now()
        self.refresh()


async def _read(shell: Shell, query: str, period: Period) -> Report:
    """The report, read in a thread: a hundred thousand reviews take a third of a second."""
    return await asyncio.to_thread(
        ratings.report,
        shell.db,
        query,
        rules=shell.settings.clocks,
        me=shell.settings.agent.handle,
        now=shell.clock(),
        period=period,
    )

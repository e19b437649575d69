"""How the lines of the list look at a moment: ages, waits, who writes, what was searched for."""

from collections.abc import Iterable, Sequence

from textual.strip import Strip

from agent_tui.model.clock import MINUTE, SECOND, Clock, Millis
from agent_tui.model.conversation import Conversation
from agent_tui.store import presence
from agent_tui.ui import draw, spoken
from agent_tui.ui.cells import Glyphs
from agent_tui.ui.rows import Piece, columns, marked, row
from agent_tui.ui.shell import Shell
from agent_tui.ui.theme import Part
from agent_tui.ui.waiting import crossing, pressure


class ListLook:
    """Draws lines as of :attr:`at`, until :meth:`is_late` says that they look different by now."""

    def __init__(self, shell: Shell, glyphs: Glyphs, me: str, clock: Clock) -> None:
        self.at: Millis = clock()
        self.words: tuple[str, ...] = ()  # marked in the rows
        self._shell, self._glyphs, self._me, self._clock = shell, glyphs, me, clock
        self._crossing: Millis | None = None  # when a wait in view comes near its target next
        self._writing: frozenset[int] = frozenset()  # where a customer writes
        self._asked_at: Millis = 0  # when that was read

    @property
    def minute(self) -> int:
        """All that is drawn within one minute is as old."""
        return self.at // MINUTE

    def is_late(self) -> bool:
        """Whether ages have grown by a minute, a wait has come near its target, or somebody may
        have stopped to write; cheap enough to be asked all the time."""
        now = self._clock()
        crossed = self._crossing is not None and now >= self._crossing
        return now // MINUTE != self.minute or crossed or self._may_have_stopped(now)

    def renew(self) -> None:
        """From now on draw as of now."""
        now = self._clock()
        if self._may_have_stopped(now):
            self.read_writing()
        self.at = now

    def read_writing(self) -> None:
        """Read in which conversations a customer writes."""
        self._asked_at = self._clock()
        self._writing = presence.customers_write_in(self._shell.db, self._asked_at)

    def look_ahead(self, rows: Iterable[Conversation]) -> None:
        """Note when the first wait of ``rows`` comes near its target."""
        coming = (crossing(one, self.at) for one in rows)
        self._crossing = min((at for at in coming if at is not None), default=None)

    def row(self, conversation: Conversation, width: int, *, selected: bool) -> Sequence[Piece]:
        """One conversation in ``width`` cells, as a sentence where a screen reader is at work."""
        writing = conversation.id in self._writing
        if self._shell.settings.screen_reader:
            pieces = spoken.row(
                conversation, width, self.at, self._me, writing=writing, selected=selected
            )
        else:
            pieces = row(
                conversation,
                columns(width),
                self.minute,
                self._me,
                self._glyphs,
                pressure(conversation, self.at),
                writing=writing,
                selected=selected,
            )
        return marked(pieces, self.words) if self.words else pieces

    def heading(self, text: str, width: int) -> Strip:
        """A line between rows."""
        sign = "" if self._shell.settings.screen_reader else f" {self._glyphs.dash} "
        return draw.strip([Piece(f"{sign}{text}", Part.DIM, bold=True)], width, self._shell.colours)

    def nothing(self, said: Sequence[str], y: int, width: int, height: int) -> Strip:
        """The line ``y`` of a list that has no rows and says why."""
        at = y - max((height - len(said)) // 3, 0)
        if not 0 <= at < len(said):
            return draw.blank(width, self._shell.colours)
        part = Part.UNREAD if at == 0 else Part.TEXT
        return draw.strip([Piece(f"  {said[at]}", part)], width, self._shell.colours)

    def _may_have_stopped(self, now: Millis) -> bool:
        return bool(self._writing) and abs(now - self._asked_at) >= SECOND

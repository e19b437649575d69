"""Counts the undo window down in the status line: a word a second, while nothing else is said."""

from agent_tui.actions.action import LEAVES, ON_ITS_WAY, Done, seconds_left
from agent_tui.ui.bars import StatusLine
from agent_tui.ui.shell import Shell


class Countdown:
    """One message that leaves; the next one said ends it."""

    def __init__(self, shell: Shell, status: StatusLine, done: Done) -> None:
        self._shell = shell
        self._status = status
        self._done = done
        self._said = done.sentence
        status.say(done.sentence)

    def tick(self) -> bool:
        """Say how long is left; False when there is nothing to count any more."""
        if self._status.sentence != self._said or self._done.leaves_at is None:
            return False
        left = seconds_left(self._done.leaves_at - self._shell.clock())
        if not self._shell.settings.screen_reader or not left:  # a reader would read each second
            self._say(LEAVES.format(left) if left else ON_ITS_WAY)
        return left > 0

    def _say(self, words: str) -> None:
        first = self._done.sentence.partition(LEAVES.partition("{}")[0])
        rest = first[2].partition(LEAVES.partition("{}")[2])
        self._said = f"{first[0]}{words}{rest[2]}"
        self._status.say(self._said)

"""Calls for the agent's attention outside the screen: bell, desktop notice, the window's title.

Nothing of it is drawn, so it never stands over what is typed.
"""

import os
from collections.abc import Callable, Mapping
from datetime import datetime

from agent_tui.config.settings import Desktop
from agent_tui.content.safe import MARK, safe_line
from agent_tui.model.conversation import Conversation
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.query.syntax import Query, QueryError, all_of
from agent_tui.store import accounts, conversations, events, listings
from agent_tui.ui.shell import Shell

_LONGEST = 120
"""Characters of a notice or title: desktops show about as many."""

_KEEP_TITLE, _BRING_BACK = "\x1b[22;2t", "\x1b[23;2t"  # xterm's window operations


class Notifier:
    """Tells the terminal what the settings allow; one for each run of the program."""

    def __init__(
        self,
        shell: Shell,
        bell: Callable[[], None],
        write: Callable[[str], None],
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """``write`` sends a sequence to the terminal as it is."""
        self._shell, self._bell, self._write = shell, bell, write
        self._in_tmux = bool(environment.get("TMUX"))
        self._event = events.last(shell.db)  # what came before the start is no news
        self._title = ""

    def tell(self, sentence: str) -> None:
        """Ring and show a notice, unless these are quiet hours."""
        rules = self._shell.settings.notify
        now = datetime.fromtimestamp(self._shell.clock() / 1000)  # noqa: DTZ006 - the agent's day
        if rules.silent(now.hour * 60 + now.minute):
            return
        if rules.bell:
            self._bell()
        if rules.desktop is not Desktop.NONE and not self._shell.attended:
            self._write(desktop_notice(rules.desktop, sentence, in_tmux=self._in_tmux))

    def news(self) -> str:
        """A sentence on what arrived since the last call in conversations that the rule is about;
        empty when nothing did. For a thread of its own.

        Raises QueryError for a wrong rule, StoreError.
        """
        db = self._shell.db
        before, self._event = self._event, events.last(db)
        if self._event == before or any(a.total is not None for a in accounts.every(db)):
            return ""  # a first sync brings old mail
        rule = compile_query(
            all_of((self._rule(), parse("is:unread"))),
            db,
            me=self._shell.settings.agent.handle,
            now=self._shell.clock(),
        )
        arrived = [c for c in events.arrived(db, before) if listings.holds(db, rule, c)]
        return _sentence(conversations.by_ids(db, arrived))

    def name_window(self, name: str) -> None:
        """Show ``name`` as the window's title, which keeps its old one for :meth:`end`."""
        if not self._shell.settings.notify.title or name == self._title:
            return
        if not self._title:
            self._write(_KEEP_TITLE)
        self._title = name
        self._write(f"\x1b]2;{_plain(name)} - agent-tui\x1b\\")

    def end(self) -> None:
        """Give the window its old title back."""
        if self._title:
            self._title = ""
            self._write(_BRING_BACK)

    def _rule(self) -> Query:
        try:
            return parse(self._shell.settings.notify.query)
        except QueryError as error:
            said = f"'notify.query' in {self._shell.paths.settings}: {error}"
            raise QueryError(said, error.position, error.word) from error


def desktop_notice(how: Desktop, sentence: str, *, in_tmux: bool) -> str:
    """The sequence that shows ``sentence`` on the desktop; through tmux, if it lets it pass."""
    text = _plain(sentence)
    if how is Desktop.OSC777:
        sequence = f"\x1b]777;notify;agent-tui;{text.replace(';', ',')}\x1b\\"
    else:
        sequence = f"\x1b]9;{text}\x1b\\"
    if in_tmux:
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return sequence


def _sentence(arrived: list[Conversation]) -> str:
    if not arrived:
        return ""
    first = arrived[0]
    more = f" and {len(arrived) - 1} more" if len(arrived) > 1 else ""
    return f"{first.customer}: {first.subject or first.snippet}{more}"


def _plain(text: str) -> str:
    return safe_line(text, _LONGEST).replace(MARK, "")

"""Commands of the timeline: open it, filter it, copy from it."""

from agent_tui.model.record import Known
from agent_tui.query.syntax import QueryError
from agent_tui.store import customers, messages
from agent_tui.store.timeline import Said
from agent_tui.ui import orders, timeline_lines
from agent_tui.ui.cells import glyphs_for
from agent_tui.ui.command_line import query_hint
from agent_tui.ui.reading import completions
from agent_tui.ui.records_lines import clean
from agent_tui.ui.shell import Hint, Shell
from agent_tui.ui.timeline_pane import Left, TimelinePane

_TYPING_S = 0.15
"""How long typing rests before the timeline follows: never per key."""

_FILTERS = "words, kind:order, channel:, newer:1mo ... Enter keeps it"


def show(shell: Shell) -> None:
    """Open the timeline of the customer at hand, where it was left when it was."""
    conversation = shell.current()
    person = customers.person(shell.db, conversation.customer_id) if conversation else None
    if conversation is None or person is None:
        shell.say("There is no conversation here.")
        return
    customer = shell.desk.customer

    def opened(left: Left) -> None:
        customer.timeline_left = left

    pane = TimelinePane(shell, person, glyphs_for(), opened)
    left, customer.timeline_left = customer.timeline_left, None
    if left is not None and left.person == person.id:
        pane.filter(left.text)
        pane.go_to(left.place)
    shell.open_pane(pane)


async def search(shell: Shell) -> None:
    """Filter the timeline while a query is typed; Esc shows again what was shown before."""
    pane = shell.pane()
    if not isinstance(pane, TimelinePane):
        return
    before, following = pane.text, _Following(pane)
    text: str | None = before
    while text is not None:
        text = await shell.ask(
            "/", text, complete=completions(shell), preview=following.typed, history="search"
        )
        following.stop()
        if text is not None and not query_hint(text).wrong:
            break  # else the line is asked for again, the word marked
    wanted = before if text is None else text
    if wanted.strip() != pane.text:
        pane.filter(wanted)


class _Following:
    """Filters a timeline once typing rests."""

    def __init__(self, pane: TimelinePane) -> None:
        self._pane = pane
        self._timer = pane.set_timer(0, lambda: None, pause=True)

    def typed(self, text: str) -> Hint:
        """What is said of the text so far."""
        self.stop()
        hint = query_hint(text)
        if hint.wrong:
            return hint
        self._timer = self._pane.set_timer(_TYPING_S, lambda: self._follow(text))
        return Hint(_FILTERS)

    def stop(self) -> None:
        """Follow no more."""
        self._timer.stop()

    def _follow(self, text: str) -> None:
        if text.strip() != self._pane.text:
            try:
                self._pane.filter(text)
            except QueryError:
                return  # the hint says what is wrong


def copy(shell: Shell) -> None:
    """Put an entry on the clipboard: a message's text, a tracking number, or its line."""
    pane = shell.pane()
    entry = pane.current if isinstance(pane, TimelinePane) else None
    if entry is None:
        return
    if isinstance(entry.about, Known):
        orders.copy(shell, entry.about)
        return
    message = messages.get(shell.db, entry.about.id) if isinstance(entry.about, Said) else None
    if message is not None and message.body.text:
        shell.copy(message.body.text)
        shell.say("Copied the message.")
    else:
        text = clean(timeline_lines.says(entry, glyphs_for()))
        shell.copy(text)
        shell.say(f"Copied: {text}")

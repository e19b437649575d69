"""Why the conversation at hand is where it is, as a page over the inbox."""

from collections.abc import Sequence

from agent_tui.actions.action import ActionError
from agent_tui.actions.why import why
from agent_tui.ui.help import HelpPane
from agent_tui.ui.markup import Line, plain_lines
from agent_tui.ui.shell import Shell
from agent_tui.ui.theme import Part

_INDENT = 4


async def show(shell: Shell) -> None:
    """Open the page. Raises ActionError when there is no conversation."""
    conversation = shell.current()
    if conversation is None:
        raise ActionError("There is no conversation here.")
    said = why(
        shell.db,
        conversation.id,
        rules=shell.settings.clocks,
        views=shell.desk.inbox.views,
        me=shell.settings.agent.handle,
        now=shell.clock(),
    )

    def prepare(width: int) -> Sequence[Line]:
        lines: list[Line] = []
        for text in said:
            inner = text.startswith(" " * _INDENT)
            part = Part.DIM if inner else Part.TEXT
            lines += plain_lines(text.strip(), part, width, 1 + _INDENT * inner)
        return lines

    shell.open_pane(HelpPane(shell, f"Why #{conversation.id}", prepare))

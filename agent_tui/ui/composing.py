"""The composer's commands, and the undo that brings it back.

They are commands like all others, so that their keys can be remapped and help lists them.
"""

from typing import TYPE_CHECKING

from agent_tui.ui.shell import TRIAGE, Command, Shell, Where

if TYPE_CHECKING:
    from agent_tui.ui.composer_pane import Composer

_HERE = frozenset({Where.COMPOSER})


async def _send(shell: Shell, _: int) -> None:
    await _composer(shell).send()


def _keep(shell: Shell, _: int) -> None:
    _composer(shell).keep()


async def _discard(shell: Shell, _: int) -> None:
    await _composer(shell).discard()


def _editor(shell: Shell, _: int) -> None:
    _composer(shell).edit_outside()


async def _attach(shell: Shell, _: int) -> None:
    await _composer(shell).attach()


def _quote(shell: Shell, _: int) -> None:
    _composer(shell).quote()


async def _canned(shell: Shell, _: int) -> None:
    await _composer(shell).insert_canned()


def _message_down(shell: Shell, _: int) -> None:
    _composer(shell).scroll_message(1)


def _message_up(shell: Shell, _: int) -> None:
    _composer(shell).scroll_message(-1)


def _undo(shell: Shell, _: int) -> None:
    """Undo; a message that was called back is on the screen again."""
    from agent_tui.store import drafts  # not before first paint

    agent = shell.context.agent
    before = {(draft.id, draft.updated_at) for draft in drafts.of_agent(shell.db, agent)}
    if not shell.do("undo"):
        return
    for draft in drafts.of_agent(shell.db, agent):
        if (draft.id, draft.updated_at) not in before:
            from agent_tui.ui import composer

            composer.open_draft(shell, draft.id)
            return


def _composer(shell: Shell) -> "Composer":
    from agent_tui.ui.composer_pane import Composer

    pane = shell.pane()
    assert isinstance(pane, Composer)
    return pane


COMMANDS: tuple[Command, ...] = (
    Command("send", "Send", _HERE, _send, "It is held for some seconds, so that undo works."),
    Command("keep", "Leave and keep", _HERE, _keep, "The draft waits in the conversation."),
    Command("editor", "Your editor", _HERE, _editor, "Go on in $EDITOR."),
    Command("attach", "Attach a file", _HERE, _attach, "Or take one off again."),
    Command("quote", "Quote", _HERE, _quote, "Insert what the customer wrote last."),
    Command("insert-canned", "Canned reply", _HERE, _canned, "Insert a prepared text."),
    Command("discard", "Discard", _HERE, _discard, "Throw the draft away; asks first."),
    Command("undo", "Undo", TRIAGE | {Where.OUTBOX}, _undo, "Also a reply that is held."),
    Command("message-down", "Message down", _HERE, _message_down, "Scroll what is answered."),
    Command("message-up", "Message up", _HERE, _message_up, "Scroll what is answered."),
)

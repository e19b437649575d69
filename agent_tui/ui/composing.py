"""The composer's commands, so that its keys can be remapped and are listed like all others."""

from typing import TYPE_CHECKING

from agent_tui.ui.shell import Command, Shell, Where

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
    Command("message-down", "Message down", _HERE, _message_down, "Scroll what is answered."),
    Command("message-up", "Message up", _HERE, _message_up, "Scroll what is answered."),
)

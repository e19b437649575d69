"""The composer's commands, and the undo that brings it back.

They are commands like all others, so that their keys can be remapped and help lists them.
"""

from typing import TYPE_CHECKING

from agent_tui.ui.shell import TRIAGE, WRITING, Command, Shell, Where

if TYPE_CHECKING:
    from agent_tui.ui.chat_composer import ChatComposer
    from agent_tui.ui.composer_pane import Composer
    from agent_tui.ui.writing_pane import WritingPane

_MAIL = frozenset({Where.COMPOSER})
_CHAT = frozenset({Where.CHAT})


async def _send(shell: Shell, _: int) -> None:
    await _written_in(shell).send()


async def _send_and_resolve(shell: Shell, _: int) -> None:
    await _written_in(shell).send(resolve=True)


async def _send_later(shell: Shell, _: int) -> None:
    await _composer(shell).send_later()


def _chat_line(shell: Shell, _: int) -> None:
    _chat(shell).new_line()


def _scroll_down(shell: Shell, _: int) -> None:
    _chat(shell).scroll_message(1)


def _scroll_up(shell: Shell, _: int) -> None:
    _chat(shell).scroll_message(-1)


def _keep(shell: Shell, _: int) -> None:
    _written_in(shell).keep()


async def _discard(shell: Shell, _: int) -> None:
    await _written_in(shell).discard()


def _editor(shell: Shell, _: int) -> None:
    _written_in(shell).edit_outside()


async def _attach(shell: Shell, _: int) -> None:
    await _written_in(shell).attach()


def _quote(shell: Shell, _: int) -> None:
    _composer(shell).quote()


async def _canned(shell: Shell, _: int) -> None:
    await _written_in(shell).insert_canned()


def _message_down(shell: Shell, _: int) -> None:
    _written_in(shell).scroll_message(0.5 if shell.where() is Where.CHAT else 1)


def _message_up(shell: Shell, _: int) -> None:
    _written_in(shell).scroll_message(-0.5 if shell.where() is Where.CHAT else -1)


def _undo(shell: Shell, _: int) -> None:
    """Undo; a message that was called back is on the screen again."""
    from agent_tui.store import drafts  # not before first paint

    agent = shell.context.agent
    before = {(draft.id, draft.updated_at) for draft in drafts.of_agent(shell.db, agent)}

    def write_again() -> None:
        for draft in drafts.of_agent(shell.db, agent):
            if (draft.id, draft.updated_at) not in before:
                from agent_tui.ui import composer

                composer.open_draft(shell, draft.id)
                return

    shell.do("undo", None, write_again)


def _written_in(shell: Shell) -> "WritingPane":
    from agent_tui.ui.writing_pane import WritingPane

    pane = shell.pane()
    assert isinstance(pane, WritingPane)
    return pane


def _chat(shell: Shell) -> "ChatComposer":
    from agent_tui.ui.chat_composer import ChatComposer

    pane = shell.pane()
    assert isinstance(pane, ChatComposer)
    return pane


def _composer(shell: Shell) -> "Composer":
    from agent_tui.ui.composer_pane import Composer

    pane = shell.pane()
    assert isinstance(pane, Composer)
    return pane


COMMANDS: tuple[Command, ...] = (
    Command("send", "Send", _MAIL, _send, "It is held for some seconds, so that undo works."),
    Command("send-later", "Send later", _MAIL, _send_later, "At a time that you choose."),
    Command("chat-send", "Send in a chat", _CHAT, _send, "And go on writing."),
    Command(
        "send-resolve",
        "Send and resolve",
        WRITING,
        _send_and_resolve,
        "One key for both, and one undo.",
    ),
    Command("chat-newline", "New line in a chat", _CHAT, _chat_line),
    Command("scroll-down", "Page down in the chat", _CHAT, _scroll_down),
    Command("scroll-up", "Page up in the chat", _CHAT, _scroll_up),
    Command("keep", "Leave and keep", WRITING, _keep, "The draft waits in the conversation."),
    Command("editor", "Your editor", WRITING, _editor, "Go on in $EDITOR."),
    Command("attach", "Attach a file", WRITING, _attach, "Or take one off again."),
    Command("quote", "Quote", _MAIL, _quote, "Insert what the customer wrote last."),
    Command("insert-canned", "Canned reply", WRITING, _canned, "Insert a prepared text."),
    Command("discard", "Discard", WRITING, _discard, "Throw the draft away; asks first."),
    Command(
        "undo", "Undo", TRIAGE | {Where.OUTBOX, Where.TIMELINE}, _undo, "Also a reply that is held."
    ),
    Command("message-down", "Message down", WRITING, _message_down, "Scroll what is answered."),
    Command("message-up", "Message up", WRITING, _message_up, "Scroll what is answered."),
)

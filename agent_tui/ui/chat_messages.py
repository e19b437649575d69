"""Commands on single messages of ours: another text, taking it away, an emoji."""

from agent_tui.actions.action import ActionError
from agent_tui.content.safe import safe_line
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import LIVE, Conversation
from agent_tui.model.message import Delivery, Direction, Message
from agent_tui.store import accounts, messages
from agent_tui.ui.shell import Choice, Shell

EMOJI = (
    ("👍", "thumbs up, yes"),
    ("❤", "heart, thank you"),
    ("😀", "smile, glad"),
    ("😂", "laughing"),
    ("😮", "surprised"),
    ("😢", "sad, sorry"),
    ("🙏", "please, thanks"),
    ("🎉", "party, well done"),
    ("👀", "looking into it"),
    ("✅", "done"),
)
"""What the picker offers; Matrix, Chatwoot's channels and Telegram's list know all of them."""

_WORDS = 40
_LEFT = frozenset({Delivery.SENT, Delivery.DELIVERED, Delivery.READ, Delivery.NONE})
"""How far a message must have come before the provider can change it."""


def own_last(shell: Shell, effect: EffectKind = EffectKind.EDIT) -> Message:
    """Our newest message in the conversation at hand; raises ActionError when there is none or
    the account cannot do that to it."""
    conversation = _conversation(shell, effect)
    for message in reversed(messages.of_conversation(shell.db, conversation.id)):
        ours = message.direction is Direction.OUTBOUND and message.deleted_at is None
        if ours and message.delivery in _LEFT:
            return message
    raise ActionError("There is no sent message of ours here.")


def rewrite(shell: Shell, message: Message, text: str) -> None:
    """Give a sent message another text; what came of it is said."""
    shell.do("edit", [message.conversation_id], message=str(message.id), text=text)


async def edit(shell: Shell) -> None:
    """Open the composer with our last message in it."""
    from agent_tui.ui import composer

    message = own_last(shell)
    if _conversation(shell, EffectKind.EDIT).channel not in LIVE:
        composer.edit(shell, message)
        return
    pane = shell.chats.composer
    if pane is None:
        await composer.write_chat(shell)
        pane = shell.chats.composer
    if pane is not None:
        pane.edit_last()


async def delete(shell: Shell) -> None:
    """Take our last message away from everybody, when the agent says so."""
    message = own_last(shell, EffectKind.DELETE)
    words = safe_line(message.body.text, _WORDS)
    question = f'Delete "{words}" for everybody? It cannot be undone. y/n '
    if await shell.ask(question, keys=("y",)) == "y":
        shell.do("delete", [message.conversation_id], message=str(message.id))


async def react(shell: Shell) -> None:
    """Put an emoji to the customer's last message."""
    conversation = _conversation(shell, EffectKind.REACT)
    thread = messages.of_conversation(shell.db, conversation.id)
    inbound = [m for m in thread if m.direction is Direction.INBOUND and m.deleted_at is None]
    if not inbound:
        raise ActionError("There is no message of the customer here.")
    message = inbound[-1]
    words = safe_line(message.body.text, _WORDS)
    items = [Choice(emoji, f"{emoji}  {about}") for emoji, about in EMOJI]
    emoji = await shell.choose(f'To "{words}"', items)
    if emoji is not None:
        shell.do("react", [conversation.id], message=str(message.id), emoji=emoji)


def _conversation(shell: Shell, effect: EffectKind) -> Conversation:
    conversation = shell.current()
    if conversation is None:
        raise ActionError("There is no conversation here.")
    account = accounts.get(shell.db, conversation.account, conversation.channel)
    if account is None or effect not in account.capabilities.effects:
        raise ActionError(f"The account '{conversation.account}' cannot {effect} messages.")
    return conversation

"""Turns updates into a batch: messages, edits, reactions and who has blocked the bot."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from agent_tui.adapters.node import Node
from agent_tui.adapters.telegram.telling import content_of, name_of
from agent_tui.content.body import prepare_text
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import SECOND, Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import (
    Batch,
    ConversationState,
    Edit,
    Incoming,
    ReactionChange,
    Sender,
)
from agent_tui.model.message import Body, Direction

MAILBOX = "updates"
"""A bot has one stream of updates, and one cursor in it."""
VIA = "telegram"


@dataclass(slots=True)
class _Found:
    messages: list[Incoming] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    reactions: list[ReactionChange] = field(default_factory=list)
    states: dict[str, ConversationState] = field(default_factory=dict)


def batch_of(updates: Iterable[Node]) -> Batch:
    """The batch of ``updates`` (one at least); what is of no use to us only moves the cursor."""
    found, cursor = _Found(), ""
    for update in updates:
        number = update.whole("update_id")
        if number is None:
            continue
        cursor = str(number)
        if update.has("message"):
            _message(found, update.node("message"))
        elif update.has("edited_message"):
            _edit(found, update.node("edited_message"))
        elif update.has("message_reaction"):
            _reaction(found, update.node("message_reaction"))
        elif update.has("my_chat_member"):
            _membership(found, update.node("my_chat_member"), number)
    return Batch(
        MAILBOX,
        cursor,
        tuple(found.messages),
        edits=tuple(found.edits),
        reactions=tuple(found.reactions),
        conversations=tuple(found.states.values()),
    )


def remote_id(chat: int, message: int) -> str:
    """Messages are counted within their chat only."""
    return f"{chat}:{message}"


def place_of(remote: str) -> tuple[int, int]:
    """Chat and message of a :func:`remote_id`. Raises ValueError."""
    chat, _, message = remote.partition(":")
    return int(chat), int(message)


def topic_of(message: Node) -> int | None:
    """The forum topic; other groups number threads of answers, where nothing can be sent."""
    return message.whole("message_thread_id") if message.true("is_topic_message") else None


def _message(found: _Found, message: Node) -> None:
    chat, number = message.node("chat").whole("id"), message.whole("message_id")
    if chat is None or number is None:
        return
    content, topic = content_of(message), topic_of(message)
    edited = message.whole("edit_date")
    found.messages.append(
        Incoming(
            remote_id=remote_id(chat, number),
            channel=Channel.CHAT,
            direction=Direction.INBOUND,
            sender=_sender(message),
            at=_at(message),
            body=prepare_text(content.text),
            subject=_title(message.node("chat")),
            thread_key=str(chat),
            files=content.files,
            automatic=content.automatic or message.node("from").true("is_bot"),
            answers=_answers(message, chat, topic),
            topic=str(topic) if topic is not None else None,
            edited_at=edited * SECOND if edited is not None else None,
        )
    )
    _open(found, message.node("chat"))


def _edit(found: _Found, message: Node) -> None:
    chat, number = message.node("chat").whole("id"), message.whole("message_id")
    if chat is None or number is None:
        return
    at = (message.whole("edit_date") or 0) * SECOND or _at(message)
    body = prepare_text(content_of(message).text)
    found.edits.append(Edit(remote_id(chat, number), body, at))


def _reaction(found: _Found, change: Node) -> None:
    """What was put to a message since, and what was taken off it."""
    chat, number = change.node("chat").whole("id"), change.whole("message_id")
    if chat is None or number is None:
        return
    who = _person(change.node("user") or change.node("actor_chat"))
    before = _emoji(change.nodes("old_reaction"))
    after = _emoji(change.nodes("new_reaction"))
    for emoji in [*before, *after]:
        if (emoji in before) != (emoji in after):
            found.reactions.append(
                ReactionChange(remote_id(chat, number), who, emoji, removed=emoji in before)
            )


def _emoji(reactions: list[Node]) -> list[str]:
    """The emoji; those that only Telegram can draw stand as words."""
    shown = []
    for reaction in reactions:
        kind = reaction.text("type")
        if kind == "emoji":
            shown.append(safe_line(reaction.text("emoji"), 20))
        else:
            shown.append("star" if kind == "paid" else "own emoji")
    return shown


def _membership(found: _Found, change: Node, update: int) -> None:
    """Somebody has blocked the bot or put it out of their group: no answer reaches them."""
    chat = change.node("chat")
    number, status = chat.whole("id"), change.node("new_chat_member").text("status")
    if number is None:
        return
    if status not in ("kicked", "left"):
        _open(found, chat)
        return
    who, at = _person(change.node("from")), _at(change)
    private = chat.text("type") == "private"
    found.messages.append(
        Incoming(
            remote_id=f"{number}:u{update}",
            channel=Channel.CHAT,
            direction=Direction.INBOUND,
            sender=who,
            at=at,
            body=Body(
                f"{who.name} blocked the bot: no answer reaches them until they unblock it."
                if private
                else f"{who.name} removed the bot from the group: no answer reaches it."
            ),
            subject=_title(chat),
            thread_key=str(number),
            automatic=True,
        )
    )
    _open(found, chat, until=at)


def _open(found: _Found, chat: Node, until: Millis | None = None) -> None:
    """Whoever writes can be written to, so what was said of that before is void."""
    key = str(chat.whole("id"))
    found.states[key] = ConversationState(
        key, subject=_title(chat) or None, via=VIA, reply_until=until
    )


def _sender(message: Node) -> Sender:
    """Who wrote; a group's admins may write in its name, then ``from`` is a stand-in."""
    if message.has("sender_chat"):
        return _person(message.node("sender_chat"))
    user, contact = message.node("from"), message.node("contact")
    phone = ""
    if user.whole("id") is not None and contact.whole("user_id") == user.whole("id"):
        phone = "".join(c for c in contact.text("phone_number") if c in "0123456789")
    return _person(user, f"+{phone}" if phone else "")


def _person(who: Node, phone: str = "") -> Sender:
    claims: list[tuple[IdentityKind, str]] = []
    if who.line("username"):
        claims.append((IdentityKind.HANDLE, f"@{who.line('username')}"))
    if phone:
        claims.append((IdentityKind.PHONE, phone))
    value = f"telegram:{who.whole('id') or 'unknown'}"
    return Sender(IdentityKind.HANDLE, value, name_of(who) or "Somebody", tuple(claims))


def _title(chat: Node) -> str:
    return chat.line("title")


def _answers(message: Node, chat: int, topic: int | None) -> str | None:
    """The message that was answered; in a topic everything answers its first message."""
    number = message.node("reply_to_message").whole("message_id")
    return None if number is None or number == topic else remote_id(chat, number)


def _at(node: Node) -> Millis:
    return (node.whole("date") or 0) * SECOND

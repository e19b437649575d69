"""What the Bot API says when it says no, in words for the agent.

Its descriptions are no part of its documentation; those below were seen in the wild. One that is
not known is quoted.
"""

from agent_tui.adapters.contract import AccountProblem, AdapterError, Refused
from agent_tui.adapters.node import Node
from agent_tui.content.safe import safe_line


class No(Refused):
    """Telegram has refused a request; it has done nothing."""

    def __init__(self, sentence: str, description: str, migrated_to: int | None = None) -> None:
        super().__init__(sentence, description)
        self.description = description.lower()
        self.migrated_to = migrated_to  # the group lives on under this id


class Conflict(AccountProblem):
    """Somebody else fetches the bot's messages."""


def error_of(answer: Node, status: int) -> AdapterError:
    """The error that ``answer``, with HTTP status ``status``, tells of."""
    code = answer.whole("error_code") or status
    said = safe_line(answer.text("description"), 200).rstrip(".") or f"error {code}"
    if code in (401, 404):  # 404: the token has not even the form of one
        return AccountProblem(
            f"Telegram does not know the bot's token ({said}); copy it anew from @BotFather into "
            "the account's settings.",
            said,
        )
    if code == 409:
        return _conflict(said)
    return No(
        _sentence(said.lower()) or f"Telegram refused this: {said}.",
        said,
        answer.node("parameters").whole("migrate_to_chat_id"),
    )


def _conflict(said: str) -> Conflict:
    if "webhook" in said.lower():
        return Conflict(
            "A webhook delivers this bot's messages to another program, so they cannot be "
            "fetched; 'agent-tui account check' says where to. Remove it there, or use another "
            "bot.",
            said,
        )
    return Conflict(
        "Another program fetches this bot's messages at the same time, so some do not come here; "
        "stop it, or use another bot.",
        said,
    )


def _sentence(said: str) -> str:
    return next((sentence for part, sentence in _SENTENCES if part in said), "")


_SENTENCES = (
    (
        "blocked by the user",
        "The customer has blocked this bot, so nothing reaches them here until they unblock it; "
        "answer on another channel.",
    ),
    (
        "user is deactivated",
        "The customer's Telegram account is gone; answer on another channel.",
    ),
    (
        "initiate conversation",
        "Telegram lets a bot write only to people who have written to it; ask the customer to "
        "write first.",
    ),
    (
        "bot was kicked",
        "This bot was taken out of the group; somebody there has to add it again.",
    ),
    (
        "not a member",
        "This bot is not in the group any more; somebody there has to add it again.",
    ),
    (
        "chat not found",
        "Telegram knows no such chat any more; answer on another channel.",
    ),
    (
        "message can't be deleted",
        "Telegram does not let this message be deleted any more: a bot can delete what is at most "
        "48 hours old. Send a correction instead.",
    ),
    (
        "no text in the message to edit",
        "This message is a file without a text, so there is nothing to edit; send a correction "
        "instead.",
    ),
    (
        "message can't be edited",
        "Telegram does not let this message be edited any more; send a correction instead.",
    ),
    (
        "message to edit not found",
        "This message is no longer at Telegram, so it cannot be edited; send a correction instead.",
    ),
    (
        "message to react not found",
        "This message is no longer at Telegram, so nothing can be put to it.",
    ),
    (
        "reaction_invalid",
        "Telegram does not take this emoji as a reaction here; choose another, such as 👍 or ❤.",
    ),
    (
        "too long",
        "This text is too long for Telegram; send it in parts.",
    ),
    (
        "too_long",
        "This text is too long for Telegram; send it in parts.",
    ),
    (
        "file is too big",
        "This file is too big for a bot to handle; Telegram's own apps can.",
    ),
    (
        "too large",
        "This file is too large for Telegram; send a link to it instead.",
    ),
    (
        "topic_closed",
        "The topic is closed; somebody in the group has to open it again.",
    ),
    (
        "thread not found",
        "The topic is gone from the group, so nothing can be written there.",
    ),
    (
        "rights to send",
        "The group does not let this bot write; ask its admins for the right.",
    ),
)

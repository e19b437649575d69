"""The adapter class: hands each of the contract's calls to the module that does it."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import ClassVar

from agent_tui.adapters.contract import (
    AccountContext,
    AdapterInfo,
    Commit,
    Effect,
    Finding,
    Hint,
    MailboxProblem,
    Option,
    Receipt,
    Refused,
    Settled,
    Target,
    Unreachable,
)
from agent_tui.adapters.node import Node
from agent_tui.adapters.telegram.bot import OFFICIAL, Bot
from agent_tui.adapters.telegram.check import findings
from agent_tui.adapters.telegram.reading import MAILBOX, batch_of, place_of
from agent_tui.adapters.telegram.sending import LONGEST_TEXT, Sending, chat_and_topic, text_of
from agent_tui.adapters.telegram.updates import Updates
from agent_tui.adapters.telegram.words import No
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.conversation import Channel
from agent_tui.model.incoming import Batch

_GONE = "message to delete not found"
_SAME = "message is not modified"
_VARIATION = "\ufe0f"
"""Asks for an emoji in colour; Telegram's list of reactions has none."""


class TelegramAdapter:
    """A Telegram bot, fetched from by long poll.

    Telegram tells bots neither who writes nor what was delivered or read, has no history to ask
    for, and keeps what was not fetched for a day.
    """

    info: ClassVar[AdapterInfo] = AdapterInfo(
        name="telegram",
        title="Telegram (bot)",
        version="1",
        capabilities=Capabilities(
            channel=Channel.CHAT,
            effects=frozenset(
                {
                    EffectKind.SEND,
                    EffectKind.EDIT,
                    EffectKind.DELETE,
                    EffectKind.REACT,
                    EffectKind.TYPING,
                }
            ),
            statuses=frozenset(),
            push=True,
            attach=True,
            reply_limit=LONGEST_TEXT,
            undo_ms=0,
        ),
        options=(
            Option("token", str, "The bot's token, from @BotFather.", secret=True),
            Option("name", str, "What the account is called here.", default=""),
            Option("api", str, "Another server of the Bot API than Telegram's.", default=OFFICIAL),
        ),
    )

    def __init__(self, account: AccountContext) -> None:
        self._bot = Bot(account)
        self._updates = Updates(self._bot)
        self._sending = Sending(self._bot)

    async def pull(self, cursors: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """See the contract; a hundred updates at most, and ``watch`` hints until there are none.

        More cannot be had before these are committed: Telegram deletes what one asks beyond.
        """
        cursor = cursors.get(MAILBOX)
        updates = await self._updates.take(int(cursor) + 1 if cursor else None)
        if updates:
            batch = batch_of(updates)
            if batch.cursor in ("", cursor):
                raise Unreachable("Telegram repeats messages that it was told were taken in.")
            yield batch
        if (rival := self._updates.rival()) is not None:
            raise MailboxProblem(str(rival), rival.detail)

    async def watch(self) -> AsyncGenerator[Hint, None]:
        """See the contract; a long poll."""
        async with aclosing(self._updates.listen()) as worth:
            async for _ in worth:
                yield Hint(MAILBOX)

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:
        """See the contract; only SEND commits, the rest may be repeated."""
        match effect.kind:
            case EffectKind.SEND:
                return await self._sending.send(effect, commit)
            case EffectKind.EDIT:
                await self._edit(effect)
            case EffectKind.DELETE:
                await self._delete(effect)
            case EffectKind.REACT:
                await self._react(effect)
            case EffectKind.TYPING if effect.on:  # it ends by itself after five seconds
                chat, topic = chat_and_topic(effect)
                await self._bot.call(
                    "sendChatAction", chat_id=chat, message_thread_id=topic, action="typing"
                )
            case _:
                pass  # stays within the program
        return Receipt()

    async def settle(self, effect: Effect) -> Settled:
        """See the contract; known only while the program runs, and never after a cut."""
        return self._sending.settled(effect)

    async def file_copy(self, effect: Effect) -> None:
        """The chat itself keeps what was sent (``Receipt.files_copy``)."""

    async def fetch(self, target: Target, part: str) -> bytes:  # noqa: ARG002 - the contract's
        """See the contract; bots may fetch up to 20 MB."""
        file = Node.of(await self._bot.call("getFile", file_id=part))
        path = file.text("file_path")
        if not path:
            raise Refused("Telegram does not hand this file to bots; open it in its own app.")
        if path.startswith("/"):
            raise Refused(
                "The Bot API server keeps this file on its own disk (--local), where this program "
                "does not read; open it in Telegram."
            )
        return await self._bot.fetch(path)

    async def check(self) -> list[Finding]:
        """See the contract; asks who the bot is and whether a webhook is in the way."""
        return await findings(self._bot)

    async def close(self) -> None:
        """See the contract."""
        await self._bot.close()

    async def _edit(self, effect: Effect) -> None:
        text = text_of(effect.outgoing.text if effect.outgoing else "")
        chat, message = _first(effect)
        try:
            await self._bot.call("editMessageText", chat_id=chat, message_id=message, text=text)
        except No as no:
            if _SAME not in no.description:
                raise

    async def _delete(self, effect: Effect) -> None:
        for chat, message in _places(effect):
            try:
                await self._bot.call("deleteMessage", chat_id=chat, message_id=message)
            except No as no:
                if _GONE not in no.description:
                    raise

    async def _react(self, effect: Effect) -> None:
        """A bot has one reaction on a message; another takes its place."""
        chat, message = _first(effect)
        emoji = effect.emoji.replace(_VARIATION, "")
        reaction = [{"type": "emoji", "emoji": emoji}] if effect.on else []
        await self._bot.call(
            "setMessageReaction", chat_id=chat, message_id=message, reaction=reaction
        )


def _places(effect: Effect) -> list[tuple[int, int]]:
    """The messages that ``effect`` is about, the first first. Raises Refused."""
    try:
        places = sorted(place_of(target.remote_id) for target in effect.targets)
    except ValueError as error:
        raise Refused("This is no message of Telegram's, so nothing can be done to it.") from error
    if not places:
        raise Refused("This message is not at Telegram, so nothing can be done to it there.")
    return places


def _first(effect: Effect) -> tuple[int, int]:
    """The message itself, whose files came after it."""
    return _places(effect)[0]

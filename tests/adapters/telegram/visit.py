"""An adapter in front of the fake Bot API, with its cursor kept as the engine keeps it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from agent_tui.adapters.contract import AdapterError, Effect, Target
from agent_tui.adapters.telegram import TelegramAdapter
from agent_tui.adapters.telegram.sending import Sending
from agent_tui.model.account import EffectKind
from agent_tui.model.incoming import Incoming, Outgoing
from agent_tui.model.message import Address
from agent_tui.testing.stand import Fault
from agent_tui.testing.stands.telegram import TelegramStand
from agent_tui.testing.stands.telegram_api import TelegramApi
from tests.adapters.visiting import Pulling

GROUP_ID = -1001234
GROUP = {"id": GROUP_ID, "type": "supergroup", "title": "Garden club"}
ANN = {"id": 77, "is_bot": False, "first_name": "Ann", "last_name": "Lee", "username": "annlee"}


@dataclass
class Visit(Pulling):
    """One account, its stand, and what was pulled."""

    adapter: TelegramAdapter = field(init=False)
    stand: TelegramStand = field(default_factory=TelegramStand)
    rests: list[float] = field(default_factory=list)

    async def start(self, **settings: object) -> None:
        await self.stand.start()
        context = self.stand.context(self.clock)
        self.adapter = TelegramAdapter(replace(context, settings={**context.settings, **settings}))
        self.adapter._sending = Sending(self.adapter._bot, self._rest)

    @property
    def api(self) -> TelegramApi:
        return self.stand.api

    async def said(self, **content: Any) -> Incoming:
        """What comes of a message with ``content`` in a private chat."""
        chat = await self.stand.chat("one")
        await self.api.say(chat, self.stand.person("one"), **content)
        [message] = await self.news()
        return message

    async def asked(self, text: str = "Where is my order?") -> Incoming:
        await self.stand.write(text)
        [message] = await self.news()
        return message

    async def _rest(self, seconds: float) -> None:
        self.rests.append(seconds)

    def fault(self, fault: Fault, method: str, times: int = 1) -> None:
        """``fault`` meets requests for ``method`` only."""
        self.stand.weather.play(fault, times, lambda request: request.url.path.endswith(method))


@asynccontextmanager
async def visit(**settings: object) -> AsyncIterator[Visit]:
    """A visit that ends well: nothing was asked against the contract."""
    made = Visit()
    await made.start(**settings)
    try:
        yield made
    finally:
        await made.adapter.close()
        await made.stand.stop()


def reply(to: Incoming, text: str, *files: str, key: str = "k1") -> Effect:
    """An answer to ``to``."""
    outgoing = Outgoing("", text, Address("", ""), files=files, thread_key=to.thread_key)
    return Effect(EffectKind.SEND, key, outgoing, targets=(target(to),), thread_key=to.thread_key)


def target(message: Incoming) -> Target:
    return Target("updates", message.remote_id, topic=message.topic)


def change(kind: EffectKind, remote_id: str, text: str = "", **more: Any) -> Effect:
    """An effect on a message that is at Telegram."""
    outgoing = Outgoing("", text, Address("", "")) if text else None
    chat = remote_id.partition(":")[0]
    where = (Target("updates", remote_id),)
    return Effect(kind, "k2", outgoing, targets=where, thread_key=chat, **more)


async def failing(made: Visit, effect: Effect) -> AdapterError:
    """The error of delivering ``effect``."""
    try:
        await made.adapter.deliver(effect, made.commit)
    except AdapterError as error:
        return error
    raise AssertionError("it was delivered")

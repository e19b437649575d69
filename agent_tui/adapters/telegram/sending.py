"""Sends answers: the text first, then each file, all behind one step of no return.

Telegram drops no repeated request, and nothing of ours ever comes back in the updates. So what is
known of each try is kept while the program runs: parts that have arrived are not sent again, and a
try whose last answer was a clear no can be settled. What broke off without an answer cannot.
"""

import asyncio
import mimetypes
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from agent_tui.adapters.contract import (
    AccountProblem,
    AdapterError,
    Commit,
    Deferred,
    Effect,
    NeverLeft,
    Receipt,
    Refused,
    Settled,
    Unreachable,
)
from agent_tui.adapters.node import Node
from agent_tui.adapters.telegram.bot import OFFICIAL, Bot, Upload
from agent_tui.adapters.telegram.reading import place_of, remote_id
from agent_tui.adapters.telegram.words import No
from agent_tui.content.safe import safe_line, safe_name
from agent_tui.model.clock import SECOND

LONGEST_TEXT = 4096
"""In UTF-16 units (core.telegram.org/bots/api#sendmessage), in which an emoji counts two."""

_LARGEST_PHOTO = 10_000_000
_LARGEST_FILE = 50_000_000
_LARGEST_LOCAL = 2_000_000_000
"""For servers of one's own (core.telegram.org/bots/api#using-a-local-bot-api-server)."""
_PHOTOS = frozenset({"image/jpeg", "image/png", "image/webp"})

_MOST_REMEMBERED = 500
_PATIENCE_S = 300.0
"""How long a message that has arrived in part is gone on with, before the agent is asked."""

Rest = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Chat:
    """Where an answer goes."""

    id: int
    topic: int | None
    answered: int | None  # the message it answers, in groups

    def fields(self) -> dict[str, object]:
        found: dict[str, object] = {"chat_id": self.id, "message_thread_id": self.topic}
        if self.answered is not None:
            found["reply_parameters"] = {
                "message_id": self.answered,
                "allow_sending_without_reply": True,
            }
        return found


@dataclass(slots=True)
class _Course:
    """How far the sending of one message has come."""

    arrived: list[str] = field(default_factory=list)  # remote ids of its parts, in order
    refused: list[tuple[str, str]] = field(default_factory=list)  # files, and why
    done: int = 0  # parts that are through, one way or the other
    doubtful: bool = False  # the last request has no answer
    complete: bool = False


class Sending:
    """The answers of one account."""

    def __init__(self, bot: Bot, rest: Rest = asyncio.sleep) -> None:
        self._bot = bot
        self._rest = rest
        self._courses: OrderedDict[str, _Course] = OrderedDict()

    async def send(self, effect: Effect, commit: Commit) -> Receipt:
        """Send what ``effect`` holds. See the contract for what it raises."""
        chat = _chat_of(effect)
        parts = await self._parts(effect)
        course = self._course(effect.key)
        if not course.complete:
            await commit()
            for part in parts[course.done :]:
                await self._one(course, chat, part)
            course.complete = True
        first, *others = course.arrived
        return Receipt(first, tuple(others), tuple(course.refused), files_copy=True)

    def settled(self, effect: Effect) -> Settled:
        """What is known of a message that was left in doubt."""
        course = self._courses.get(effect.key)
        if course is None:
            return Settled.UNKNOWN  # from before the program was started
        if course.complete:
            return Settled.SENT
        return Settled.UNKNOWN if course.arrived or course.doubtful else Settled.NOT_SENT

    def _course(self, key: str) -> _Course:
        course = self._courses.setdefault(key, _Course())
        self._courses.move_to_end(key)
        while len(self._courses) > _MOST_REMEMBERED:
            self._courses.popitem(last=False)
        return course

    async def _one(self, course: _Course, chat: _Chat, part: str | Upload) -> None:
        """Send one part. Once something has arrived, no error may say that nothing has."""
        waited = 0.0
        while True:
            try:
                course.doubtful = True
                sent = await self._request(chat, part)
            except (Refused, Deferred, NeverLeft, AccountProblem) as error:
                course.doubtful = False
                if not course.arrived:
                    raise
                if isinstance(error, Refused):
                    course.refused.append((f"them: {_called(part)}", str(error).rstrip(".")))
                    break
                waited += await self._waited(error, part, waited)
            except Unreachable as error:
                raise (_in_part if course.arrived else _in_doubt)(error, part) from error
            else:
                course.doubtful = False
                course.arrived.append(sent)
                break
        course.done += 1

    async def _waited(self, error: AdapterError, part: str | Upload, waited: float) -> float:
        """Wait as long as ``error`` asks for; the seconds. Raises Unreachable when it is enough."""
        pause = (error.retry_after or 0) / SECOND if isinstance(error, Unreachable) else 0.0
        pause = max(pause, 2.0)
        if isinstance(error, AccountProblem) or waited + pause > _PATIENCE_S:
            raise _in_part(error, part) from error
        await self._rest(pause)
        return pause

    async def _request(self, chat: _Chat, part: str | Upload) -> str:
        """The remote id of what was sent; a group that became a supergroup is followed once."""
        try:
            return await self._sent(chat, part)
        except No as no:
            if no.migrated_to is not None:
                return await self._sent(_Chat(no.migrated_to, None, None), part)
            if not isinstance(part, Upload) or part.field != "photo":
                raise
            # Not every picture is one to Telegram: very long ones and odd formats are not.
            upload = Upload("document", part.name, part.type, part.content)
            return await self._sent(chat, upload)

    async def _sent(self, chat: _Chat, part: str | Upload) -> str:
        if isinstance(part, Upload):
            method = "sendPhoto" if part.field == "photo" else "sendDocument"
            fields = {"chat_id": chat.id, "message_thread_id": chat.topic}
            sent = Node.of(await self._bot.send_file(method, part, fields))
        else:
            sent = Node.of(await self._bot.call("sendMessage", text=part, **chat.fields()))
        number = sent.whole("message_id")
        if number is None:
            raise Unreachable("Telegram's answer does not say what became of the message.")
        return remote_id(sent.node("chat").whole("id") or chat.id, number)

    async def _parts(self, effect: Effect) -> list[str | Upload]:
        """What is to be sent, in order. Raises Refused for all that can be known beforehand."""
        outgoing = effect.outgoing
        if outgoing is None or not (outgoing.text.strip() or outgoing.files):
            raise Refused("There is nothing to send in what was queued; write it again.")
        parts: list[str | Upload] = [text_of(outgoing.text)] if outgoing.text.strip() else []
        largest = _LARGEST_FILE if self._bot.api == OFFICIAL else _LARGEST_LOCAL
        files = [Path(path) for path in outgoing.files]
        return parts + [await asyncio.to_thread(_upload, path, largest) for path in files]


def text_of(text: str) -> str:
    """``text`` as Telegram takes it. Raises Refused for one that is empty or too long."""
    if not text.strip():
        raise Refused("There is no text in what was queued; write it again.")
    over = len(text.encode("utf-16-le", "surrogatepass")) // 2 - LONGEST_TEXT
    if over > 0:
        raise Refused(
            f"This text is {over} characters too long for Telegram, which takes {LONGEST_TEXT} "
            "(an emoji counts two); shorten it or send it in parts."
        )
    return text


def chat_and_topic(effect: Effect) -> tuple[int, int | None]:
    """Where ``effect`` happens. Raises Refused for a conversation that is none of Telegram's."""
    chat = _chat_of(effect)
    return chat.id, chat.topic


def _chat_of(effect: Effect) -> _Chat:
    newest = effect.targets[-1] if effect.targets else None
    try:
        if newest is not None:
            chat, message = _place(newest.remote_id)
        else:
            chat, message = int(effect.thread_key or ""), None
        topic = int(newest.topic) if newest is not None and newest.topic else None
    except ValueError as error:
        raise Refused(
            "A bot can only write where somebody has written to it; ask the customer to write "
            "to the bot first."
        ) from error
    group = chat < 0  # core.telegram.org/api/bots/ids
    return _Chat(chat, topic, message if group else None)


def _place(remote: str) -> tuple[int, int | None]:
    """Chat and message; what is told of a chat itself, such as a blocked bot, is no message."""
    if ":u" in remote:
        return int(remote.partition(":")[0]), None
    return place_of(remote)


def _upload(path: Path, largest: int) -> Upload:
    """Reads a file that is to be sent. Raises Refused."""
    name = safe_name(path.name)
    try:
        size = path.stat().st_size
        if size == 0:
            raise Refused(f"The file '{name}' is empty, which Telegram does not take.")
        if size > largest:
            raise Refused(
                f"The file '{name}' is larger than the {largest // 1_000_000} MB that a bot may "
                "send; send a link to it instead."
            )
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise Refused(
            f"The file '{safe_line(str(path))}' cannot be read ({reason}); attach it again."
        ) from error
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    photo = kind in _PHOTOS and size <= _LARGEST_PHOTO
    return Upload("photo" if photo else "document", name, kind, content)


def _called(part: str | Upload) -> str:
    return f"the file '{part.name}'" if isinstance(part, Upload) else "the text"


def _in_doubt(error: AdapterError, part: str | Upload) -> Unreachable:
    """The error of a message of which nobody knows whether it has arrived."""
    return Unreachable(
        f"Telegram's word on whether it took {_called(part)} did not come, so nobody but the "
        "customer knows; ask them before you send it again.",
        f"{error} {error.detail}",
    )


def _in_part(error: AdapterError, part: str | Upload) -> Unreachable:
    """The error of a message of which the beginning has arrived."""
    return Unreachable(
        f"What came before {_called(part)} has arrived, but that has perhaps not: ask the "
        "customer, or send it by itself.",
        f"{error} {error.detail}",
    )

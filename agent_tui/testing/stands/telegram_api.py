"""A Bot API in memory: what Telegram does with updates, messages, reactions and files."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from time import monotonic
from typing import Any

import httpx

from agent_tui.testing.server import FakeServer, answer_json

Json = dict[str, Any]

_MOST_UPDATES = 100
_LONGEST = 4096
_TYPING_S = 5.0  # core.telegram.org/bots/api#sendchataction
_OLDEST_DELETED_S = 48 * 3600
_REACTIONS = "👍👎❤🔥🥰👏😁🤔🤯😱🎉🙏👌"
_EPOCH = 1_790_000_000


class _No(Exception):  # noqa: N818 - an answer
    """The API refuses."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.parameters = parameters


@dataclass
class Sent:
    """A message of the bot."""

    chat: int
    number: int
    date: int
    text: str
    method: str
    files: tuple[tuple[str, bytes], ...] = ()
    fields: Json = field(default_factory=dict)
    deleted: bool = False
    reaction: str = ""


class TelegramApi(FakeServer):
    """The server of one bot; people act by the methods in plain words."""

    def __init__(self, token: str, now: Callable[[], int] = lambda: _EPOCH) -> None:
        """``now`` gives seconds since the epoch."""
        super().__init__()
        self.token = token
        self.now = now
        self.webhook = ""
        self.blocked: set[int] = set()
        self.migrated: dict[int, int] = {}
        self.sent: list[Sent] = []
        self.crossings: list[list[int]] = []  # the updates of each answer to getUpdates
        self.refuse: dict[str, tuple[int, str]] = {}  # method: what it refuses with
        self.strange = False
        self._updates: list[Json] = []
        self._came = asyncio.Condition()
        self._poll: asyncio.Event | None = None  # set when another one ends it
        self._numbers: dict[int, int] = {}
        self._next_update = 700_000_000
        self._chats: dict[int, Json] = {}
        self._files: dict[str, tuple[str, bytes]] = {}
        self._reactions: dict[tuple[int, int], list[Json]] = {}
        self._typing: dict[int, float] = {}
        self.route("POST", "/bot{token}/{method}", self._called)
        self.route("GET", "/file/bot{token}/{folder}/{name}", self._file)

    # What people do.

    async def chat(self, chat: Json) -> None:
        """Make a chat known."""
        self._chats[chat["id"]] = chat

    async def say(self, chat: int, user: Json, **content: Any) -> int:
        """Somebody sends a message with ``content``, fields of the API's Message; its number."""
        number = self._number(chat)
        if self.strange:
            await self.tell("unheard_of", {"chat": {"id": chat}, "deep": [1]})
        about = {"message_id": number, "date": self.now(), "chat": self._chats[chat], "from": user}
        await self.tell("message", about | content)
        return number

    async def change(self, chat: int, number: int, user: Json, **content: Any) -> None:
        """Somebody edits their message."""
        about = {"message_id": number, "date": self.now(), "chat": self._chats[chat], "from": user}
        await self.tell("edited_message", about | {"edit_date": self.now()} | content)

    async def put(self, chat: int, number: int, user: Json, emoji: Sequence[str]) -> None:
        """Somebody has these emoji on a message now."""
        before = self._reactions.get((chat, number), [])
        after = [{"type": "emoji", "emoji": one} for one in emoji]
        self._reactions[chat, number] = after
        about = {"chat": self._chats[chat], "message_id": number, "user": user}
        change = {"date": self.now(), "old_reaction": before, "new_reaction": after}
        await self.tell("message_reaction", about | change)

    async def block(self, chat: int, user: Json, *, on: bool = True) -> None:
        """Somebody blocks the bot, or lets it write again."""
        (self.blocked.add if on else self.blocked.discard)(chat)
        bot = {"id": int(self.token.partition(":")[0]), "is_bot": True, "first_name": "Bot"}
        member: Json = {"status": "member", "user": bot}
        kicked: Json = {"status": "kicked", "user": bot, "until_date": 0}
        old, new = (member, kicked) if on else (kicked, member)
        change = {"date": self.now(), "old_chat_member": old, "new_chat_member": new}
        await self.tell("my_chat_member", {"chat": self._chats[chat], "from": user} | change)

    async def tell(self, kind: str, what: Json) -> None:
        """An update."""
        async with self._came:
            self._updates.append({"update_id": self._next_update, kind: what})
            self._next_update += 1
            self._came.notify_all()

    def keep(self, name: str, content: bytes) -> str:
        """A file at Telegram; its id."""
        file_id = f"file-{len(self._files)}"
        self._files[file_id] = (name, content)
        return file_id

    def types(self, chat: int) -> bool:
        """Whether the bot is seen to write."""
        return monotonic() - self._typing.get(chat, -_TYPING_S) < _TYPING_S

    @property
    def unconfirmed(self) -> list[int]:
        """The ids of the updates that Telegram still has."""
        return [update["update_id"] for update in self._updates]

    # What the bot is answered.

    async def _called(self, request: httpx.Request, token: str, method: str) -> httpx.Response:
        if token != self.token:
            return _refusal(401, "Unauthorized")
        if method in self.refuse:
            return _refusal(*self.refuse[method])
        try:
            found = await self._methods()[method](_Given.of(request))
        except _No as no:
            return _refusal(no.code, str(no), **no.parameters)
        return answer_json({"ok": True, "result": found})

    def _methods(self) -> Mapping[str, Callable[["_Given"], Any]]:
        return {
            "getMe": self._get_me,
            "getWebhookInfo": self._get_webhook_info,
            "getUpdates": self._get_updates,
            "sendMessage": self._send_message,
            "sendPhoto": self._send_file,
            "sendDocument": self._send_file,
            "editMessageText": self._edit,
            "deleteMessage": self._delete,
            "setMessageReaction": self._react,
            "sendChatAction": self._act,
            "getFile": self._get_file,
        }

    async def _get_me(self, _: "_Given") -> Json:
        number = int(self.token.partition(":")[0])
        about = {"id": number, "is_bot": True, "first_name": "Help", "username": "help_bot"}
        return about | {"can_join_groups": True, "can_read_all_group_messages": False}

    async def _get_webhook_info(self, _: "_Given") -> Json:
        about = {"url": self.webhook, "has_custom_certificate": False}
        return about | {"pending_update_count": len(self._updates)}

    async def _get_updates(self, given: "_Given") -> list[Json]:
        if self.webhook:
            raise _No(409, "Conflict: can't use getUpdates method while webhook is active")
        if self._poll is not None:
            self._poll.set()
        offset = given.fields.get("offset")
        if offset is not None:
            self._updates = [one for one in self._updates if one["update_id"] >= offset]
        if not self._updates and given.fields.get("timeout"):
            await self._waited(given.fields["timeout"])
        found = self._updates[:_MOST_UPDATES]
        self.crossings.append([one["update_id"] for one in found])
        return found

    async def _waited(self, limit: float) -> None:
        """Until an update comes, the time is over, or another request ends this one."""
        self._poll = ended = asyncio.Event()

        async def something() -> None:
            async with self._came:
                await self._came.wait_for(lambda: bool(self._updates))

        waiting = [asyncio.ensure_future(something()), asyncio.ensure_future(ended.wait())]
        try:
            await asyncio.wait(waiting, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
            if self._poll is ended:
                self._poll = None
        if ended.is_set():
            raise _No(409, "Conflict: terminated by other getUpdates request; make sure ...")

    async def _send_message(self, given: "_Given") -> Json:
        text = str(given.fields["text"]).strip()
        if not text:
            raise _No(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le", "surrogatepass")) // 2 > _LONGEST:
            raise _No(400, "Bad Request: message is too long")
        return self._taken(given, "sendMessage", text)

    async def _send_file(self, given: "_Given") -> Json:
        if not given.files:
            raise _No(400, "Bad Request: there is no file in the request")
        method = "sendPhoto" if "photo" in given.files else "sendDocument"
        return self._taken(given, method, str(given.fields.get("caption", "")))

    def _taken(self, given: "_Given", method: str, text: str) -> Json:
        chat = self._chat(given)
        files = tuple(given.files.values())
        sent = Sent(chat, self._number(chat), self.now(), text, method, files, given.fields)
        self.sent.append(sent)
        self._typing.pop(chat, None)
        return self._shown(sent)

    def _shown(self, sent: Sent) -> Json:
        about: Json = {"message_id": sent.number, "date": sent.date, "chat": self._chats[sent.chat]}
        return about | ({"text": sent.text} if sent.method == "sendMessage" else {})

    async def _edit(self, given: "_Given") -> Json:
        sent = self._mine(given, "edit")
        if sent.method != "sendMessage":
            raise _No(400, "Bad Request: there is no text in the message to edit")
        if sent.text == given.fields["text"].strip():
            raise _No(400, "Bad Request: message is not modified: specified new message content")
        sent.text = given.fields["text"].strip()
        return self._shown(sent)

    async def _delete(self, given: "_Given") -> bool:
        sent = self._mine(given, "delete")
        if self.now() - sent.date > _OLDEST_DELETED_S:
            raise _No(400, "Bad Request: message can't be deleted for everyone")
        sent.deleted = True
        return True

    async def _react(self, given: "_Given") -> bool:
        self._chat(given)
        emoji = "".join(one["emoji"] for one in given.fields.get("reaction", ()))
        if emoji and emoji not in _REACTIONS:
            raise _No(400, "Bad Request: REACTION_INVALID")
        self._reactions[int(given.fields["chat_id"]), 0 - int(given.fields["message_id"])] = (
            given.fields["reaction"]
        )
        return True

    def ours_on(self, chat: int, number: int) -> list[str]:
        """The bot's emoji on a message."""
        return [one["emoji"] for one in self._reactions.get((chat, -number), [])]

    async def _act(self, given: "_Given") -> bool:
        self._typing[self._chat(given)] = monotonic()
        return True

    async def _get_file(self, given: "_Given") -> Json:
        file_id = given.fields["file_id"]
        if file_id not in self._files:
            raise _No(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        content = self._files[file_id][1]
        if len(content) > 20_000_000:
            raise _No(400, "Bad Request: file is too big")
        about = {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(content)}
        return about | {"file_path": f"documents/{file_id}"}

    def _file(self, request: httpx.Request, token: str, folder: str, name: str) -> httpx.Response:  # noqa: ARG002
        if token != self.token or name not in self._files:
            return _refusal(404, "Not Found")
        return httpx.Response(200, content=self._files[name][1])

    def _chat(self, given: "_Given") -> int:
        chat = int(given.fields["chat_id"])
        if chat in self.migrated:
            raise _No(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.migrated[chat],
            )
        if chat not in self._chats:
            raise _No(400, "Bad Request: chat not found")
        if chat in self.blocked:
            raise _No(403, "Forbidden: bot was blocked by the user")
        return chat

    def _mine(self, given: "_Given", doing: str) -> Sent:
        place = self._chat(given), int(given.fields["message_id"])
        for sent in self.sent:
            if (sent.chat, sent.number) == place and not sent.deleted:
                return sent
        raise _No(400, f"Bad Request: message to {doing} not found")

    def _number(self, chat: int) -> int:
        self._numbers[chat] = self._numbers.get(chat, 0) + 1
        return self._numbers[chat]


@dataclass(frozen=True)
class _Given:
    """The fields and files of a request."""

    fields: Json
    files: dict[str, tuple[str, bytes]]

    @classmethod
    def of(cls, request: httpx.Request) -> "_Given":
        kind = request.headers.get("Content-Type", "")
        if not kind.startswith("multipart/form-data"):
            return cls(json.loads(request.content or b"{}"), {})
        head = f"Content-Type: {kind}\r\n\r\n".encode()
        fields: Json = {}
        files: dict[str, tuple[str, bytes]] = {}
        for part in BytesParser(policy=HTTP).parsebytes(head + request.content).iter_parts():
            name = str(part.get_param("name", "", header="Content-Disposition"))
            content = part.get_payload(decode=True)
            octets = content if isinstance(content, bytes) else b""
            if (file := part.get_filename()) is not None:
                files[name] = (file, octets)
            else:
                fields[name] = octets.decode()
        return cls(fields, files)


def _refusal(code: int, description: str, **parameters: int) -> httpx.Response:
    about: Json = {"ok": False, "error_code": code, "description": description}
    return answer_json(about | ({"parameters": parameters} if parameters else {}), code)

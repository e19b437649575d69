"""Carries out what agents decide: messages, notes, status, assignee, labels, priority, reading."""

import asyncio
import mimetypes
import re
from collections.abc import Sequence
from pathlib import Path

from agent_tui.adapters.chatwoot.api import Api, Upload
from agent_tui.adapters.chatwoot.channels import kind_of
from agent_tui.adapters.chatwoot.directory import Directory
from agent_tui.adapters.chatwoot.reading import KEY, key_of
from agent_tui.adapters.chatwoot.records import OUTGOING, Message
from agent_tui.adapters.chatwoot.words import word_of_priority, word_of_status
from agent_tui.adapters.contract import Commit, Effect, Receipt, Refused, Settled
from agent_tui.content.safe import safe_line, safe_name
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import SECOND, Millis
from agent_tui.model.conversation import Status, Triage
from agent_tui.model.incoming import Outgoing
from agent_tui.model.via import via_name

MOST_FILES = 15
"""app/models/message.rb, NUMBER_OF_PERMITTED_ATTACHMENTS."""

_TAG = re.compile(r"\{(?=[{%])")
_CODE = re.compile(r"(`.*?`)", re.DOTALL)


class Effects:
    """What can be done to the conversations of one account."""

    def __init__(self, api: Api, directory: Directory) -> None:
        self._api = api
        self._directory = directory

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:
        """Carry out ``effect``; only a message or a note has a step of no return."""
        conversation = _conversation(effect)
        match effect.kind:
            case EffectKind.SEND | EffectKind.NOTE:
                return await self._write(conversation, effect, commit)
            case EffectKind.DELETE:
                await self._delete(conversation, effect)
            case EffectKind.STATUS:
                await self._api.change(conversation, "toggle_status", _status(_triage(effect)))
            case EffectKind.ASSIGN:
                await self._assign(conversation, _triage(effect).assignee)
            case EffectKind.LABELS:
                labels = {"labels": list(_triage(effect).labels)}
                await self._api.change(conversation, "labels", labels)
            case EffectKind.PRIORITY:
                word = word_of_priority(_triage(effect).priority)
                await self._api.change(conversation, "toggle_priority", {"priority": word})
            case EffectKind.READ:
                await self._api.change(conversation, "update_last_seen", {})
            case EffectKind.UNREAD:
                await self._api.change(conversation, "unread", {})
            case EffectKind.TYPING:
                word = "on" if effect.on else "off"
                typing = {"typing_status": word}
                await self._api.change(conversation, "toggle_typing_status", typing)
            case _:
                raise Refused(f"Chatwoot cannot do this ('{effect.kind}').")
        return Receipt()

    async def settle(self, effect: Effect) -> Settled:
        """Whether the message with our key stands in its conversation, since it was tried.

        Or one of the same text by us without any key: Chatwoot takes the key off a message that
        is sent anew from its own screen.
        """
        outgoing, conversation = _outgoing(effect), _conversation(effect)
        before: int | None = None
        alike: list[Message] = []
        for _ in range(_MOST_PAGES):
            rows = await self._api.messages(conversation, before)
            if rows is None:
                return Settled.UNKNOWN
            if any(key_of(one) == effect.key for one in rows):
                return Settled.SENT
            tried = self._api.at_server(outgoing.date)
            alike += [one for one in rows if _is_alike(one, outgoing, effect.kind, tried)]
            if len(rows) < _PAGE or min(one.at for one in rows) < tried - _MARGIN:
                return await self._by_us(alike)
            before = min(one.id for one in rows)
        return Settled.UNKNOWN

    async def _by_us(self, alike: Sequence[Message]) -> Settled:
        if not alike:
            return Settled.NOT_SENT
        ours = (await self._api.profile()).id
        mine = any(one.sender is not None and one.sender.id == ours for one in alike)
        return Settled.SENT if mine else Settled.NOT_SENT

    async def _write(self, conversation: int, effect: Effect, commit: Commit) -> Receipt:
        outgoing = _outgoing(effect)
        files = await asyncio.to_thread(_uploads, outgoing.files)
        body: dict[str, object] = {
            "content": literal(outgoing.text),
            "message_type": "outgoing",
            "content_attributes": {KEY: effect.key},
        }
        if effect.kind is EffectKind.NOTE:
            body["private"] = (
                True  # in a form, where all is text, the server takes "false" for true
            )
        await commit()
        return Receipt(remote_id=str(await self._api.write(conversation, body, files)))

    async def _delete(self, conversation: int, effect: Effect) -> None:
        """Refused where the customer would keep what we only hide from ourselves."""
        if not effect.targets or not effect.targets[-1].remote_id.isdecimal():
            raise Refused("Nobody knows which message is to be deleted; delete it in Chatwoot.")
        known = await self._directory.known()
        found = await self._api.conversation(conversation)
        if found is not None:
            kind = kind_of(found.channel, known.inboxes.get(found.inbox))
            if not kind.takes_back:
                raise Refused(
                    f"Chatwoot cannot take a message back from {via_name(kind.via)}: the customer "
                    "would keep it. Write to them instead."
                )
        await self._api.delete(conversation, int(effect.targets[-1].remote_id))

    async def _assign(self, conversation: int, handle: str | None) -> None:
        number = 0  # nobody has this id, so nobody is assigned: Chatwoot's own screen does it so
        if handle:
            known = await self._directory.known()
            agent = known.agents.find(handle)
            if agent is None:
                self._directory.forget()
                there = ", ".join(known.agents.handles()) or "none"
                raise Refused(
                    f"Chatwoot has no agent '{safe_line(handle, 60)}' in this account; "
                    f"there are {there}."
                )
            number = agent.id
        await self._api.change(conversation, "assignments", {"assignee_id": number})


_PAGE = 20
_MOST_PAGES = 10
_SKEW: Millis = 5 * SECOND
"""As exact as the server's clock is known."""

_MARGIN: Millis = 600 * SECOND
"""Looked at beyond that, in case a clock was put right meanwhile."""


def literal(text: str) -> str:
    """``text`` so that it comes out of Chatwoot's templates as it went in.

    The server runs what is sent through Liquid (app/models/concerns/liquidable.rb) but for code
    in backticks: what stands in a customer's quoted text must not be evaluated, and braces must
    not vanish.
    """
    parts = _CODE.split(text)
    return "".join(part if n % 2 else _TAG.sub('{{ "{" }}', part) for n, part in enumerate(parts))


def _status(triage: Triage) -> dict[str, object]:
    body: dict[str, object] = {"status": word_of_status(triage.status)}
    if triage.status is Status.SNOOZED and triage.snoozed_until is not None:
        body["snoozed_until"] = -(-triage.snoozed_until // SECOND)  # never before it is time
    return body


def _is_alike(message: Message, outgoing: Outgoing, kind: EffectKind, tried: Millis) -> bool:
    return (
        message.kind == OUTGOING
        and message.private is (kind is EffectKind.NOTE)
        and message.at >= tried - _SKEW
        and not key_of(message)
        and message.text.strip() == outgoing.text.strip()
        and message.sender is not None
        and message.sender.kind == "user"
    )


def _uploads(paths: Sequence[str]) -> list[Upload]:
    if len(paths) > MOST_FILES:
        raise Refused(f"Chatwoot takes {MOST_FILES} files with a message, not {len(paths)}.")
    return [_upload(Path(path)) for path in paths]


def _upload(path: Path) -> Upload:
    try:
        octets = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise Refused(
            f"The attachment {safe_line(str(path))} cannot be read ({reason}); attach it again."
        ) from error
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return "attachments[]", (safe_name(path.name), octets, kind)


def _conversation(effect: Effect) -> int:
    key = effect.thread_key or ""
    if not key.isdecimal() or len(key) > 18:
        raise Refused(
            "This conversation did not come from Chatwoot; answer one that did, or begin it there."
        )
    return int(key)


def _outgoing(effect: Effect) -> Outgoing:
    if effect.outgoing is None:
        raise Refused("There is nothing to send in what was queued; write it again.")
    return effect.outgoing


def _triage(effect: Effect) -> Triage:
    if effect.triage is None:
        raise Refused("What was queued does not say what is to be changed; do it again.")
    return effect.triage

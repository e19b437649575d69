"""How far a pull has come, as the store keeps it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from agent_tui.adapters.chatwoot.records import Conversation, Message
from agent_tui.adapters.contract import AccountProblem
from agent_tui.model.clock import SECOND, Millis

MAILBOX = "chatwoot"
"""The one mailbox of an account: ids of messages are unique within a server."""

_MOST_FLOORS = 200
"""Older conversations of a pull that are remembered: if it breaks off, more may be read again."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """What of a conversation has been taken in: all up to ``floor``, and newer ones by id."""

    floor: int = 0
    updated_at: float = 0.0  # of the conversation as it was taken in, in seconds
    ids: Mapping[int, Millis] = field(default_factory=dict)  # with their times

    def has(self, message: int) -> bool:
        return message <= self.floor or message in self.ids


@dataclass(frozen=True, slots=True)
class Taken:
    """What has been taken in although its time alone does not say so."""

    entries: Mapping[int, _Entry] = field(default_factory=dict)

    def has(self, conversation: int, message: int) -> bool:
        entry = self.entries.get(conversation)
        return entry is not None and entry.has(message)

    def is_current(self, conversation: Conversation) -> bool:
        """Whether nothing has happened in ``conversation`` since it was taken in."""
        entry = self.entries.get(conversation.id)
        same = entry is not None and entry.updated_at == conversation.updated_at
        return same and (not conversation.newest or self.has(conversation.id, conversation.newest))

    def plus(
        self, conversation: Conversation, messages: Iterable[Message], line: Millis
    ) -> "Taken":
        """With ``messages``; those since ``line`` by id, for others may still come between them."""
        old = self.entries.get(conversation.id, _Entry())
        ids = dict(old.ids) | {one.id: one.at for one in messages}
        floor = max((i for i, at in ids.items() if at < line), default=0)
        newer = {i: at for i, at in ids.items() if at >= line}
        entry = _Entry(max(floor, old.floor), conversation.updated_at, newer)
        others = {k: v for k, v in self.entries.items() if k != conversation.id}
        return Taken({**others, conversation.id: entry})

    def since(self, line: Millis) -> "Taken":
        """Without what is older than ``line``: there the time says enough."""
        kept = {
            number: replace(entry, ids={i: at for i, at in entry.ids.items() if at >= line})
            for number, entry in self.entries.items()
            if entry.updated_at * SECOND >= line or any(at >= line for at in entry.ids.values())
        }
        return Taken(kept)

    def bounded(self) -> "Taken":
        """Without the floors of all but the latest conversations."""
        late = set(list(self.entries)[-_MOST_FLOORS:])
        return Taken({k: v for k, v in self.entries.items() if k in late or v.ids})


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything that had changed at the server before ``since`` has been taken in.

    And ``taken``. Messages before ``horizon`` were left out by the first sync. While that goes on,
    ``since`` is when it began, ``step`` the pass it is in, ``page`` the page that is due, and
    ``done`` how many conversations it has taken in. ``told`` is a digest of the agents and canned
    responses that were handed in; ``turn`` tells batches apart that differ in nothing else.
    """

    since: Millis
    horizon: Millis = 0
    taken: Taken = Taken()
    step: int | None = None
    page: int = 1
    done: int = 0
    told: str = ""
    turn: int = 0

    def next(self) -> "Cursor":
        return replace(self, turn=self.turn + 1)

    def at_page(self, step: int, page: int, done: int) -> "Cursor":
        return replace(self.next(), step=step, page=page, done=done)

    def at_pass(self, step: int, done: int) -> "Cursor":
        return self.at_page(step, 1, done)

    def __str__(self) -> str:
        found: dict[str, Any] = {"since": self.since, "horizon": self.horizon}
        found |= {"told": self.told, "turn": self.turn}
        found["taken"] = {
            number: [entry.floor, entry.updated_at, *([i, at] for i, at in entry.ids.items())]
            for number, entry in self.taken.entries.items()
        }
        if self.step is not None:
            found["first"] = [self.step, self.page, self.done]
        return json.dumps(found, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """Raises AccountProblem for what no version of this program has written."""
        try:
            found = json.loads(text)
            entries = {
                int(number): _Entry(int(floor), float(at), {int(i): int(t) for i, t in ids})
                for number, (floor, at, *ids) in found["taken"].items()
            }
            cursor = cls(int(found["since"]), int(found["horizon"]), Taken(entries))
            cursor = replace(cursor, told=str(found["told"]), turn=int(found["turn"]))
            if "first" not in found:
                return cursor
            step, page, done = map(int, found["first"])
            return replace(cursor, step=step, page=page, done=done)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise AccountProblem(
                "What the store remembers of this Chatwoot account cannot be read; remove the "
                "account and add it again.",
                detail=text[:200],
            ) from error

"""How customers of the demo world chat: they read, type, slip, correct themselves and react.

Only times and changes are made here; what is said comes from :mod:`live`.
"""

import random
import re
from dataclasses import dataclass, replace

from agent_tui.adapters.demo import files
from agent_tui.adapters.demo.body import body
from agent_tui.adapters.demo.carriers import EMOJI
from agent_tui.adapters.demo.play import Play
from agent_tui.adapters.demo.world import attachment, customer
from agent_tui.model.clock import SECOND, Millis
from agent_tui.model.incoming import (
    ConversationState,
    Deletion,
    Edit,
    Incoming,
    Mark,
    ReactionChange,
    Typing,
)
from agent_tui.model.message import Delivery

Happening = Incoming | Edit | Deletion | Mark | ReactionChange | ConversationState
"""What can be pulled."""

Timed = tuple[Millis, Happening]

_SLIPS = 0.25
"""Share of chat messages that are corrected afterwards."""
_DOUBLES = 0.3
"""Share of new chats in which something is sent twice and one of them taken back."""
_REACTIONS = 0.35

_WORD = re.compile(r"[a-z]{5,}")


@dataclass(frozen=True, slots=True)
class Writes:
    """Somebody is seen to write from ``at`` on, until they send or give up."""

    at: Millis
    until: Millis
    typing: Typing


@dataclass(slots=True)
class Habits:
    """Draws from a chance of its own, so that who writes what does not depend on it."""

    chance: random.Random

    def read(self, play: Play, key: str, now: Millis) -> tuple[Millis, list[Timed]]:
        """When the customer has read our message ``key`` of ``now``, and what shows it."""
        delivered = now + self.chance.randint(200, 500)
        read = delivered + self.chance.randint(300, 900)
        shown: list[Timed] = [
            (delivered, Mark(key, Delivery.DELIVERED)),
            (read, Mark(key, Delivery.READ, and_before=True)),
        ]
        if self.chance.random() < _REACTIONS:
            reaction = ReactionChange(key, customer(play.person), self.chance.choice(EMOJI))
            shown.append((read + self.chance.randint(200, 900), reaction))
        return read, shown

    def types(self, play: Play, key: str, start: Millis, end: Millis) -> Writes:
        """The customer writes from ``start`` at the earliest until ``end``."""
        at = min(end - SECOND // 2, max(start, end - self.chance.randint(1500, 4000)))
        return Writes(at, end, Typing(key, play.person.name, on=True))

    def hesitates(self, play: Play, key: str, start: Millis) -> list[Writes]:
        """The customer begins to write after ``start`` and thinks better of it."""
        at = start + self.chance.randint(500, 1500)
        end = at + self.chance.randint(1500, 4000)
        return [
            Writes(at, end, Typing(key, play.person.name, on=True)),
            Writes(end, end + SECOND, Typing(key, play.person.name, on=False)),
        ]

    def slips(self, play: Play, message: Incoming) -> tuple[Incoming, list[Timed]]:
        """``message`` as it is first sent, and its correction if it has a slip."""
        slipped = self._slip(message.body.text) if self.chance.random() < _SLIPS else None
        if slipped is None:
            return message, []
        at = message.at + self.chance.randint(2500, 6000)
        first = replace(message, body=body(slipped, play.person.language))
        return first, [(at, Edit(message.remote_id, message.body, at))]

    def doubles(self, play: Play, last: Incoming) -> list[Timed]:
        """The customer's last line again, sent by mistake and taken back."""
        if self.chance.random() >= _DOUBLES:
            return []
        slipped = self._slip(last.body.text)
        if slipped is None:
            return []
        at = last.at + self.chance.randint(1500, 3000)
        gone = at + self.chance.randint(2000, 5000)
        again = replace(
            last,
            remote_id=f"{last.remote_id}-again",
            at=at,
            body=body(slipped, play.person.language),
            status=None,
            files=(),
        )
        return [(at, again), (gone, Deletion(again.remote_id, gone))]

    def with_photo(self, message: Incoming) -> Incoming:
        """``message`` with a picture, as it was asked for."""
        name = f"photo-{self.chance.randint(1000, 9999)}.png"
        assert files.known(name)
        return replace(message, files=(*message.files, attachment(name)))

    def _slip(self, text: str) -> str | None:
        """``text`` with two letters of a longer word changed over; None where there is none."""
        words = [word for word in _WORD.finditer(text) if len(set(word[0][1:4])) == 3]
        if not words or "://" in text:
            return None
        at = self.chance.choice(words).start() + 1
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]

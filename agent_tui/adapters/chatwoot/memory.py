"""What one run of the program remembers of the messages that it has read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agent_tui.adapters.chatwoot.reading import is_deleted, key_of
from agent_tui.adapters.chatwoot.records import Conversation, Message
from agent_tui.model.clock import Millis
from agent_tui.model.incoming import Edit
from agent_tui.model.message import Body

_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Read:
    """A conversation with those of its messages that were asked for, oldest first."""

    conversation: Conversation
    messages: tuple[tuple[Message, Body], ...]


_Look = tuple[int, str, bool]
"""What changes about a message: a hash of its text, its status, whether it was deleted."""


@dataclass(slots=True)
class Memory:
    """Tells what has changed about messages; nothing is lost where it is empty."""

    _known: dict[int, _Look] = field(default_factory=dict)  # by message

    def remember(self, reads: Iterable[Read]) -> None:
        if len(self._known) > _MOST:
            self._known.clear()
        for read in reads:
            self._known.update((one.id, _look(one, body)) for one, body in read.messages)

    def is_news(self, read: Read) -> bool:
        """Whether a message of ``read`` is not as it was, or not known."""
        return any(self._known.get(one.id) != _look(one, body) for one, body in read.messages)

    def edits(self, again: Sequence[tuple[Message, Body]], now: Millis) -> tuple[Edit, ...]:
        """Of messages read ``again`` those that have another text, or may have.

        The store knows better which have: only what we wrote ourselves may look otherwise there.
        """
        return tuple(
            Edit(str(one.id), body, one.updated_at or now)
            for one, body in again
            if not is_deleted(one) and self._may_differ(one, body)
        )

    def _may_differ(self, message: Message, body: Body) -> bool:
        known = self._known.get(message.id)
        return not key_of(message) if known is None else known[0] != hash(body.text)


def _look(message: Message, body: Body) -> _Look:
    return hash(body.text), message.status, is_deleted(message)

"""Undo and redo: both read the log, and refuse to overwrite what somebody did since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent_tui.actions import call, messaging
from agent_tui.actions.action import Action, ActionError, Context, Done, Scope
from agent_tui.actions.reverting import PART, Reverting, keep, unfinished
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import Millis
from agent_tui.model.event import REDO, UNDO, Entity, Event
from agent_tui.store import conversations, events, outbox

_LONG = PART + 1


def undo(context: Context, _: Sequence[int] = (), __: Mapping[str, str] | None = None) -> Done:
    """Take back the agent's newest batch that still stands, also one of an earlier session.

    What somebody has changed since stays as it is now, and the sentence says so. Raises ActionError
    when there is no batch, when nothing of it can be taken back, or when a reply of it has left;
    such a batch is then skipped by the next undo.
    """
    return _all_of(begin(context, UNDO))


def redo(context: Context, _: Sequence[int] = (), __: Mapping[str, str] | None = None) -> Done:
    """Do again what the newest undo took back; a reply is not sent again, its draft waits.

    Raises ActionError when there is nothing to redo or somebody changed all of it since.
    """
    return _all_of(begin(context, REDO))


def begin(context: Context, action: str) -> Reverting:
    """What :func:`undo` or :func:`redo` does, to be carried out part by part."""
    resumed = unfinished(context, action)
    if resumed is not None:
        batch, stamp = resumed
        done = events.of_batch(context.db, batch)
        return Reverting(context, action, batch, done, _sentence(context, action, done), stamp)
    return _undoing(context) if action == UNDO else _redoing(context)


def is_long(context: Context, action: str) -> bool:
    """Whether undoing or redoing takes longer than a key press may."""
    last = events.last_to_undo if action == UNDO else events.last_to_redo
    batch = last(context.db, context.agent)
    long = batch is not None and events.size(context.db, batch, _LONG) == _LONG
    return long or unfinished(context, action) is not None


@dataclass(frozen=True, slots=True)
class Undoable:
    """Something that can be taken back, as a list shows it."""

    batch: str
    at: Millis
    what: str  # "resolve, 37 conversations", "label: #12 Parcel"


def undoables(context: Context, limit: int = 50) -> list[Undoable]:
    """What the agent did and has not taken back, newest first, also of earlier sessions."""
    found = events.standing(context.db, context.agent, limit)
    firsts = events.by_ids(context.db, [one.first for one in found])
    return [
        Undoable(one.batch, one.at, _what(context, firsts[one.first], one.things)) for one in found
    ]


class Undoings:
    """Several batches on their way back, the newest first; part by part, as each of them."""

    def __init__(self, context: Context, batches: Sequence[str]) -> None:
        self.total, self.done = len(batches), 0
        self._context, self._left = context, list(batches)
        self._now: Reverting | None = None
        self._told: list[Done] = []
        self._refused: list[str] = []

    def step(self) -> bool:
        """Take the next part back; False when there is none. Raises StoreError."""
        try:
            if self._now is None:
                if not self._left:
                    return False
                self._now = undoing(self._context, self._left.pop(0))
            if not self._now.step():
                self._told.append(self._now.result())
                self._now, self.done = None, self.done + 1
        except ActionError as error:
            self._refused.append(str(error))
            self._now, self.done = None, self.done + 1
        return True

    def result(self) -> Done:
        """What came of them. Raises ActionError when none could be taken back."""
        if self._now is not None:  # stopped within one: the key goes on with it
            self._told.append(self._now.result())
        if not self._told:
            raise ActionError(self._refused[0] if self._refused else "Nothing was undone.")
        if self.total == 1:
            return self._told[0]
        touched = dict.fromkeys(one for done in self._told for one in done.changed)
        told = [f"Undone: {len(self._told)} of {self.total}.", *self._refused[:1]]
        return Done(" ".join(told), tuple(touched), self._told[-1].batch)


def _what(context: Context, event: Event, things: int) -> str:
    name = _name(context, event)
    if event.entity is not Entity.CONVERSATION:
        return name
    if things > 1:
        return f"{name}, {things:,} conversations"
    conversation = conversations.get(context.db, event.entity_id)
    subject = f" {conversation.subject or conversation.customer}" if conversation else ""
    return f"{name}: #{event.entity_id}{subject}"


def _undoing(context: Context) -> Reverting:
    batch = events.last_to_undo(context.db, context.agent)
    if batch is None:
        raise ActionError("There is nothing to undo.")
    return undoing(context, batch)


def undoing(context: Context, batch: str) -> Reverting:
    """Taking back a batch of the agent that still stands, the newest or not.

    Raises ActionError when a reply of it has left; the batch is then out of the way.
    """
    done = events.of_batch(context.db, batch)
    try:
        _check_recallable(context, done)
    except ActionError:
        keep(context, batch, done[0])
        raise
    return Reverting(context, UNDO, batch, done, _sentence(context, UNDO, done))


def _redoing(context: Context) -> Reverting:
    batch = events.last_to_redo(context.db, context.agent)
    if batch is None:
        raise ActionError("There is nothing to redo.")
    undone = events.of_batch(context.db, batch)
    if any(event.field in messaging.CHANGES for event in undone):
        raise ActionError("What was done to a message is not done again by itself; do it anew.")
    if any(event.entity in (Entity.OUTBOX, Entity.MESSAGE) for event in undone):
        raise ActionError("That text is a draft again; open it and send it.")
    if any(event.field == call.CALL for event in undone):
        raise ActionError("A call that was taken back is not logged again by itself; do it anew.")
    return Reverting(context, REDO, batch, undone, _sentence(context, REDO, undone))


def _all_of(reverting: Reverting) -> Done:
    while reverting.step():
        pass
    return reverting.result()


def _sentence(context: Context, action: str, done: Sequence[Event]) -> str:
    return f"{'Undone' if action == UNDO else 'Done again'}: {_name(context, done[0])}"


def _name(context: Context, event: Event) -> str:
    """What was done in the first place, through all that was undone and done again since."""
    while event.undoes is not None:
        event = events.of_batch(context.db, event.undoes)[0]
    return event.stamp.action


def _check_recallable(context: Context, done: Sequence[Event]) -> None:
    """Raise ActionError when a reply of the batch has left."""
    for event in done:
        if event.entity is Entity.OUTBOX and messaging.has_left(context, event):
            raise ActionError("That message has been taken away; it cannot be undone.")
        if event.entity is Entity.OUTBOX and event.field == "queued":
            item = outbox.get(context.db, event.entity_id)
            if item is None or not outbox.can_cancel(item):
                what = "note" if item and item.kind is EffectKind.NOTE else "reply"
                raise ActionError(f"That {what} has left and cannot be called back.")


ACTIONS = (
    Action(
        name="undo",
        title="Undo",
        scope=Scope.NOTHING,
        run=undo,
        help="Take back the last thing you did, also after a restart.",
    ),
    Action(
        name="redo",
        title="Redo",
        scope=Scope.NOTHING,
        run=redo,
        help="Do again what undo took back.",
    ),
)

"""Takes a batch of the log back, thing by thing, and never over what somebody did since.

A long batch is taken back in parts, each a short transaction. Whoever stops between two of them,
or is stopped, goes on where that was: the log says of an undo that it has begun, and that it has
ended.
"""

from collections.abc import Mapping, Sequence

from agent_tui.actions import call, messaging, views
from agent_tui.actions.action import ActionError, Context, Done
from agent_tui.actions.decision import change_all
from agent_tui.actions.posting import take_back
from agent_tui.model.conversation import Conversation
from agent_tui.model.event import KEEP, Entity, Event, Stamp
from agent_tui.store import (
    changes,
    companies,
    conversations,
    customers,
    drafts,
    events,
    joining,
    messages,
    outbox,
)
from agent_tui.store.changes import Value
from agent_tui.store.database import Conflict
from agent_tui.store.lists import stretches

PART = 100
"""Things in one transaction: some ten milliseconds."""

BEGUN, ENDED = "begun", "ended"
"""Fields of the events that frame what is taken back in several parts."""

_MOVES = frozenset({joining.MERGED, joining.PARTED})
_TRIAGED = frozenset(changes.CONVERSATION_FIELDS)

_Thing = tuple[tuple[Entity, int], list[Event]]
"""What events are about, and those events, newest first."""


class Reverting:
    """A batch on its way back."""

    def __init__(
        self,
        context: Context,
        action: str,
        batch: str,
        done: Sequence[Event],
        sentence: str,
        resumed: Stamp | None = None,
    ) -> None:
        """``done`` are the batch's events; ``sentence`` says what is undone, without a stop;
        ``resumed`` is the mark of what was begun before, and not ended."""
        self._context, self._batch, self._sentence = context, batch, sentence
        self._stamp = resumed or context.stamp(action)
        self._resumes, self._first = resumed is not None, done[0]
        things = _by_thing(done)
        if resumed is not None:
            over = {thing for thing, _ in _by_thing(events.of_batch(context.db, resumed.batch))}
            things = [(thing, group) for thing, group in things if thing not in over]
        self.total, self.done = len(things), 0
        self._framed = self.total > PART or self._resumes
        self._parts = stretches(things, PART)
        self._touched: dict[int, None] = {}
        self._refused: list[str] = []
        self._logged = self._resumes

    def step(self) -> bool:
        """Take the next part back; False when there is none.

        Raises ActionError when all was refused, and StoreError.
        """
        part = next(self._parts, None)
        if part is None:
            return False
        try:
            with self._context.db.transaction(durable=True):
                self._take(part)
        except ActionError:
            keep(self._context, self._batch, self._first)
            raise
        return True

    def result(self) -> Done:
        """What came of it so far."""
        if not self._logged:  # it is as it was by other means
            keep(self._context, self._batch, self._first)
        what = "" if len(self._touched) < 2 else f", {len(self._touched):,} conversations"
        told = [f"{self._sentence}{what}."]
        if self.done < self.total:
            told = [f"Stopped after {self.done:,} of {self.total:,}; the same key goes on."]
        told += self._refused[:1]
        if len(self._refused) > 1:
            told.append(f"So it is with {len(self._refused) - 1:,} more.")
        return Done(" ".join(told), tuple(self._touched), self._stamp.batch)

    def _take(self, part: Sequence[_Thing]) -> None:
        if self._framed and not self.done and not self._resumes:
            self._say(self._stamp, BEGUN)
        self._revert(part)
        self.done += len(part)
        if self.done == self.total and len(self._refused) == self.total:
            raise ActionError(self._refused[0])  # nothing of this part was done
        if self._framed and self.done == self.total:
            self._say(self._stamp, ENDED)

    def _revert(self, part: Sequence[_Thing]) -> None:
        triaged = {n: group for (entity, n), group in part if _is_triage(entity, group)}
        self._revert_conversations(self._rejoined(triaged))
        for (entity, number), group in part:
            if _is_triage(entity, group):
                continue
            try:
                self._touched.update(dict.fromkeys(self._revert_thing(entity, number, group)))
                self._logged = True
            except ActionError as error:
                self._refused.append(str(error))

    def _rejoined(self, groups: Mapping[int, Sequence[Event]]) -> dict[int, Sequence[Event]]:
        """Take back merges and splits; the groups in which more is left to revert."""
        moves = sorted(
            (event for group in groups.values() for event in group if event.field in _MOVES),
            key=lambda event: -event.id,
        )
        refused: set[int] = set()
        for event in moves:
            try:
                self._touched.update(dict.fromkeys(self._rejoin(event)))
                self._logged = True
            except Conflict as error:
                refused.add(event.entity_id)
                self._refused.append(f"Not undone: {error}")
        moved = {event.entity_id for event in moves}
        return {
            number: group
            for number, group in groups.items()
            if number not in moved
            or (number not in refused and any(e.field in _TRIAGED for e in group))
        }

    def _rejoin(self, event: Event) -> tuple[int, int]:
        """Undo a merge or a split; the two conversations."""
        db, stamp = self._context.db, self._stamp
        record = event.before if isinstance(event.before, dict) else None
        if record is None:
            raise Conflict("what was merged by itself, or erased since, stays as it is.")
        if event.field == joining.MERGED:
            return joining.part(db, stamp, record, undoes=self._batch), record["target"]
        joining.merge(db, stamp, record["source"], record["target"], undoes=self._batch)
        return record["target"], record["source"]

    def _revert_conversations(self, groups: Mapping[int, Sequence[Event]]) -> None:
        """All of them in a few statements."""
        found = {one.id: one for one in conversations.by_ids(self._context.db, list(groups))}
        wanted: list[tuple[Conversation, Mapping[str, Value]]] = []
        for number, group in groups.items():
            try:
                wanted.append((found[number], self._as_before(found[number], group)))
            except KeyError:
                self._refused.append(f"Conversation #{number} is gone; nothing was undone.")
            except ActionError as error:
                self._refused.append(str(error))
        changed = change_all(self._context, self._stamp, wanted, undoes=self._batch)
        self._logged = self._logged or bool(changed)
        self._touched.update(dict.fromkeys(one.id for one, _ in wanted))

    def _as_before(self, conversation: Conversation, group: Sequence[Event]) -> dict[str, Value]:
        """The fields as they were before the batch; of a field that it changed twice, the first.

        Raises ActionError when somebody has changed one of them since.
        """
        fields: dict[str, Value] = {}
        for event in group:
            if event.field in changes.CONVERSATION_FIELDS:
                if event.field not in fields:
                    self._check_unchanged(conversation, event)
                fields[event.field] = changes.plain(event.before)
        return fields

    def _check_unchanged(self, conversation: Conversation, event: Event) -> None:
        now = changes.value(conversation, event.field)
        if now == event.after or event.field == "unread":
            return
        who = self._changed_later(event)
        raise ActionError(
            f"Not undone: {who} has since changed the {event.field} of #{conversation.id} to {now}."
        )

    def _changed_later(self, event: Event) -> str:
        """Who has changed the same field of the same thing after ``event``."""
        later = events.of_fields(
            self._context.db,
            event.entity,
            event.entity_id,
            (event.field,),
            after=event.id,
            limit=1,
        )
        return later[0].stamp.actor if later else "somebody"

    def _revert_thing(self, entity: Entity, number: int, group: Sequence[Event]) -> Sequence[int]:
        """Revert what is no triage; the conversations touched.

        Raises ActionError, with nothing done, when that cannot be.
        """
        match entity:
            case Entity.CONVERSATION:
                call.take_back(self._context, self._stamp, self._batch, group[-1])
                return []
            case Entity.CUSTOMER:
                self._revert_customer(number, group)
                return []
            case Entity.COMPANY:
                self._revert_company(number, group)
                return []
            case Entity.VIEWS:
                views.revert(self._context, self._stamp, self._batch, group)
                return []
            case Entity.OUTBOX if group[-1].field in messaging.CHANGES:
                return [messaging.take_back(self._context, self._stamp, self._batch, group[-1])]
            case Entity.STORE:
                raise ActionError("What was done to the whole store cannot be undone.")
            case _:
                return [self._back_to_draft(group[-1])]

    def _revert_customer(self, customer_id: int, group: Sequence[Event]) -> None:
        db = self._context.db
        customer = customers.get(db, customer_id)
        if customer is None:
            raise ActionError("That customer is gone; nothing was undone.")
        for event in group:
            if changes.customer_value(customer, event.field) != event.after:
                who = self._changed_later(event)
                raise ActionError(f"Not undone: {who} has since changed {customer.name}.")
        fields = {event.field: changes.customer_plain(event.before) for event in group}
        try:
            changes.change_customer(db, self._stamp, customer, undoes=self._batch, **fields)
        except Conflict as error:
            raise ActionError(f"Not undone: {error}") from None

    def _revert_company(self, company_id: int, group: Sequence[Event]) -> None:
        db = self._context.db
        company = companies.get(db, company_id)
        if company is None:
            raise ActionError("That company is gone; nothing was undone.")
        fields: dict[str, str | list[str]] = {}
        for event in group:
            if changes.company_value(company, event.field) != event.after:
                who = self._changed_later(event)
                raise ActionError(f"Not undone: {who} has since changed {company.name}.")
            before = changes.plain(event.before)
            fields[event.field] = before if isinstance(before, list) else str(before)
        try:
            changes.change_company(db, self._stamp, company, undoes=self._batch, **fields)
        except Conflict as error:
            raise ActionError(f"Not undone: {error}") from None

    def _back_to_draft(self, event: Event) -> int:
        """Make a queued reply or a note a draft again; the conversation it was in."""
        db = self._context.db
        message = messages.get(db, int(str(event.after)))
        if message is None:
            raise ActionError("That message is gone; nothing was undone.")
        if event.entity is Entity.OUTBOX:
            item = outbox.get(db, event.entity_id)
            if item is None or not outbox.cancel(db, item):
                raise ActionError("That reply has left and cannot be called back.")
        take_back(self._context, message)
        assert isinstance(event.before, dict)
        draft = drafts.create(db, drafts.load(event.before, self._context.clock()))
        events.append(
            db,
            self._stamp,
            event.entity,
            event.entity_id,
            event.field,
            draft.id,
            None,
            undoes=self._batch,
        )
        return message.conversation_id

    def _say(self, stamp: Stamp, field: str) -> None:
        """Write an event down about the batch as a whole."""
        _note(self._context, stamp, field, self._batch, self._first)


def keep(context: Context, batch: str, first: Event) -> None:
    """The batch is not undone, and no longer in the way of what came before it."""
    _note(context, context.stamp(KEEP), KEEP, batch, first)


def _note(context: Context, stamp: Stamp, field: str, batch: str, first: Event) -> None:
    events.append(context.db, stamp, first.entity, first.entity_id, field, None, None, undoes=batch)


def unfinished(context: Context, action: str) -> tuple[str, Stamp] | None:
    """The batch that the agent was about to take back last by ``action``, and its mark."""
    newest = events.newest_of(context.db, context.agent)
    if newest is None or newest.stamp.action != action or newest.undoes is None:
        return None
    fields = events.fields_of(context.db, newest.stamp.batch, (BEGUN, ENDED))
    return (newest.undoes, newest.stamp) if fields == {BEGUN} else None


def _is_triage(entity: Entity, group: Sequence[Event]) -> bool:
    """Whether fields of a conversation are to be set; a logged call is to go as a whole."""
    return entity is Entity.CONVERSATION and group[-1].field != call.CALL


def _by_thing(done: Sequence[Event]) -> list[_Thing]:
    """The batch's events by what they are about, newest first."""
    groups: dict[tuple[Entity, int], list[Event]] = {}
    for event in reversed(done):
        if event.field not in (BEGUN, ENDED):
            groups.setdefault((event.entity, event.entity_id), []).append(event)
    return list(groups.items())

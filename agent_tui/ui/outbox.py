"""The outbox: what is on its way, what failed or is in doubt, and every draft."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from agent_tui.actions import deciding
from agent_tui.actions.when import say_when
from agent_tui.content.safe import safe_line
from agent_tui.model.account import TO_CUSTOMER, EffectKind
from agent_tui.model.clock import MINUTE, SECOND, Millis
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.message import Message
from agent_tui.model.outbox import MESSAGES, NEEDS_DECISION, OutboxItem, OutboxState
from agent_tui.store import conversations, drafts, messages, outbox
from agent_tui.store.database import Database
from agent_tui.ui.cells import fit, folded
from agent_tui.ui.lines import say_time
from agent_tui.ui.markup import Line, plain_lines
from agent_tui.ui.rows import Piece
from agent_tui.ui.rows_pane import RowsPane
from agent_tui.ui.shell import Choice, Shell, Where
from agent_tui.ui.theme import Part

_LATE = MINUTE
"""An engine that runs sends within seconds."""

_ON_ITS_WAY = frozenset({OutboxState.SENDING, OutboxState.COMMITTED})
_PARTS = {
    OutboxState.SENT: Part.GOOD,
    OutboxState.FAILED: Part.ERROR,
    OutboxState.UNCERTAIN: Part.WARNING,
    OutboxState.OVERTAKEN: Part.WARNING,
    OutboxState.CHECK: Part.WARNING,
}
_ADVICE = {
    OutboxState.QUEUED: "It leaves as soon as the account is ready.",
    OutboxState.HELD: "It is held, so that u can call it back.",
    OutboxState.SENDING: "It is being handed over.",
    OutboxState.COMMITTED: "It is being handed over and cannot be called back.",
    OutboxState.SENT: "The provider has it.",
    OutboxState.FAILED: "It was not sent. Enter: send it again or make it a draft.",
    OutboxState.UNCERTAIN: "Nobody can know whether it was sent. Enter: decide.",
    OutboxState.OVERTAKEN: "It was to leave later and is held. Enter: decide.",
    OutboxState.CHECK: "It came back with a copy of the store. Enter: decide.",
    OutboxState.CANCELLED: "",
}
_EFFECTS = {
    EffectKind.SEND: "message",
    EffectKind.NOTE: "note",
    EffectKind.EDIT: "changed text",
    EffectKind.DELETE: "taken away",
    EffectKind.REACT: "reaction",
    EffectKind.MODERATE: "review published or hidden",
    EffectKind.STATUS: "resolved or reopened",
    EffectKind.ASSIGN: "assigned",
    EffectKind.LABELS: "labels",
    EffectKind.PRIORITY: "priority",
    EffectKind.READ: "marked as read",
    EffectKind.UNREAD: "marked as unread",
    EffectKind.TYPING: "is writing",
}
_KINDS = {
    DraftKind.REPLY: "reply",
    DraftKind.FORWARD: "forward",
    DraftKind.NEW: "new",
    DraftKind.NOTE: "note",
}


class Entry(NamedTuple):
    """A row: an effect with its message, or a draft."""

    item: OutboxItem | None
    draft: Draft | None
    who: str
    subject: str


async def show(shell: Shell) -> None:
    """Open the outbox."""
    shell.open_pane(OutboxPane(shell))


def entries(db: Database, agent: str) -> list[Entry]:
    """What needs a decision first, then what is on its way, the drafts, and what was sent."""
    items = outbox.shown(db)
    undecided = [item for item in items if item.state in NEEDS_DECISION]
    sent = [item for item in items if item.state is OutboxState.SENT]
    moving = [item for item in items if item not in undecided and item not in sent]
    return [
        *(_item_entry(db, item) for item in undecided + moving),
        *(_draft_entry(db, draft) for draft in drafts.of_agent(db, agent)),
        *(_item_entry(db, item) for item in sent),
    ]


def state_text(item: OutboxItem, now: Millis) -> str:
    """An effect's state in a few words, with the seconds that are left where it waits."""
    left = max(-(-(item.due_at - now) // SECOND), 0)
    match item.state:
        case OutboxState.HELD if item.send_at is not None:
            return say_when(item.send_at, now)
        case OutboxState.SENT if is_late(item):
            return "sent late"
        case OutboxState.HELD:
            return f"leaves in {left} s"
        case OutboxState.QUEUED if item.attempts and left:
            return f"next try in {_span(left)}"
        case OutboxState.QUEUED:
            return "queued"
        case OutboxState.SENDING | OutboxState.COMMITTED:
            return "no answer yet" if item.problem else "sending"
        case _:
            return item.state.value


def is_late(item: OutboxItem) -> bool:
    """Whether it left later than the agent wanted, since nothing ran at that time."""
    if item.send_at is None or item.finished_at is None:
        return False
    return item.finished_at - item.send_at > _LATE


class OutboxPane(RowsPane):
    """The rows of :func:`entries`; seconds are counted down only while something waits."""

    where: ClassVar[Where] = Where.OUTBOX

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell, "Outbox and drafts", "Nothing is on its way, no drafts.")
        self._entries: list[Entry] = []

    def read_store(self) -> None:
        self._entries = entries(self.shell.db, self.shell.context.agent)

    def show_now(self) -> None:
        now = self.shell.context.clock()
        self.show([_row(entry, now) for entry in self._entries])

    def counts_down(self) -> bool:
        now = self.shell.context.clock()
        waits = (e.item for e in self._entries if e.item is not None and e.item.due_at > now)
        return any(item.state is not OutboxState.HELD or item.send_at is None for item in waits)

    def detail(self, number: int, width: int) -> Sequence[Line]:
        entry = self._entries[number]
        if entry.draft is not None:
            return list(plain_lines("A draft. Enter: go on deciding.", Part.DIM, width, 0))
        item = entry.item
        if item is None:
            return ()
        said = list(plain_lines(_advice(item), Part.TEXT, width, 0))
        if item.problem:
            part = Part.WARNING if item.state in _ON_ITS_WAY else Part.ERROR
            said += plain_lines(safe_line(item.problem), part, width, 0)
        return said

    def activate(self) -> None:
        if self._entries:
            self.shell.follow(self._act(self._entries[self.cursor]))

    async def _act(self, entry: Entry) -> None:
        from agent_tui.ui import composer

        if entry.draft is not None:
            composer.open_draft(self.shell, entry.draft.id)
        elif entry.item is not None and entry.item.state in NEEDS_DECISION:
            await self._decide(entry, entry.item)
        elif entry.item is not None and _leaves_later(entry.item):
            await self._change(entry, entry.item)
        elif entry.item is not None and entry.item.conversation_id is not None:
            self.shell.close_pane()
            self.shell.show_conversation(entry.item.conversation_id)

    async def _change(self, entry: Entry, item: OutboxItem) -> None:
        """Of what is to leave later: now, at another time, or not at all."""
        from agent_tui.ui import choices

        chosen = await self.shell.choose(f"{entry.who}: {entry.subject}", list(_LATER))
        if chosen is None:
            return
        at = await choices.send_time(self.shell) if chosen == "time" else None
        if (chosen == "time" and at is None) or not await self.shell.turns.take("Change"):
            return
        if chosen == "discard":
            done = deciding.withdraw(self.shell.context, item.id)
        else:
            done = deciding.reschedule(self.shell.context, item.id, at)
        self.shell.say(done.sentence)
        self.shell.refresh_list()
        self.reload()

    async def _decide(self, entry: Entry, item: OutboxItem) -> None:
        items = decisions(item, self.shell.context.clock())
        chosen = await self.shell.choose(f"{entry.who}: {entry.subject}", items)
        if chosen is not None and await self.shell.turns.take("Decide"):
            done = deciding.decide(self.shell.context, item.id, chosen)
            self.shell.say(done.sentence)
            self.shell.refresh_list()
            self.reload()


def decisions(item: OutboxItem, now: Millis) -> list[Choice]:
    """What the agent can say about a send that waits for a word."""
    again = Choice("again", "Send it again")
    discard = Choice("discard", "Do not send it", "the text becomes a draft again")
    if item.state is OutboxState.FAILED:
        return [again, discard]
    if item.state is OutboxState.OVERTAKEN:
        later = item.send_at is not None and item.send_at > now
        wait = Choice("wait", "Let it leave at its time", say_when(item.send_at or now, now))
        return [Choice("again", "Send it now"), *([wait] if later else []), discard]
    if item.kind not in TO_CUSTOMER | MESSAGES:  # happening twice does no harm
        return [again, discard._replace(about="what the provider shows holds")]
    return [
        Choice("sent", "It was sent", "nothing more happens"),
        again._replace(about="the customer may get it twice"),
        discard,
    ]


_LATER = (
    Choice("now", "Send it now"),
    Choice("time", "At another time"),
    Choice("discard", "Do not send it", "the text becomes a draft again"),
)


def _leaves_later(item: OutboxItem) -> bool:
    return item.state is OutboxState.HELD and item.send_at is not None


def _advice(item: OutboxItem) -> str:
    if _leaves_later(item):
        return "It leaves at that time, unless the customer writes before. Enter: change that."
    return _ADVICE[item.state]


def _item_entry(db: Database, item: OutboxItem) -> Entry:
    message = messages.get(db, item.message_id) if item.message_id is not None else None
    if message is not None:
        return Entry(item, None, _whom(db, message), safe_line(message.subject))
    return Entry(item, None, safe_line(item.account), _EFFECTS[item.kind])


def _whom(db: Database, message: Message) -> str:
    people = ", ".join(a.name or a.email for a in message.recipients.to)
    return safe_line(people) or _customer(db, message.conversation_id)


def _draft_entry(db: Database, draft: Draft) -> Entry:
    people = ", ".join(a.name or a.email for a in draft.recipients.to)
    who = safe_line(people) or _customer(db, draft.conversation_id)
    first = safe_line(draft.body, 200)
    return Entry(None, draft, who, f"{safe_line(draft.subject)}  {first}".strip())


def _customer(db: Database, conversation_id: int | None) -> str:
    found = conversations.get(db, conversation_id) if conversation_id is not None else None
    return safe_line(found.customer) if found else ""


def _row(entry: Entry, now: Millis) -> Line:
    if entry.draft is not None:
        state, part, at = f"draft {_KINDS[entry.draft.kind]}", Part.ACCENT, entry.draft.updated_at
    elif entry.item is not None:
        state = state_text(entry.item, now)
        part, at = _PARTS.get(entry.item.state, Part.TEXT), entry.item.queued_at
    else:
        return ()
    return (
        Piece(fit(f" {state}", 20), part),
        Piece(fit(say_time(at, now), 13), Part.DIM),
        Piece(fit(folded(entry.who), 22) + " ", Part.TEXT),
        Piece(folded(entry.subject), Part.DIM),
    )


def _span(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"

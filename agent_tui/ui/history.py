"""What happened to a conversation between its messages, one short sentence a batch."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agent_tui.content.safe import safe_line
from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Priority, Status
from agent_tui.model.event import ENGINE, Entity, Event, follows_from_a_message
from agent_tui.model.review import Moderation
from agent_tui.model.testimonial import Consent

_STATES: Mapping[str, Mapping[str, str]] = {
    "status": {
        Status.OPEN: "reopened",
        Status.PENDING: "set to wait for the customer",
        Status.ON_HOLD: "put on hold",
        Status.SNOOZED: "snoozed",
        Status.RESOLVED: "resolved",
        Status.SPAM: "marked as spam",
    },
    "moderation": {
        Moderation.PUBLISHED: "made public",
        Moderation.HELD: "held back from the public",
        Moderation.SPAM: "called spam",
        Moderation.HIDDEN: "hidden from the public",
    },
    "consent": {
        Consent.CANDIDATE: "marked as worth quoting",
        Consent.ASKED: "asked to be quoted",
        Consent.GRANTED: "may be quoted",
        Consent.REFUSED: "must not be quoted",
        str(None): "no testimonial any more",
    },
}


class Happening(NamedTuple):
    """Something that was done, and when."""

    at: Millis
    sentence: str


def happenings(events: Iterable[Event], *, live: bool = False) -> list[Happening]:
    """The events of a conversation as sentences, oldest first; what says nothing is left out.

    In a ``live`` one each message reopens it or sets it to wait: that is left out, too.
    """
    batches: dict[str, list[Event]] = {}
    for event in sorted(events, key=lambda event: event.id):
        if live and follows_from_a_message(event.stamp, event.field):
            continue
        batches.setdefault(event.stamp.batch, []).append(event)
    told = ((_sentence(batch), batch[0]) for batch in batches.values())
    return [Happening(event.stamp.at, sentence) for sentence, event in told if sentence]


def told(event: Event) -> str:
    """One event of a conversation or a customer, whoever did it."""
    what = _of_customer(event) if event.entity is Entity.CUSTOMER else _what(event)
    what = what or f"{event.field.replace('_', ' ')} changed"
    return f"{what} (undo)" if event.undoes else what


def _of_customer(event: Event) -> str:
    match event.field:
        case "name":
            return f"renamed to {safe_line(str(event.after))}"
        case "merged_into" if event.after is None:
            return f"parted from customer #{event.before}"
        case "merged_into":
            return f"merged with customer #{event.after}"
        case "vip":
            return "is a VIP" if event.after else "is no VIP any more"
        case "labels":
            return _labels(event.before, event.after)
        case _:
            return ""


def _sentence(batch: Sequence[Event]) -> str:
    newest = {event.field: event for event in batch}  # of a macro that sets a field twice
    done = [what for event in newest.values() if (what := _what(event))]
    if not done:
        return ""
    actor = batch[0].stamp.actor
    by = "" if actor == ENGINE else f" by {safe_line(actor)}"
    undone = " (undo)" if batch[0].undoes else ""
    return f"{', '.join(dict.fromkeys(done))}{by}{undone}"


def _what(event: Event) -> str:
    match event.field:
        case "status" | "moderation" | "consent":
            return _STATES[event.field].get(str(event.after), "")
        case "assignee":
            return f"assigned to {safe_line(str(event.after))}" if event.after else "unassigned"
        case "priority":
            return _priority(event.after)
        case "labels":
            return _labels(event.before, event.after)
        case "rating":
            return f"changed from {event.before} to {event.after} stars"
        case "credit":
            return f"as {safe_line(str(event.after))}" if event.after else ""
        case "offline":
            return f"a mail to {safe_line(str(event.after))} begun"
        case "merged" | "parted":
            return _moved(event)
        case "guard":
            return f"answered although: {_joined(event.before)}"
        case _:
            return ""


def _priority(value: object) -> str:
    try:
        return f"priority {Priority(int(str(value))).name.lower()}"
    except ValueError:
        return ""


def _moved(event: Event) -> str:
    known = event.before if isinstance(event.before, dict) else {}
    if event.field == "parted":
        return f"parted from #{known['target']}" if known else "parted"
    return f"#{known['row']['id']} merged into it" if known else "another thread joined it"


def _joined(value: object) -> str:
    return safe_line(" ".join(map(str, value)) if isinstance(value, list) else str(value))


def _labels(before: object, after: object) -> str:
    old = before if isinstance(before, list) else []
    new = after if isinstance(after, list) else []
    added = [f"+{safe_line(str(label))}" for label in new if label not in old]
    removed = [f"-{safe_line(str(label))}" for label in old if label not in new]
    return f"labelled {' '.join(added + removed)}" if added or removed else ""

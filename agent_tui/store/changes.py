"""The only way a conversation, customer or company changes: field by field, each change an event.

Because everything goes through here, one piece of code can undo everything, and history, audit
and "why?" have one place to read.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Conversation
from agent_tui.model.customer import Company, Customer
from agent_tui.model.event import Entity, Stamp
from agent_tui.store import companies, customers, events, lists, summary
from agent_tui.store.database import Conflict, Database

CONVERSATION_FIELDS = (
    "status",
    "snoozed_until",
    "assignee",
    "priority",
    "labels",
    "unread",
    "handled",
    "moderation",
    "consent",
    "quoted",
    "credit",
)


_ROWS_AT_ONCE = 100

Value = str | int | None | list[str]
CustomerValue = Value | list[int] | dict[str, str]


class Changed(NamedTuple):
    """A conversation as it was, and its fields that are different now."""

    before: Conversation
    fields: Mapping[str, Value]

    def now(self, field: str) -> Value:
        """A field of CONVERSATION_FIELDS as it is now."""
        return self.fields[field] if field in self.fields else value(self.before, field)


def change_conversation(
    db: Database,
    stamp: Stamp,
    conversation: Conversation,
    *,
    undoes: str | None = None,
    **fields: Value,
) -> bool:
    """Set ``fields`` (of CONVERSATION_FIELDS) and log what really changed.

    False when nothing did. Raises Conflict when the conversation has changed since it was read.
    """
    return bool(change_conversations(db, stamp, [(conversation, fields)], undoes=undoes))


def change_conversations(
    db: Database,
    stamp: Stamp,
    wanted: Iterable[tuple[Conversation, Mapping[str, Value]]],
    *,
    undoes: str | None = None,
) -> list[Changed]:
    """Set fields of many as :func:`change_conversation` does; those that really changed.

    All or, when one of them has changed since it was read, none: then Conflict is raised.
    """
    changed = [
        Changed(conversation, now)
        for conversation, fields in wanted
        if (now := different(conversation, fields))
    ]
    if not changed:
        return []
    with db.transaction():
        _set_columns(db, changed)
        _set_labels(db, changed)
        events.append_all(
            db,
            stamp,
            Entity.CONVERSATION,
            [
                events.Change(one.before.id, name, value(one.before, name), after)
                for one in changed
                for name, after in one.fields.items()
            ],
            undoes=undoes,
        )
    return changed


def change_customer(
    db: Database,
    stamp: Stamp,
    customer: Customer,
    *,
    undoes: str | None = None,
    **fields: CustomerValue,
) -> bool:
    """Set ``fields`` of the customer and log what really changed, as for conversations.

    Raises Conflict also when a merge would go in a circle.
    """
    changed = {
        name: after for name, after in fields.items() if customer_value(customer, name) != after
    }
    if not changed:
        return False
    with db.transaction():
        customers.update(db, customer, changed)
        for name, after in changed.items():
            before = customer_value(customer, name)
            events.append(
                db, stamp, Entity.CUSTOMER, customer.id, name, before, after, undoes=undoes
            )
    return True


def different(conversation: Conversation, fields: Mapping[str, Value]) -> dict[str, Value]:
    """Those of ``fields`` that the conversation has not got yet."""
    given = {
        name: sorted(set(after)) if isinstance(after, list) else after
        for name, after in fields.items()
    }
    return {name: after for name, after in given.items() if value(conversation, name) != after}


def plain(value: object) -> Value:
    """A value of an event, read back; TypeError when it is none of a conversation's field."""
    if value is None or isinstance(value, str | int | list):
        return value
    raise TypeError(f"an event holds {value!r}")


def change_company(
    db: Database,
    stamp: Stamp,
    company: Company,
    *,
    undoes: str | None = None,
    **fields: str | list[str],
) -> bool:
    """Set ``name``, ``notes`` or ``domains`` and log what really changed, as for conversations."""
    changed = {
        name: after for name, after in fields.items() if company_value(company, name) != after
    }
    if not changed:
        return False
    with db.transaction():
        companies.update(db, company, changed)
        for name, after in changed.items():
            before = company_value(company, name)
            events.append(db, stamp, Entity.COMPANY, company.id, name, before, after, undoes=undoes)
    return True


def company_value(company: Company, field: str) -> str | list[str]:
    """A field of a company as an event holds it."""
    if field == "domains":
        return list(company.domains)
    return company.name if field == "name" else company.notes


def customer_plain(value: object) -> CustomerValue:
    """A value of an event, read back; TypeError when it is none of a customer's field."""
    return value if isinstance(value, dict) else plain(value)


def value(conversation: Conversation, field: str) -> Value:
    """A field of CONVERSATION_FIELDS as an event holds it."""
    if field == "labels":
        return list(conversation.labels)
    if field == "moderation":
        return conversation.review.moderation if conversation.review else None
    if field in ("consent", "quoted", "credit"):
        return getattr(conversation.testimonial, field) if conversation.testimonial else None
    simple: str | int | Millis | None = getattr(conversation, field)
    return simple


def customer_value(customer: Customer, field: str) -> CustomerValue:
    """A field of the customer as an event holds it."""
    value = getattr(customer, field)
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _set_columns(db: Database, changed: Iterable[Changed]) -> None:
    """One statement for all that change the same columns.

    One, and not one for each: with the triggers on conversations SQLite keeps a journal of each
    statement, and a thousand small ones cost twice the CPU of ten for a hundred rows each.
    """
    groups: dict[tuple[str, ...], list[Changed]] = {}
    for one in changed:
        columns = tuple(name for name in one.fields if name != "labels")
        groups.setdefault(columns, []).append(one)
    for columns, group in groups.items():
        for some in lists.stretches(group, _ROWS_AT_ONCE):
            _update(db, columns, some)


def _update(db: Database, columns: Sequence[str], group: Sequence[Changed]) -> None:
    """Set these columns of all of ``group``. Raises Conflict when one was changed meanwhile."""
    sets = [*(f"{name} = r.{name}" for name in columns), "version = conversations.version + 1"]
    if "handled" in columns:
        sets.append(f"waiting_since = {summary.WAITING_SINCE}")
    rows = [
        [one.before.id, one.before.version, *(one.fields[name] for name in columns)]
        for one in group
    ]
    table, params = lists.table(("id", "version", *columns), rows)
    touched = db.run(
        f"UPDATE conversations SET {', '.join(sets)} FROM {table}"
        " WHERE conversations.id = r.id AND conversations.version = r.version",
        params,
    )
    if touched != len(group):
        number = group[0].before.id
        what = f"Conversation {number}" if len(group) == 1 else "One of these conversations"
        raise Conflict(f"{what} was changed by somebody else meanwhile; look again.")


def _set_labels(db: Database, changed: Iterable[Changed]) -> None:
    labelled = [
        (one.before.id, labels)
        for one in changed
        if isinstance(labels := one.fields.get("labels"), list)
    ]
    if not labelled:
        return
    db.many(
        "DELETE FROM conversation_labels WHERE conversation_id = :id",
        [{"id": number} for number, _ in labelled],
    )
    db.many(
        "INSERT INTO conversation_labels (conversation_id, label) VALUES (:id, :label)",
        [{"id": number, "label": label} for number, labels in labelled for label in labels],
    )

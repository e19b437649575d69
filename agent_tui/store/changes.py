"""The only way a conversation, customer or company changes: field by field, each change an event.

Because everything goes through here, one piece of code can undo everything, and history, audit
and "why?" have one place to read.
"""

from collections.abc import Mapping

from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Conversation
from agent_tui.model.customer import Company, Customer
from agent_tui.model.event import Entity, Stamp
from agent_tui.store import companies, conversations, customers, events, summary
from agent_tui.store.database import Database

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

CUSTOMER_FIELDS = (
    "name",
    "notes",
    "merged_into",
    "distinct_from",
    "aliases",
    "languages",
    "time_zone",
    "fields",
    "tags",
    "newsletter",
    "newsletter_source",
    "vip",
    "company_id",
)

Value = str | int | None | list[str]
CustomerValue = Value | list[int] | dict[str, str]


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
    if isinstance(labels := fields.get("labels"), list):
        fields["labels"] = sorted(set(labels))
    changed = {name: after for name, after in fields.items() if value(conversation, name) != after}
    if not changed:
        return False
    with db.transaction():
        columns: dict[str, object] = {k: v for k, v in changed.items() if k != "labels"}
        conversations.update(db, conversation, columns)
        if isinstance(labels := changed.get("labels"), list):
            conversations.set_labels(db, conversation.id, labels)
        if "handled" in changed:
            summary.recount(db, conversation.id)
        for name, after in changed.items():
            before = value(conversation, name)
            events.append(
                db, stamp, Entity.CONVERSATION, conversation.id, name, before, after, undoes=undoes
            )
    return True


def change_customer(
    db: Database,
    stamp: Stamp,
    customer: Customer,
    *,
    undoes: str | None = None,
    **fields: CustomerValue,
) -> bool:
    """Set ``fields`` (of CUSTOMER_FIELDS) and log what really changed, as for conversations.

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
    """A field of CUSTOMER_FIELDS as an event holds it."""
    value = getattr(customer, field)
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value

"""What ``kind:`` means in a list of conversations: that the conversation has such an entry in its
customer's timeline, or its customer has where it is nothing of a conversation."""

from agent_tui.model.timeline import EntryKind

_ANY = "EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND {})"
_INBOUND = _ANY.format("m.direction = 'inbound'")
_OUTBOUND = _ANY.format("m.direction = 'outbound'")
_PERSON = (
    "(SELECT p.id FROM customers p WHERE p.person_id ="
    " (SELECT o.person_id FROM customers o WHERE o.id = c.customer_id))"
)
_RECORD = "EXISTS (SELECT 1 FROM records r WHERE r.customer_id IN {} AND r.kind = '{}')"
_ENTRY = "EXISTS (SELECT 1 FROM timeline t WHERE t.customer_id IN {} AND {})"

_KINDS = {
    EntryKind.MESSAGE: (
        f"(c.channel <> 'call' AND ({_OUTBOUND} OR (c.channel <> 'review' AND {_INBOUND})))"
    ),
    EntryKind.NOTE: _ANY.format("m.direction = 'note'"),
    EntryKind.REVIEW: f"(c.channel = 'review' AND {_INBOUND})",
    EntryKind.CALL: f"(c.channel = 'call' AND ({_INBOUND} OR {_OUTBOUND}))",
    EntryKind.SHIPMENT: _ENTRY.format(_PERSON, "t.kind = 'shipment'"),
    EntryKind.EVENT: _ENTRY.format(
        _PERSON, "t.kind = 'event' AND (t.conversation_id = c.id OR t.conversation_id IS NULL)"
    ),
}


def of_conversation(kind: str) -> str:
    """The condition over conversations ``c`` for a kind of entry; nothing in it comes from
    outside, for the names are those of EntryKind."""
    known = EntryKind(kind)
    return _KINDS.get(known) or _RECORD.format(_PERSON, known)

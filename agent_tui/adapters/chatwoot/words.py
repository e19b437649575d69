"""Status and priority in Chatwoot's words and in ours."""

from agent_tui.model.conversation import Priority, Status

STATUSES: dict[str, Status] = {
    "open": Status.OPEN,
    "pending": Status.PENDING,
    "snoozed": Status.SNOOZED,
    "resolved": Status.RESOLVED,
}

_TO_STATUS = {
    **{status: word for word, status in STATUSES.items()},
    Status.ON_HOLD: "open",  # what Chatwoot cannot tell apart
    Status.SPAM: "resolved",
}

_PRIORITIES = {
    "low": Priority.LOW,
    "medium": Priority.NORMAL,
    "high": Priority.HIGH,
    "urgent": Priority.URGENT,
}

_TO_PRIORITY = {priority: word for word, priority in _PRIORITIES.items()}


def priority_of(word: str) -> Priority:
    """``word``'s priority; none is as normal as "medium"."""
    return _PRIORITIES.get(word, Priority.NORMAL)


def word_of_priority(priority: Priority) -> str:
    """What to ask for: for normal "medium".

    The contract has "none", too, but the server knows no such priority and fails on it.
    """
    return _TO_PRIORITY[priority]


def word_of_status(status: Status) -> str:
    return _TO_STATUS[status]

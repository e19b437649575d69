"""The conversations that an action is about, as they are now."""

from collections.abc import Sequence

from agent_tui.actions.action import Context, Gone
from agent_tui.model.conversation import Conversation
from agent_tui.store import conversations


def first(context: Context, targets: Sequence[int]) -> Conversation:
    """The first of them. Raises Gone."""
    found = conversations.get(context.db, targets[0])
    if found is None:
        raise _gone(targets)
    return found


def every(context: Context, targets: Sequence[int]) -> list[Conversation]:
    """Those that are still there, each once. Raises Gone when all are gone."""
    found = conversations.by_ids(context.db, list(dict.fromkeys(targets)))
    if not found:
        raise _gone(targets)
    return found


def _gone(targets: Sequence[int]) -> Gone:
    return Gone(f"There is no conversation #{targets[0]}.")

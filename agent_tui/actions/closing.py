"""An answer that ends a conversation: sent and resolved as one thing, taken back as one."""

from dataclasses import replace

from agent_tui.actions import reply
from agent_tui.actions.action import Context, Done
from agent_tui.actions.registry import perform
from agent_tui.model.draft import Draft


def send_and_resolve(
    context: Context, draft: Draft, *, anyway: bool = False, known: int | None = None
) -> Done:
    """Send ``draft`` and resolve its conversation, or do neither; raises what sending raises."""
    inside = context.part_of("send and resolve")
    with context.db.transaction(durable=True):
        sent = reply.send(inside, draft, anyway=anyway, known=known)
        perform("resolve", inside, sent.changed)
    return replace(sent, sentence=f"{sent.sentence} Resolved.")

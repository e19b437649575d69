"""What the provider is told when a conversation changes, through the outbox like everything."""

from uuid import uuid4

from agent_tui.actions.action import Context
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import SECOND
from agent_tui.model.conversation import CLOSED, Conversation, Status
from agent_tui.store import accounts, codec, outbox

_HOLD = 4 * SECOND
"""A status is told a little later, so that an undo at once moves nothing on the server."""


def tell_status(context: Context, before: Conversation, after: Status) -> None:
    """Queue the effect of closing or reopening, where the account's adapter has one."""
    if (before.status in CLOSED) is (after in CLOSED):
        return
    account = accounts.get(context.db, before.account)
    if account is None or EffectKind.STATUS not in account.capabilities.effects:
        return
    if outbox.replace_status(context.db, before.id):
        return  # the provider never heard of the other, and has what we want
    outbox.queue(
        context.db,
        account=before.account,
        kind=EffectKind.STATUS,
        key=uuid4().hex,
        payload=codec.dump({}),
        agent=context.agent,
        now=context.clock(),
        hold=_HOLD,
        conversation_id=before.id,
    )


def tell_read(context: Context, conversation: Conversation) -> None:
    """Queue the effect of reading, where the account's adapter has one."""
    account = accounts.get(context.db, conversation.account)
    if account is None or EffectKind.READ not in account.capabilities.effects:
        return
    outbox.queue(
        context.db,
        account=conversation.account,
        kind=EffectKind.READ,
        key=uuid4().hex,
        payload=codec.dump({}),
        agent=context.agent,
        now=context.clock(),
        conversation_id=conversation.id,
    )

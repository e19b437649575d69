"""Pulls what is new at a provider, each batch committed together with its cursor."""

from collections.abc import Callable
from contextlib import aclosing

from agent_tui.adapters.contract import Adapter
from agent_tui.engine.contain import garbage, stream
from agent_tui.engine.desk import Desk
from agent_tui.engine.storing import store_batch
from agent_tui.model.incoming import Batch, Progress
from agent_tui.store import accounts

_FIRST_LIMIT_S = 30.0
_LONGEST_LIMIT_S = 600.0


def patience(failures: int) -> float:
    """Seconds that an adapter may take for a batch after so many failures in a row.

    Grows, so that a slow line is not taken for a dead one for ever.
    """
    return min(_LONGEST_LIMIT_S, _FIRST_LIMIT_S * 2.0 ** min(failures, 16))


async def pull(
    desk: Desk,
    adapter: Adapter,
    limit_s: float,
    told: Callable[[int, Progress | None], None] = lambda _new, _progress: None,
) -> int:
    """Pull until the account is caught up with; the number of new messages.

    ``told`` hears of each batch: how many messages were new, and how far a first sync has come.

    Raises AdapterError, StoreError or LeaseLost; what was committed before stays.
    """
    doing = desk.doing("pulling", limit_s)
    cursors = accounts.cursors(desk.db, desk.account)
    new = 0
    async with aclosing(stream(doing, lambda: adapter.pull(cursors))) as batches:
        async for batch in batches:
            if not isinstance(batch, Batch):
                raise garbage(doing, batch)
            fresh = store_batch(desk, batch)
            told(fresh, batch.progress)
            new += fresh
    _caught_up(desk)
    return new


def _caught_up(desk: Desk) -> None:
    account = accounts.get(desk.db, desk.account)
    if account is not None and account.total is not None:
        accounts.set_progress(desk.db, desk.account, account.done, None)

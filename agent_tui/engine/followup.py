"""What is left to do after a delivery: the copy in Sent, and effects that are in doubt."""

from dataclasses import dataclass, field

from agent_tui.adapters.contract import Adapter, AdapterError, Settled
from agent_tui.engine import backoff
from agent_tui.engine.contain import call
from agent_tui.engine.delivery import settled, to_file
from agent_tui.engine.desk import Desk
from agent_tui.engine.effects import effect_of
from agent_tui.model.clock import MINUTE, SECOND, Millis
from agent_tui.model.message import Direction
from agent_tui.model.outbox import MESSAGES, Filed, OutboxItem
from agent_tui.store import leaving, locations, messages, outbox

MOST_FILE_TRIES = 10

_FILE_LIMIT_S = 180.0
_SETTLE_AT = (0, 10 * SECOND, 30 * SECOND, *(n * MINUTE for n in (1, 2, 5, 10, 15)))
"""Providers that file copies themselves do so within seconds, at the latest within minutes; after
the last look only a copy that arrives, or the agent, settles it."""

_NAMES_OURS = frozenset({"in-reply-to", "references"})

_Try = tuple[int, int]
"""An item, and which of its tries."""


@dataclass(slots=True)
class FollowUp:
    """The follow-ups of one account; when what is tried next is forgotten with the process."""

    desk: Desk
    _doubted: dict[_Try, Millis] = field(default_factory=dict)  # since when we ask
    _asked: dict[_Try, int] = field(default_factory=dict)  # how often we have asked
    _file_at: dict[int, Millis] = field(default_factory=dict)  # item: not before

    async def work(self, adapter: Adapter) -> None:
        """Do what is due now."""
        for item in leaving.uncertain(self.desk.db, self.desk.account):
            await self._settle(adapter, item)
        for item in leaving.to_check(self.desk.db, self.desk.account):
            if item.kind in MESSAGES:
                self._is_known_to_have_left(item)
        for item in leaving.unfiled(self.desk.db, self.desk.account):
            await self._file(adapter, item)

    def next_at(self) -> Millis | None:
        """When there is something to do again."""
        desk = self.desk
        times = [self._ask_at(item) for item in leaving.uncertain(desk.db, desk.account)]
        times += [self._file_at.get(item.id, 0) for item in leaving.unfiled(desk.db, desk.account)]
        return min((at for at in times if at is not None), default=None)

    async def _settle(self, adapter: Adapter, item: OutboxItem) -> None:
        desk = self.desk
        if item.kind not in MESSAGES:  # what may be repeated without harm
            outbox.retry(desk.db, item, desk.clock(), "")
            return
        if self._is_known_to_have_left(item):
            return
        at = self._ask_at(item)
        if at is None or at > desk.clock():
            return
        self._asked[_try(item)] = self._asked.get(_try(item), 0) + 1
        match await settled(desk, adapter, effect_of(desk.db, item)):
            case Settled.SENT:
                outbox.sent(desk.db, item, desk.clock(), filed=to_file(item))
            case Settled.NOT_SENT:
                outbox.retry(desk.db, item, desk.clock(), item.problem)
            case Settled.UNKNOWN:
                pass

    def _is_known_to_have_left(self, item: OutboxItem) -> bool:
        """Whether its copy or an answer to it has come in; then it counts as sent."""
        desk = self.desk
        if _has_arrived(desk, item):
            outbox.sent(desk.db, item, desk.clock(), filed=Filed.DONE)
        elif _is_answered(desk, item):
            outbox.sent(desk.db, item, desk.clock(), filed=to_file(item))
        else:
            return False
        return True

    def _ask_at(self, item: OutboxItem) -> Millis | None:
        since = self._doubted.setdefault(_try(item), self.desk.clock())
        asked = self._asked.get(_try(item), 0)
        return since + _SETTLE_AT[asked] if asked < len(_SETTLE_AT) else None

    async def _file(self, adapter: Adapter, item: OutboxItem) -> None:
        desk = self.desk
        if _has_arrived(desk, item):  # the provider has filed one itself
            outbox.set_filed(desk.db, item, Filed.DONE)
            return
        if self._file_at.get(item.id, 0) > desk.clock():
            return
        doing = desk.doing("filing the copy of a sent message", _FILE_LIMIT_S)
        try:
            await call(doing, adapter.file_copy(effect_of(desk.db, item)))
        except AdapterError as error:
            self._not_filed(item, error)
        else:
            outbox.set_filed(desk.db, item, Filed.DONE)

    def _not_filed(self, item: OutboxItem, error: AdapterError) -> None:
        desk = self.desk
        tries = item.file_attempts + 1
        desk.log.warning("copy of %d, try %d: %s %s", item.id, tries, error, error.detail)
        wait = backoff.delivery_delay(tries, desk.chance, deferred=False)
        self._file_at[item.id] = desk.clock() + wait
        outbox.set_filed(desk.db, item, Filed.WANTED if tries < MOST_FILE_TRIES else Filed.FAILED)


def _try(item: OutboxItem) -> _Try:
    return item.id, item.attempts


def _has_arrived(desk: Desk, item: OutboxItem) -> bool:
    """Whether intake has found the message at the provider."""
    return item.message_id is not None and bool(locations.of_messages(desk.db, [item.message_id]))


def _is_answered(desk: Desk, item: OutboxItem) -> bool:
    """Whether a message of the customer names ours: then it has arrived."""
    if item.conversation_id is None or item.message_id is None:
        return False
    newest = messages.newest_id(desk.db, item.conversation_id, Direction.INBOUND)
    if newest is None or newest < item.message_id:
        return False
    return any(
        item.key in value
        for message in messages.of_conversation(desk.db, item.conversation_id)
        if message.direction is Direction.INBOUND
        for name, value in message.headers
        if name.lower() in _NAMES_OURS
    )

"""A store of its own for a trial: what the program would have after it took in what came."""

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from agent_tui.model.conversation import Sort
from agent_tui.model.customer import IdentityKind, normal
from agent_tui.model.incoming import Batch
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.store import accounts, listings, messages
from agent_tui.store.intake import commit_batch
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.testing.trial import Trial

_ACCOUNT = "trial"
_MOST = 100_000


class Store:
    """A database in the trial's folder; closed at the end of its ``with``."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._db = SqliteDatabase(trial.folder / "store.db")
        own = normal(IdentityKind.EMAIL, trial.own) if trial.own else ""
        self._own = frozenset({own} if own else ())
        accounts.put(
            self._db,
            _ACCOUNT,
            adapter=trial.stand.adapter.info.name,
            address=trial.own,
            display_name="Support",
            capabilities=trial.capabilities,
            now=trial.clock(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._db.close()

    def take(self, batches: Iterable[Batch]) -> int:
        """Commit batches in order; how many messages were new."""
        now = self._trial.clock()
        return sum(commit_batch(self._db, _ACCOUNT, one, self._own, now) for one in batches)

    def texts(self) -> list[str]:
        """The texts of all messages, conversation by conversation, as they are shown there."""
        every = compile_query(parse(""), self._db, me="", now=self._trial.clock())
        found = listings.page(self._db, every, Sort.NEWEST, limit=_MOST)
        ids = sorted(one.id for one in found)
        return [m.body.text for one in ids for m in messages.of_conversation(self._db, one)]

"""How SQLite answers what the store asks: for tests that hold big customers to their indexes."""

import re
from collections.abc import Sequence

from agent_tui.store.database import NO_PARAMS, Params, Row
from agent_tui.store.sqlite import SqliteDatabase

_RESULT = re.compile(r"SCAN r\d+")


class Explained(SqliteDatabase):
    """A store that notes the plan of each query."""

    def __init__(self, db: SqliteDatabase) -> None:
        super().__init__(db.path)
        self.plans: list[list[str]] = []

    def all(self, sql: str, params: Params = NO_PARAMS) -> Sequence[Row]:
        steps = super().all(f"EXPLAIN QUERY PLAN {sql}", params)
        self.plans.append([step["detail"] for step in steps])
        return super().all(sql, params)

    @property
    def scans(self) -> list[str]:
        """Steps that read a whole table or index; results of steps before (``r0``) are small."""
        steps = [step for plan in self.plans for step in plan]
        return [s for s in steps if s.startswith("SCAN") and not _RESULT.fullmatch(s)]

"""Which conversations of a list are selected: by their ids, whatever becomes of the rows."""

from collections.abc import Iterable

from agent_tui.model.conversation import Conversation


class Selection:
    """Ids in the order in which they were selected, and where a range was begun.

    Knows nothing of rows: what lies in the range is the listing's to say.
    """

    def __init__(self) -> None:
        self.began: Conversation | None = None  # the one at which the open range begins
        self._ids: dict[int, None] = {}

    def __bool__(self) -> bool:
        return bool(self._ids) or self.began is not None

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, conversation_id: int) -> bool:
        return conversation_id in self._ids

    @property
    def ids(self) -> list[int]:
        """In the order in which they were selected."""
        return list(self._ids)

    def toggle(self, conversation_id: int) -> None:
        """Select it, or not any more."""
        if conversation_id in self._ids:
            del self._ids[conversation_id]
        else:
            self._ids[conversation_id] = None

    def add(self, ids: Iterable[int]) -> None:
        """Select these, too."""
        self._ids.update(dict.fromkeys(ids))

    def keep(self, ids: Iterable[int]) -> None:
        """Drop all but ``ids``."""
        left = set(ids)
        self._ids = {one: None for one in self._ids if one in left}

"""How far a pull has come, as the store keeps it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from agent_tui.adapters.contract import AccountProblem

MAILBOX = "reviews"
"""The one mailbox of an account: numbers of comments are unique within a shop."""

MOST_PRINTS = 400
"""Comments whose looks are remembered; each takes about 25 bytes of the cursor."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Every comment up to the number ``newest`` has been taken in.

    ``prints`` tell what the newest of them looked like, by number, for WordPress does not say what
    has changed. ``page`` is the page that is due while a first sync goes on, 0 afterwards;
    ``done`` how many comments it has seen. ``older`` is the page beyond the newest that is read
    again next, one with each pull.
    """

    newest: int = 0
    prints: Mapping[int, str] = field(default_factory=dict)
    page: int = 1
    done: int = 0
    older: int = 0

    def plus(self, newest: int, looks: Mapping[int, str]) -> "Cursor":
        """With everything up to ``newest``, of which ``looks`` were taken in."""
        merged = {**self.prints, **looks}
        kept = sorted(merged)[-MOST_PRINTS:]
        return replace(
            self, newest=max(self.newest, newest), prints={one: merged[one] for one in kept}
        )

    def without(self, gone: frozenset[int]) -> "Cursor":
        left = {one: look for one, look in self.prints.items() if one not in gone}
        return replace(self, prints=left)

    def __str__(self) -> str:
        found = {
            "newest": self.newest,
            "page": self.page,
            "done": self.done,
            "older": self.older,
            "prints": self.prints,
        }
        return json.dumps(found, separators=(",", ":"))

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """Raises AccountProblem for what no version of this program has written."""
        if not text:
            return cls()
        try:
            found = json.loads(text)
            prints = {int(one): str(look) for one, look in found["prints"].items()}
            numbers = (int(found[name]) for name in ("page", "done", "older"))
            return cls(int(found["newest"]), prints, *numbers)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise AccountProblem(
                "What the store remembers of this shop cannot be read; remove the account and add "
                "it again.",
                detail=text[:200],
            ) from error

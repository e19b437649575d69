"""How far a pull has come, as the store keeps it."""

import json
from dataclasses import dataclass

from agent_tui.adapters.contract import AccountProblem
from agent_tui.model.clock import Millis

MAILBOX = "chatwoot"
"""The one mailbox of an account: ids of messages are unique within a server."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything that had changed at the server before ``since`` has been taken in.

    During a first sync that is when it began, ``step`` the pass it is in, ``page`` the page that
    is due, and ``done`` how many conversations it has taken in.
    """

    since: Millis
    step: int | None = None
    page: int = 1
    done: int = 0

    def __str__(self) -> str:
        if self.step is None:
            return json.dumps({"since": self.since})
        first = {"step": self.step, "page": self.page, "done": self.done}
        return json.dumps({"since": self.since, "first": first})

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """Raises AccountProblem for what no version of this program has written."""
        try:
            found = json.loads(text)
            first = found.get("first")
            if first is None:
                return cls(int(found["since"]))
            return cls(
                int(found["since"]), int(first["step"]), int(first["page"]), int(first["done"])
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise AccountProblem(
                "What the store remembers of this Chatwoot account cannot be read; remove the "
                "account and add it again.",
                detail=text[:200],
            ) from error

"""How far an account has been pulled, as the store keeps it."""

import json
from dataclasses import dataclass, field
from typing import Any

from agent_tui.adapters.matrix import wire


@dataclass(frozen=True, slots=True)
class Back:
    """The past of a room, still to be read from ``token`` backwards."""

    token: str
    left: int  # events


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything up to ``since`` is stored, but what ``back`` and ``invited`` name."""

    since: str = ""
    back: dict[str, Back] = field(default_factory=dict)
    invited: dict[str, int] = field(default_factory=dict)  # room, how often joining it failed
    done: int = 0  # messages of the first sync
    total: int = 0

    def __str__(self) -> str:
        value: dict[str, Any] = {"since": self.since}
        if self.back:
            value["back"] = {room: [one.token, one.left] for room, one in self.back.items()}
            value |= {"done": self.done, "total": self.total}
        if self.invited:
            value["invited"] = self.invited
        return json.dumps(value, separators=(",", ":"))

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """The cursor in ``text``; one that cannot be read is the beginning."""
        try:
            value = json.loads(text or "{}")
        except ValueError:
            return cls()
        back = {
            room: Back(one[0], one[1])
            for room, one in wire.table(value, "back").items()
            if isinstance(one, list) and len(one) == 2 and isinstance(one[0], str)
        }
        invited = {
            room: wire.whole(value, "invited", room) for room in wire.table(value, "invited")
        }
        return cls(
            wire.text(value, "since"),
            back,
            invited,
            wire.whole(value, "done"),
            wire.whole(value, "total"),
        )

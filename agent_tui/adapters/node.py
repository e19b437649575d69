"""Reads the provider's JSON: what is missing or of another type than promised reads as empty."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent_tui.content.safe import safe_line


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON object; ``Any`` ends here."""

    fields: Mapping[str, Any]

    @classmethod
    def of(cls, value: Any) -> "Node":
        """``value`` if it is an object, else an empty one."""
        return cls(value if isinstance(value, dict) else {})

    def __bool__(self) -> bool:
        return bool(self.fields)

    def has(self, name: str) -> bool:
        return self.fields.get(name) is not None

    def node(self, name: str) -> "Node":
        return Node.of(self.fields.get(name))

    def nodes(self, name: str) -> list["Node"]:
        """The objects of the list ``name``."""
        found = self.fields.get(name)
        members = found if isinstance(found, list) else []
        return [Node(one) for one in members if isinstance(one, dict)]

    def text(self, name: str) -> str:
        """The text ``name`` as it came, not yet safe to show."""
        found = self.fields.get(name)
        return found if isinstance(found, str) else ""

    def line(self, name: str) -> str:
        """The text ``name`` in one line, safe to show."""
        return safe_line(self.text(name))

    def whole(self, name: str) -> int | None:
        found = self.fields.get(name)
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    def number(self, name: str) -> float | None:
        found = self.fields.get(name)
        return found if isinstance(found, int | float) and not isinstance(found, bool) else None

    def true(self, name: str) -> bool:
        return self.fields.get(name) is True

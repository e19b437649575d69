"""Names of agents: Chatwoot counts them, we call them by a handle."""

import re
from collections.abc import Iterable

from agent_tui.adapters.chatwoot.records import Person
from agent_tui.content.safe import safe_line
from agent_tui.model.incoming import Colleague

_LONGEST = 64


class Agents:
    """The agents of an account, each with a handle of their own."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._handles: dict[int, str] = {}
        self._people: dict[str, Person] = {}
        for person in sorted(people, key=lambda one: one.id):
            handle = self._free(person)
            self._handles[person.id] = handle
            self._people[handle] = person

    def handle(self, person: Person) -> str:
        """The handle of somebody of ours, even if they have left."""
        return self._handles.get(person.id) or _safe(person.name) or f"agent-{person.id}"

    def find(self, handle: str) -> Person | None:
        return self._people.get(handle.lower())

    def handles(self) -> tuple[str, ...]:
        return tuple(sorted(self._people))

    def colleagues(self) -> tuple[Colleague, ...]:
        return tuple(
            Colleague(handle, safe_line(person.name, 100) or handle)
            for handle, person in self._people.items()
        )

    def _free(self, person: Person) -> str:
        """The local part of the address; where an earlier agent has it, the whole address."""
        wanted = (person.email.partition("@")[0], person.email, f"agent-{person.id}")
        handles = (_safe(one) for one in wanted)
        return next(one for one in handles if one and one not in self._people)


def _safe(text: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-.")[:_LONGEST]

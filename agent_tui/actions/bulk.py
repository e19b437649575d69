"""Many conversations at once: what will happen is said before, and it happens in parts.

Each part is a short transaction, so that nobody waits for the store and whoever carries it out
can stop between two of them. All parts are one batch: one undo takes them back, also when only
some were carried out.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from agent_tui.actions.action import Action, ActionError, Context, Done, Foreseen, Gone
from agent_tui.actions.registry import checked, perform, registry
from agent_tui.store.lists import stretches

PART = 100
"""Conversations in one transaction: some ten milliseconds."""


def is_bulk(name: str, targets: Sequence[int]) -> bool:
    """Whether the action is announced, and carried out in parts."""
    action = registry().get(name)
    return action is not None and action.foresee is not None and len(targets) > 1


def announce(
    context: Context, name: str, targets: Sequence[int], args: Mapping[str, str] | None = None
) -> str:
    """What the action would do now, without a full stop: ``Resolve 37 conversations, 0 messages
    sent, 30 told to mail, 7 passed over``.

    Raises ActionError when it would do nothing, or cannot be done.
    """
    action, given = checked(name, targets, args)
    parts = [_foreseen(context, action, part, given) for part in stretches(targets)]
    changing = sum(part.changing for part in parts)
    if not changing:
        raise ActionError("Nothing to do: all of them are so already, or it is not for them.")
    told: Counter[str] = sum((part.told for part in parts), Counter())
    will = parts[0].will.replace("{}", _conversations(changing), 1)
    said = [
        f"{will[0].upper()}{will[1:]}",
        f"{sum(part.sent for part in parts):,} messages sent",
        *(f"{count:,} told to {account}" for account, count in sorted(told.items())),
    ]
    if len(targets) > changing:
        said.append(f"{len(targets) - changing:,} passed over")
    return ", ".join(said)


class Bulk:
    """An action on its way through many conversations."""

    def __init__(
        self,
        context: Context,
        name: str,
        targets: Sequence[int],
        args: Mapping[str, str] | None = None,
    ) -> None:
        """Raises ActionError when it cannot be done."""
        self.action, self._args = checked(name, targets, args)
        self.total, self.done = len(targets), 0
        self._context = replace(context, batch=uuid4().hex)
        self._parts = stretches(sorted(targets), PART)  # neighbours share pages of the store
        self._changed: list[int] = []
        self._did = ""

    def step(self) -> bool:
        """Carry out the next part; False when there is none.

        Raises ActionError and StoreError; what was done before stays.
        """
        part = next(self._parts, None)
        if part is None:
            return False
        try:
            done = perform(self.action.name, self._context, part, self._args)
        except Gone:
            done = Done("")
        self.done += len(part)
        self._changed += done.changed
        self._did = self._did or done.did
        return True

    def result(self) -> Done:
        """What came of it so far."""
        changed = len(self._changed)
        if not changed:
            return Done("Nothing was changed.")
        sentence = f"{_conversations(changed)} {self._did}."
        if self.done < self.total:
            sentence = f"Stopped after {self.done:,} of {self.total:,}: {sentence}"
        return Done(sentence, tuple(self._changed), self._context.batch, self._did)


def _foreseen(
    context: Context, action: Action, targets: Sequence[int], args: Mapping[str, str]
) -> Foreseen:
    if action.foresee is None:
        raise ActionError(f"'{action.name}' is for one conversation at a time.")
    return action.foresee(context, targets, args)


def _conversations(count: int) -> str:
    return f"{count:,} conversation{'' if count == 1 else 's'}"

"""Every action an agent can take, declared once: keys, palette, ``:`` line and CLI read it here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import uuid4

from agent_tui.model.account import EffectKind
from agent_tui.model.clock import Clock, Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.event import Stamp
from agent_tui.store.database import Database


class Scope(StrEnum):
    """What an action works on."""

    CONVERSATIONS = "conversations"  # one or many, by id
    CUSTOMER = "customer"  # the customer of one conversation
    NOTHING = "nothing"


class ArgumentKind(StrEnum):
    """What an argument means, so that a screen can complete and check it."""

    TEXT = "text"
    AGENT = "agent"
    LABELS = "labels"
    PRIORITY = "priority"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Argument:
    """Something an action must be told."""

    name: str
    kind: ArgumentKind
    help: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """Who acts, on which store, and when."""

    db: Database
    agent: str
    clock: Clock
    undo_ms: Mapping[Channel, Millis]

    def stamp(self, action: str) -> Stamp:
        """The mark of one key press."""
        return Stamp(self.agent, action, uuid4().hex, self.clock())


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did, in a sentence for the status line."""

    sentence: str
    changed: tuple[int, ...] = ()  # conversations that are different now
    batch: str | None = None  # what undo would take back


class ActionError(Exception):
    """The action cannot be done; ``str()`` is one sentence for the agent."""


Run = Callable[[Context, Sequence[int], Mapping[str, str]], Done]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing an agent can do."""

    name: str
    title: str
    scope: Scope
    run: Run
    help: str
    arguments: tuple[Argument, ...] = ()
    needs: EffectKind | None = None  # an effect that the account's adapter must offer


def registry() -> dict[str, Action]:
    """All actions by name, in the order a menu shows them."""
    from agent_tui.actions import customer, reply, triage, undo

    actions = (*triage.ACTIONS, *reply.ACTIONS, *customer.ACTIONS, *undo.ACTIONS)
    return {action.name: action for action in actions}


def perform(
    name: str, context: Context, targets: Sequence[int] = (), args: Mapping[str, str] | None = None
) -> Done:
    """Do ``name`` to the conversations ``targets``; the one door for keys, CLI and macros.

    Raises ActionError for an unknown name, a missing or wrong argument, or when it cannot be
    done, and StoreError when the store fails.
    """
    action = registry().get(name)
    if action is None:
        raise ActionError(f"There is no action '{name}'; see 'agent-tui help actions'.")
    given = dict(args or {})
    known = {argument.name for argument in action.arguments}
    for wrong in sorted(given.keys() - known):
        raise ActionError(f"'{name}' takes no argument '{wrong}'.")
    for argument in action.arguments:
        if not argument.optional and not given.get(argument.name, "").strip():
            raise ActionError(f"'{name}' needs {argument.name}: {argument.help}.")
    if action.scope is not Scope.NOTHING and not targets:
        raise ActionError(f"'{name}' needs a conversation.")
    if action.scope is Scope.CUSTOMER and len(targets) > 1:
        raise ActionError(f"'{name}' is for one customer at a time.")
    return action.run(context, targets, given)

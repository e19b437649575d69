"""What an action is, what it works with, and what it says when it is done."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import uuid4

from agent_tui.config.settings import Macro
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import SECOND, Clock, Millis
from agent_tui.model.conversation import Channel, Conversation
from agent_tui.model.event import Stamp
from agent_tui.model.hours import OFFICE, Hours
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
    MACRO = "macro"
    VIEW = "view"
    TAGS = "tags"
    COMPANY = "company"
    ZONE = "zone"
    YES_NO = "yes or no"


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
    hours: Hours = OFFICE  # what "business" means in a time
    blaming: tuple[str, ...] | None = None  # not in public answers; None: the built-in words
    macros: tuple[Macro, ...] = ()
    doing: str = ""  # what all that is done is part of, with its batch
    batch: str | None = None
    seen: Mapping[int, Conversation] = field(default_factory=dict)
    """Conversations as the agent saw them when deciding; what others have decided since is not
    passed over then."""

    def stamp(self, action: str) -> Stamp:
        """The mark of one key press, or of the macro that it began."""
        return Stamp(self.agent, self.doing or action, self.batch or uuid4().hex, self.clock())

    def part_of(self, name: str) -> "Context":
        """The same for actions that are one thing called ``name``: one batch, one undo."""
        return replace(self, doing=name, batch=uuid4().hex)


def seconds_left(left: Millis) -> int:
    """Whole seconds, the last one counted until it is over."""
    return max(-(-left // SECOND), 0)


ON_ITS_WAY = "on its way"
LEAVES = "leaves in {} s, u calls it back"
"""What is said of a message within its undo window; the screen counts the seconds down."""


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did, in a sentence for the status line."""

    sentence: str
    changed: tuple[int, ...] = ()  # conversations that are different now
    batch: str | None = None  # what undo would take back
    did: str = ""  # "resolved": for a sentence about many
    leaves_at: Millis | None = None  # until then it can be called back; the sentence says LEAVES


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an action would do to many conversations."""

    will: str  # with {} for how many: "resolve {}"
    changing: int  # the others are so already, or it is not for them
    told: Counter[str] = field(default_factory=Counter)  # conversations by account that hears of it
    sent: int = 0  # messages that customers would get


class ActionError(Exception):
    """The action cannot be done; ``str()`` is one sentence for the agent."""


class Gone(ActionError):  # noqa: N818 - a state of the world
    """None of the conversations is there any more."""


class Doubtful(ActionError):  # noqa: N818 - no error: it is done if the agent says so
    """The action had better not be done; ``reason`` is the sentence to ask with."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason} With 'anyway' it is sent all the same.")
        self.reason = reason


Run = Callable[[Context, Sequence[int], Mapping[str, str]], Done]

Foresee = Callable[[Context, Sequence[int], Mapping[str, str]], Foreseen]


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
    foresee: Foresee | None = None  # it can be done to many, which is said before

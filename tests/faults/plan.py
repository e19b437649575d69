"""Which fault a run has to survive: follows from the seed and the run's number alone."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import product
from random import Random
from typing import Any


class Kind(StrEnum):
    """What happens in a run."""

    KILL_AT_TOUCH = "killed at a touch of the store"
    KILL_ON_WIRE = "killed at a stage of SMTP"
    KILL_AT_RANDOM = "killed at a random time, three mails queued"
    CUT = "network cut"
    REPLY = "the server says no"
    SOME_REFUSED = "one of three recipients is refused"
    KILL_IN_SYNC = "killed at a touch of the store while mail comes in"
    CUT_IN_SYNC = "IMAP breaks off while mail comes in"
    KEYS = "Send is pressed again and again"
    UNDO = "undo against the end of the undo window"
    CLOCK = "the clock is set while a mail leaves"


class Stage(StrEnum):
    """Where in an SMTP session something happens."""

    CONNECT = "connect"
    BANNER = "banner"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    BODY_10 = "10 % of the text"
    BODY_50 = "50 % of the text"
    BODY_99 = "99 % of the text"
    BODY_ALL = "all of the text, no dot"
    DOT = "dot"
    TAKEN = "dot taken"
    QUIT = "QUIT"


BODY = {Stage.BODY_10: 0.1, Stage.BODY_50: 0.5, Stage.BODY_99: 0.99, Stage.BODY_ALL: 1.0}
"""Stages within the text: how much of it has gone over the wire."""

CODES = (421, 451, 452, 550, 552, 554, 535)

_ANSWERED = (
    Stage.BANNER,
    Stage.EHLO,
    Stage.AUTH,
    Stage.MAIL,
    Stage.RCPT,
    Stage.DATA,
    Stage.DOT,
)

MOST_TOUCHES = 60
"""More than a mail needs from the queue to its copy in Sent."""

MOST_SYNC_TOUCHES = 420
"""About what the start of an engine and the intake of a run's mails need."""

HOURS = (1, -1, 24, -24, 48, 87_660)
"""How far clocks jump; the last is ten years."""

_CYCLE = (
    Kind.KILL_AT_TOUCH,
    Kind.CUT,
    Kind.KILL_AT_RANDOM,
    Kind.REPLY,
    Kind.KILL_ON_WIRE,
    Kind.KILL_AT_TOUCH,
    Kind.KILL_AT_RANDOM,
    Kind.KILL_IN_SYNC,
    Kind.REPLY,
    Kind.KILL_AT_TOUCH,
    Kind.CUT,
    Kind.KILL_AT_RANDOM,
    Kind.UNDO,
    Kind.KILL_ON_WIRE,
    Kind.KILL_AT_TOUCH,
    Kind.CUT_IN_SYNC,
    Kind.KILL_AT_RANDOM,
    Kind.KEYS,
    Kind.CLOCK,
    Kind.SOME_REFUSED,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One run; what a kind does not need has its default."""

    number: int
    kind: Kind
    stage: Stage = Stage.CONNECT
    code: int = 0
    always: bool = False  # until fair weather, else once
    before: bool = False  # before the server hears of it, else after it has answered
    touch: int = 0
    share: float = 0.0  # of the time that the work takes
    presses: int = 0
    hours: int = 0
    fault: int = 0  # which of the faults of IMAP
    place: int = 0  # which of the recipients

    def __str__(self) -> str:
        match self.kind:
            case Kind.KILL_AT_TOUCH | Kind.KILL_IN_SYNC:
                more = str(self.touch)
            case Kind.KILL_ON_WIRE:
                more = f"{self.stage}, {'on its way' if self.before else 'answered'}"
            case Kind.CUT:
                more = f"{self.stage}, {'always' if self.always else 'once'}"
            case Kind.REPLY:
                more = f"{self.code} at {self.stage}"
            case Kind.SOME_REFUSED:
                more = f"{self.code} to number {self.place + 1}"
            case Kind.KEYS:
                more = f"{self.presses} times"
            case Kind.CLOCK:
                more = f"{self.hours:+} h at {self.stage}"
            case _:
                more = f"{self.share:.2f}"
        return f"run {self.number}: {self.kind} ({more})"


def plan(seed: int, number: int) -> Plan:
    """The run ``number``, from 0: the kinds take turns, and of each kind all cases do before one
    comes again, in an order that the seed shuffles."""
    kind = _CYCLE[number % len(_CYCLE)]
    rounds, place = divmod(number, len(_CYCLE))
    turn = rounds * _CYCLE.count(kind) + _CYCLE[:place].count(kind)
    cases = _cases(seed, kind)
    chance = Random(f"{seed}:{number}")
    drawn = {"share": chance.random(), "presses": chance.randint(2, 12)}
    return Plan(number, kind, **{**drawn, **cases[turn % len(cases)]})


@cache
def _cases(seed: int, kind: Kind) -> list[dict[str, Any]]:
    found = _all_cases(kind)
    Random(f"{seed}:{kind}").shuffle(found)
    return found


def _all_cases(kind: Kind) -> list[dict[str, Any]]:
    match kind:
        case Kind.KILL_AT_TOUCH:
            return [{"touch": n} for n in range(1, MOST_TOUCHES + 1)]
        case Kind.KILL_IN_SYNC:
            return [{"touch": n} for n in range(1, MOST_SYNC_TOUCHES + 1)]
        case Kind.KILL_ON_WIRE:
            return [
                {"stage": stage, "before": before}
                for stage, before in product(Stage, (True, False))
                if stage not in (Stage.CONNECT, Stage.TAKEN)
                and not (stage in BODY and not before)
                and not (stage is Stage.BANNER and before)
            ]
        case Kind.CUT:
            return [{"stage": s, "always": a} for s, a in product(Stage, (False, True))]
        case Kind.REPLY:
            return [{"stage": s, "code": c, "always": True} for s, c in product(_ANSWERED, CODES)]
        case Kind.SOME_REFUSED:
            return [{"place": p, "code": c} for p, c in product(range(3), (550, 554, 451, 452))]
        case Kind.CUT_IN_SYNC:
            return [{"fault": n} for n in range(5)]
        case Kind.CLOCK:
            stages = (Stage.CONNECT, Stage.RCPT, Stage.DOT)
            return [{"stage": s, "hours": h} for s, h in product(stages, HOURS)]
        case _:
            return [{}]

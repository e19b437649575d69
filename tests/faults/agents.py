"""``python -m tests.faults.agents --runs N --seed S [--json]``: two agents, one store, one moment.

Two processes, each an agent on the same store, open the same conversation and do the same thing to
it within half a second: both answer it, or both take, resolve, snooze, label or weigh it. Of two
answers one leaves, and who comes second is told of it and keeps the draft; of two decisions one
stands, and who comes second is told; of labels both stay.
"""

import argparse
import json
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from enum import StrEnum
from multiprocessing.synchronize import Barrier
from pathlib import Path

from agent_tui.actions import reply
from agent_tui.actions.action import ActionError, Context, Doubtful
from agent_tui.actions.registry import perform
from agent_tui.model.clock import SECOND, system_clock
from agent_tui.model.conversation import Conversation
from agent_tui.model.draft import DraftKind
from agent_tui.model.event import Entity
from agent_tui.store import conversations, drafts, events, presence
from agent_tui.store.database import Conflict
from agent_tui.store.intake import commit_batch
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import ACCOUNT, CHAT, batch, chat, incoming, mail_account

AGENTS = ("maria", "ben")
SEEN_WITHIN_S = 2.0
"""Each sees that the other writes by then."""

_LATEST_S = 0.5
_AT_ONCE = 0.4  # of the runs, in which both begin at the same moment
_LOOK_S = 0.02
_WRITES = 6 * SECOND
_PATIENCE_S = 60.0


class Kind(StrEnum):
    """What both do."""

    MAIL = "answer a mail"
    CHAT = "answer a chat"
    ASSIGN = "take it"
    STATUS = "resolve or snooze it"
    PRIORITY = "give it a priority"
    LABEL = "label it"


_ANSWERS = frozenset({Kind.MAIL, Kind.CHAT})
_FIELDS = {Kind.ASSIGN: "assignee", Kind.STATUS: "status", Kind.PRIORITY: "priority"}
_CYCLE = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Step:
    """One run of one agent; follows from the seed, its number and the agent's name alone."""

    number: int
    agent: str
    kind: Kind
    wait_s: float
    unguarded: bool  # as if nobody looked: what is seen is not held against what is

    @property
    def text(self) -> str:
        return f"{self.agent} answers number {self.number}."


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a step, as its agent saw it."""

    step: Step
    did: bool
    sentence: str
    saw_after_s: float = 0.0  # until the other was seen to write


@dataclass(slots=True)
class Verdict:
    """The figures, and a line for each run that was not as promised."""

    runs: int = 0
    answered: int = 0  # runs in which both answered
    double: int = 0  # two answers, and nobody was asked
    lost_updates: int = 0  # two decisions, and nobody was told
    slowest_s: float = 0.0  # until one saw that the other writes
    failures: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        return (
            f"{self.runs} times at once ({self.answered} answers): {self.double} silent double"
            f" answers, {self.lost_updates} lost updates, the other was seen within"
            f" {self.slowest_s:.2f} s, {len(self.failures)} failures."
        )

    def figures(self, seed: int) -> dict[str, object]:
        return {
            "runs": self.runs,
            "double": self.double,
            "lost": self.lost_updates,
            "failures": len(self.failures),
            "seed": seed,
        }


def main() -> int:
    options = _parser().parse_args()
    seed = random.SystemRandom().randrange(1 << 31) if options.seed is None else options.seed
    numbers = range(options.runs) if options.only is None else range(options.only, options.only + 1)
    folder = Path(tempfile.mkdtemp(prefix="agent-tui-agents-"))
    try:
        path = folder / "store.db"
        places = _furnish(path, seed, numbers)
        parts = {
            agent: [_step(seed, n, agent, unguarded=options.unguarded) for n in numbers]
            for agent in AGENTS
        }
        verdict = _judge(path, places, _carried_out(path, places, parts))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for failure in verdict.failures:
        print(f"{failure}; again: --seed {seed} --only N", flush=True)
    print(verdict.sentence(), flush=True)
    if options.json:
        print(json.dumps(verdict.figures(seed)), flush=True)
    return 1 if verdict.failures else 0


def _step(seed: int, number: int, agent: str, *, unguarded: bool) -> Step:
    at_once = random.Random(f"{seed}:{number}").random() < _AT_ONCE
    wait_s = 0 if at_once else random.Random(f"{seed}:{number}:{agent}").uniform(0, _LATEST_S)
    return Step(number, agent, _kind(number), wait_s, unguarded)


def _kind(number: int) -> Kind:
    return _CYCLE[number % len(_CYCLE)]


def _furnish(path: Path, seed: int, numbers: range) -> dict[int, int]:
    """A store with a conversation for each run; their ids."""
    db = SqliteDatabase(path)
    try:
        mail_account(db)
        mail_account(db, CHAT, "chat")
        ids: dict[int, int] = {}
        for number in numbers:
            live = _kind(number) is Kind.CHAT
            one = chat(room=f"{seed}-{number}") if live else incoming(subject=f"{seed}-{number}")
            account = "chat" if live else ACCOUNT
            commit_batch(db, account, batch(one), frozenset(), system_clock())
            (row,) = db.all("SELECT max(id) AS id FROM conversations")
            ids[number] = row["id"]
        return ids
    finally:
        db.close()


def _carried_out(
    path: Path, places: dict[int, int], parts: dict[str, list[Step]]
) -> dict[int, list[Told]]:
    """Both agents at work, each in a process of its own; what they were told, by run."""
    context = multiprocessing.get_context("spawn")
    together, told = context.Barrier(len(AGENTS)), context.Queue()
    workers = [
        context.Process(target=_work, args=(path, places, steps, together, told), daemon=True)
        for steps in parts.values()
    ]
    for worker in workers:
        worker.start()
    found: dict[int, list[Told]] = {}
    for _ in range(sum(map(len, parts.values()))):
        one: Told = told.get(timeout=_PATIENCE_S)
        found.setdefault(one.step.number, []).append(one)
    for worker in workers:
        worker.join()
    return found


def _work(
    path: Path,
    places: dict[int, int],
    steps: list[Step],
    together: Barrier,
    told: "multiprocessing.Queue[Told]",
) -> None:
    db = SqliteDatabase(path)
    for step in steps:
        context = Context(db, step.agent, system_clock, {})
        seen = conversations.get(db, places[step.number])
        assert seen is not None
        together.wait(_PATIENCE_S)  # both have it open
        act = _answer if step.kind in _ANSWERS else _decide
        told.put(act(context, step, seen, together))
        together.wait(_PATIENCE_S)
    db.close()


def _answer(context: Context, step: Step, seen: Conversation, together: Barrier) -> Told:
    db = context.db
    draft = replace(reply.start(context, seen, DraftKind.REPLY), body=step.text)
    drafts.save(db, draft)
    presence.write(db, seen.id, step.agent, ours=True, until=system_clock() + _WRITES)
    began = time.monotonic()
    while len(presence.writing(db, seen.id, system_clock(), ours=True)) < len(AGENTS):
        if time.monotonic() - began > _PATIENCE_S:
            break
        time.sleep(_LOOK_S)
    saw = time.monotonic() - began
    together.wait(_PATIENCE_S)
    time.sleep(step.wait_s)
    try:
        done = reply.send(context, draft, anyway=step.unguarded)
    except Doubtful as doubt:
        return Told(step, False, doubt.reason, saw)
    return Told(step, True, done.sentence, saw)


def _decide(context: Context, step: Step, seen: Conversation, _: Barrier) -> Told:
    name, args = _decision(step)
    if not step.unguarded:
        context = replace(context, seen={seen.id: seen})
    time.sleep(step.wait_s)
    try:
        done = perform(name, context, [seen.id], args)
    except (ActionError, Conflict) as error:
        return Told(step, False, str(error))
    return Told(step, done.batch is not None, done.sentence)


def _decision(step: Step) -> tuple[str, dict[str, str]]:
    """What the agent does; each something else, so that both cannot be right."""
    first = step.agent == AGENTS[0]
    match step.kind:
        case Kind.ASSIGN:
            return "take", {}
        case Kind.STATUS:
            return ("resolve", {}) if first else ("snooze", {"until": "tomorrow 9am"})
        case Kind.PRIORITY:
            return "priority", {"priority": "high" if first else "low"}
        case _:
            return "label", {"labels": step.agent}


def _judge(path: Path, places: dict[int, int], told: dict[int, list[Told]]) -> Verdict:
    """Read the store anew: what is there is what counts."""
    verdict = Verdict(runs=len(told))
    db = SqliteDatabase(path)
    for number, both in sorted(told.items()):
        kind = _kind(number)
        if kind in _ANSWERS:
            problems = _judge_answers(db, verdict, places[number], both)
        elif kind is Kind.LABEL:
            problems = _judge_labels(db, verdict, places[number])
        else:
            problems = _judge_decisions(db, verdict, places[number], both)
        verdict.failures += [f"run {number}, both {kind}: {problem}" for problem in problems]
    db.close()
    return verdict


def _judge_answers(db: SqliteDatabase, verdict: Verdict, place: int, both: list[Told]) -> list[str]:
    verdict.answered += 1
    slowest = max(one.saw_after_s for one in both)
    verdict.slowest_s = max(verdict.slowest_s, slowest)
    queued = db.all("SELECT agent FROM outbox WHERE conversation_id = :id", {"id": place})
    problems = []
    if slowest > SEEN_WITHIN_S:
        problems.append(f"the other was seen to write after {slowest:.1f} s")
    if len(queued) != 1:
        verdict.double += len(queued) > 1
        return [*problems, f"{len(queued)} answers are on their way: {both}"]
    winner = queued[0]["agent"]
    for one in both:
        if one.step.agent == winner:
            continue
        if one.did or f"{winner} answered" not in one.sentence:
            problems.append(f"{one.step.agent} was told '{one.sentence}'")
        kept = drafts.of_conversation(db, place, one.step.agent)
        if [draft.body for draft in kept] != [one.step.text]:
            problems.append(f"the draft of {one.step.agent} is {kept}")
    return problems


def _judge_labels(db: SqliteDatabase, verdict: Verdict, place: int) -> list[str]:
    found = conversations.get(db, place)
    labels = found.labels if found is not None else ()
    if sorted(labels) == sorted(AGENTS):
        return []
    verdict.lost_updates += 1
    return [f"of two labels it has {labels}"]


def _judge_decisions(
    db: SqliteDatabase, verdict: Verdict, place: int, both: list[Told]
) -> list[str]:
    name = _FIELDS[both[0].step.kind]
    history = events.of_entity(db, Entity.CONVERSATION, place)
    changes = [event for event in history if event.field == name]
    winners = [one for one in both if one.did]
    if len(changes) != 1 or len(winners) != 1:
        verdict.lost_updates += 1
        return [f"{len(changes)} times decided, {len(winners)} were told so: {both}"]
    winner = winners[0].step.agent
    second = next(one for one in both if not one.did)
    if changes[0].stamp.actor != winner or winner not in second.sentence:
        return [f"{winner} was first; {second.step.agent} was told '{second.sentence}'"]
    return []


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.agents", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="how many (200)")
    parser.add_argument("--seed", type=int, help="what repeats them; by default another each time")
    parser.add_argument("--only", type=int, metavar="N", help="only the run with this number")
    parser.add_argument("--json", action="store_true", help="the last line is a JSON object")
    parser.add_argument(
        "--unguarded",
        action="store_true",
        help="hold nothing against what the agent saw: shows that this can fail",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

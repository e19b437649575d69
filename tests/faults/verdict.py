"""Judges a series of runs by what the servers have and what a reopened store says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agent_tui.model.outbox import NEEDS_DECISION, OutboxItem, OutboxState
from tests.faults.plan import Kind
from tests.faults.runs import Outcome
from tests.faults.world import World


@dataclass(slots=True)
class Verdict:
    """The figures, and a line for each failure that says how to repeat it."""

    runs: int = 0
    twice: int = 0
    lost: int = 0
    uncertain: int = 0
    random_kills: int = 0  # mails on their way when a kill came at random
    random_uncertain: int = 0  # of those, left for the agent to decide
    broken: int = 0  # runs in which something else was not as promised
    failures: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether all was as promised."""
        return not (self.twice or self.lost or self.broken)

    def sentence(self) -> str:
        """The figures for a reader."""
        share = 100 * self.random_uncertain / self.random_kills if self.random_kills else 0
        return (
            f"{self.runs} runs: {self.twice} twice, {self.lost} lost, {self.uncertain} uncertain"
            f" and listed for a decision ({share:.1f} % of {self.random_kills} mails killed at"
            f" random), {self.broken} runs broke another promise."
        )

    def figures(self, seed: int) -> dict[str, int]:
        """The figures for a program."""
        return {
            "runs": self.runs,
            "twice": self.twice,
            "lost": self.lost,
            "uncertain": self.uncertain,
            "seed": seed,
        }


def judge(world: World, outcomes: Sequence[Outcome], seed: int) -> Verdict:
    """What became of ``outcomes``, when all is quiet."""
    world.engine.stop()
    if world.postfix is not None:
        world.postfix.wait_until_empty()
    world.reopen()
    copies, filed = world.sink.copies(), world.mailbox.filed()
    listed = {item.id for item in world.undecided()}
    verdict = Verdict(runs=len(outcomes))
    for outcome in outcomes:
        again = f"again: python -m tests.faults --seed {seed} --only {outcome.plan.number}"
        found = list(outcome.problems)
        verdict.broken += bool(found)
        for key in outcome.called_back:
            if copies.get(key):
                verdict.twice += 1
                found.append("it was called back and has left")
        for item in outcome.sent:
            now = world.now_of(item)
            _count_copies(verdict, found, now, copies.get(item.key, 0), filed.get(item.key, 0))
            _count_doubt(verdict, found, outcome, now, listed=now.id in listed)
        for key, wanted in outcome.reached.items():
            if sorted(world.sink.reached.get(key, [])) != wanted:
                verdict.lost += 1
                found.append(f"it reached {world.sink.reached.get(key)}, not {wanted}")
        for text, times in world.arrived(outcome.inbound).items():
            if times != 1:
                verdict.lost += not times
                verdict.twice += times > 1
                found.append(f"'{text}' is in the store {times} times")
        verdict.failures += [f"{outcome.plan}: {problem}; {again}" for problem in found]
    return verdict


def total(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdicts of all workers together."""
    summed = Verdict()
    for one in verdicts:
        summed.runs += one.runs
        summed.twice += one.twice
        summed.lost += one.lost
        summed.uncertain += one.uncertain
        summed.random_kills += one.random_kills
        summed.random_uncertain += one.random_uncertain
        summed.broken += one.broken
        summed.failures += one.failures
    return summed


def _count_copies(
    verdict: Verdict, found: list[str], item: OutboxItem, copies: int, filed: int
) -> None:
    if copies > 1:
        verdict.twice += 1
        found.append(f"the server took it {copies} times")
    if filed > 1:
        verdict.twice += 1
        found.append(f"{filed} copies lie in Sent")
    if item.state is OutboxState.SENT and not copies:
        verdict.lost += 1
        found.append("it is called sent, and the server has nothing")
    if item.state not in NEEDS_DECISION | {OutboxState.SENT}:
        verdict.lost += 1
        found.append(f"it was left as {item.state}")
    if item.state is OutboxState.FAILED and copies:
        verdict.lost += 1
        found.append("it is called failed, and the server has it")


def _count_doubt(
    verdict: Verdict, found: list[str], outcome: Outcome, item: OutboxItem, *, listed: bool
) -> None:
    doubtful = item.state is OutboxState.UNCERTAIN
    verdict.uncertain += doubtful
    if outcome.plan.kind is Kind.KILL_AT_RANDOM:
        verdict.random_kills += 1
        verdict.random_uncertain += doubtful
    if item.state in NEEDS_DECISION and not listed:
        verdict.lost += 1
        found.append("it is not listed for a decision")

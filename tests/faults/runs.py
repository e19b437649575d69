"""Carries runs out: makes the fault happen, brings fair weather, and says what was wrong."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from agent_tui.actions import undo
from agent_tui.actions.action import ActionError
from agent_tui.model.account import AccountState
from agent_tui.model.clock import HOUR, SECOND, system_clock
from agent_tui.model.outbox import OutboxItem, OutboxState
from agent_tui.store import drafts
from agent_tui.testing.stand import Fault as ImapFault
from tests.faults.plan import BODY, Kind, Plan, Stage
from tests.faults.weather import Fault
from tests.faults.world import World

_SYNC_MAILS = 12
_BIG = "This line makes the text long enough to be cut in its middle.\n" * 3_000
_HOLD_S = 0.4
_IMAP_FAULTS = (
    ImapFault.CUT_BEFORE,
    ImapFault.CUT_AFTER,
    ImapFault.GARBAGE,
    ImapFault.SERVER_ERROR,
    ImapFault.REFUSED,
)
_LOGIN_TRIES = 3
"""How often a wrong password may be tried while somebody has to mend it."""

_IN_DOUBT = frozenset({OutboxState.COMMITTED, OutboxState.UNCERTAIN})
_FIRST_WAIT_MS = 55 * SECOND
"""A server that says "not now" is left alone for a minute at least, less what the run took."""


@dataclass(slots=True)
class Outcome:
    """What became of a run."""

    plan: Plan
    sent: list[OutboxItem] = field(default_factory=list)  # what was queued, as of then
    inbound: list[str] = field(default_factory=list)  # texts that customers sent
    called_back: set[str] = field(default_factory=set)  # keys of what undo took back
    reached: dict[str, list[str]] = field(
        default_factory=dict
    )  # recipients by key, where it matters
    problems: list[str] = field(default_factory=list)
    doubt: bool = True  # whether nobody can know, so that the agent may have to be asked

    def expect(self, claim: str, *, holds: bool) -> None:
        """Note ``claim`` where it does not hold."""
        if not holds:
            self.problems.append(f"it is not so that {claim}")


def carry_out(world: World, plan: Plan) -> Outcome:
    """One run, from fair weather to fair weather."""
    outcome = Outcome(plan)
    if not world.ready():
        outcome.problems.append("the engine does not come up")
        return outcome
    _RUNS[plan.kind](world, plan, outcome)
    if not world.settle(outcome.sent):
        outcome.problems.append("it does not come to an end in fair weather")
    if plan.kind is Kind.CLOCK:
        world.engine.set_clock(0)
    if not world.plain_retry:
        _judge_states(world, outcome)
    return outcome


def _killed_at_touch(world: World, plan: Plan, outcome: Outcome) -> None:
    world.engine.kill_at(plan.touch)
    outcome.sent.append(world.send(f"Run {plan.number}"))
    _until_dead_or_done(world, outcome)


def _killed_on_wire(world: World, plan: Plan, outcome: Outcome) -> None:
    fault = Fault(plan.stage, then=world.engine.kill, before=plan.before, times=1)
    world.relay.meet(fault)
    outcome.sent.append(world.send(f"Run {plan.number}\n{_BIG if plan.stage in BODY else ''}"))
    _until_dead_or_done(world, outcome)


def _killed_at_random(world: World, plan: Plan, outcome: Outcome) -> None:
    lasts_s = world.sending_s
    outcome.sent += [world.send(f"Run {plan.number}, mail {n}") for n in range(3)]
    time.sleep(plan.share * lasts_s)
    world.engine.kill()


def _cut(world: World, plan: Plan, outcome: Outcome) -> None:
    fault = Fault(plan.stage, times=1_000_000 if plan.always else 1)
    world.relay.meet(fault)
    outcome.sent.append(world.send(f"Run {plan.number}\n{_BIG if plan.stage in BODY else ''}"))
    item = outcome.sent[0]
    if plan.stage is not Stage.QUIT:  # then it has been sent already
        world.wait(lambda: bool(world.now_of(item).problem))
        outcome.expect("the cut is told", holds=bool(world.now_of(item).problem))
        outcome.doubt = world.now_of(item).state in _IN_DOUBT


def _refused(world: World, plan: Plan, outcome: Outcome) -> None:
    before = world.relay.sessions
    world.relay.meet(Fault(plan.stage, reply=b"%d 5.0.0 not like this\r\n" % plan.code))
    outcome.sent.append(world.send(f"Run {plan.number}"))
    item = outcome.sent[0]
    world.wait(lambda: bool(world.now_of(item).problem))
    now, found = system_clock(), world.now_of(item)
    if plan.code == 535 and plan.stage is not Stage.DOT:
        told = world.wait(lambda: world.state_of_account() is AccountState.STOPPED)
        outcome.expect("a wrong log-in is told of the account", holds=told)
        tries = world.relay.sessions - before
        outcome.expect(f"a log-in is not tried {tries} times", holds=tries <= _LOGIN_TRIES)
        outcome.expect("the mail waits", holds=found.state is OutboxState.QUEUED)
    elif plan.code >= 500:
        outcome.expect("a 5xx is the end", holds=found.state is OutboxState.FAILED)
        outcome.expect("the reason is told", holds=str(plan.code) in found.problem)
    else:
        outcome.expect("a 4xx waits", holds=found.state is OutboxState.QUEUED)
        patient = found.due_at - now >= _FIRST_WAIT_MS
        outcome.expect("the server is left alone for a minute", holds=patient)


def _some_refused(world: World, plan: Plan, outcome: Outcome) -> None:
    three = [f"{name}.{plan.number}@customer.test" for name in ("ada", "bob", "cleo")]
    no = b"%d 0.1.1 not this one\r\n" % plan.code
    world.relay.meet(Fault(Stage.RCPT, reply=no, times=1, skip=plan.place))
    item = world.send(f"Run {plan.number}", recipients=three)
    outcome.sent.append(item)
    world.wait(lambda: world.is_settled(item))
    refused, told = three[plan.place], world.now_of(item).problem
    outcome.reached[item.key] = [one for one in three if one != refused]
    named = [one for one in three if one in told]
    outcome.expect("the refused one is named, and nobody else", holds=named == [refused])
    outcome.expect("the reason is told", holds=str(plan.code) in told)


def _killed_in_sync(world: World, plan: Plan, outcome: Outcome) -> None:
    world.engine.stop()
    _deliver(world, plan, outcome)
    world.engine.kill_at(plan.touch)
    world.engine.start()
    world.wait(lambda: not world.engine.alive or _all_there(world, outcome))
    world.engine.kill()
    world.ready()
    world.wait(lambda: _all_there(world, outcome))


def _cut_in_sync(world: World, plan: Plan, outcome: Outcome) -> None:
    proxy = world.mailbox.proxy
    if proxy is not None:
        proxy.play(_IMAP_FAULTS[plan.fault], 1 + plan.number % 3)
    _deliver(world, plan, outcome)
    if proxy is None:  # files have no weather, and nobody tells of new ones
        world.engine.stop()
        world.engine.start()
    world.wait(lambda: _all_there(world, outcome), 2)
    if proxy is not None:
        proxy.end()
    world.wait(lambda: _all_there(world, outcome))


def _pressed_again(world: World, plan: Plan, outcome: Outcome) -> None:
    _deliver(world, plan, outcome, count=1)
    world.engine.stop()
    world.ready()
    world.wait(lambda: _all_there(world, outcome))
    text = f"Run {plan.number} has one answer"
    with world.home.screen() as screen:
        screen.wait_for("Inbox")
        screen.wait_for(f"Order c|{outcome.inbound[0]}")
        screen.press("g", "g", "r")
        screen.wait_for("Reply to")
        screen.press(text)
        screen.wait_for(text)
        screen.press(*(["\x13"] * plan.presses))
        screen.wait_for("leaves in|on its way")
        screen.press("q")
        screen.wait_for_exit()
    rows = world.db.all(
        "SELECT o.id FROM outbox o JOIN messages m ON m.id = o.message_id"
        " WHERE o.kind = 'send' AND m.text LIKE :text",
        {"text": f"{text}%"},
    )
    outcome.expect("Send was pressed once or often, and queued once", holds=len(rows) == 1)
    outcome.sent += [world.now_of(int(row["id"])) for row in rows]


def _undone(world: World, plan: Plan, outcome: Outcome) -> None:
    """Undo comes around the very end of the window, from another process than the engine's."""
    item = world.send(f"Run {plan.number}", hold=int(_HOLD_S * SECOND))
    time.sleep(max(_HOLD_S - 0.1 + plan.share * 0.25, 0))
    try:
        undo.undo(world.context())
    except ActionError:
        outcome.sent.append(item)
    else:
        outcome.called_back.add(item.key)
        kept = [d for d in drafts.of_agent(world.db, "maria") if d.body == f"Run {plan.number}"]
        outcome.expect("what undo took back is a draft again", holds=len(kept) == 1)


def _clock_set(world: World, plan: Plan, outcome: Outcome) -> None:
    def jump() -> None:
        world.engine.set_clock(plan.hours * HOUR)

    world.relay.meet(Fault(plan.stage, then=jump, times=1))
    if plan.stage is Stage.CONNECT:
        jump()
    outcome.sent.append(world.send(f"Run {plan.number}"))
    done = world.wait(lambda: world.is_settled(outcome.sent[0]))
    outcome.expect("it leaves whatever the clock says", holds=done)


_RUNS: dict[Kind, Callable[[World, Plan, Outcome], None]] = {
    Kind.KILL_AT_TOUCH: _killed_at_touch,
    Kind.KILL_ON_WIRE: _killed_on_wire,
    Kind.KILL_AT_RANDOM: _killed_at_random,
    Kind.CUT: _cut,
    Kind.REPLY: _refused,
    Kind.SOME_REFUSED: _some_refused,
    Kind.KILL_IN_SYNC: _killed_in_sync,
    Kind.CUT_IN_SYNC: _cut_in_sync,
    Kind.KEYS: _pressed_again,
    Kind.UNDO: _undone,
    Kind.CLOCK: _clock_set,
}


def _until_dead_or_done(world: World, outcome: Outcome) -> None:
    """Until the engine was killed, or there is nothing left at which it could be."""
    item = outcome.sent[0]
    world.wait(lambda: not world.engine.alive or world.is_settled(item))
    outcome.doubt = world.now_of(item).state in _IN_DOUBT


def _judge_states(world: World, outcome: Outcome) -> None:
    """In fair weather each mail is sent, unless a server refused it or nobody can know."""
    for item in outcome.sent:
        state = world.now_of(item).state
        may_fail = outcome.plan.kind is Kind.REPLY and outcome.plan.code >= 500
        right = state is OutboxState.SENT
        right |= state is OutboxState.FAILED and may_fail
        right |= state is OutboxState.UNCERTAIN and outcome.doubt
        outcome.expect(f"it may end as {state}", holds=right)


def _deliver(world: World, plan: Plan, outcome: Outcome, count: int = _SYNC_MAILS) -> None:
    outcome.inbound += [f"Question {plan.number}.{n}" for n in range(count)]
    world.deliver(outcome.inbound)


def _all_there(world: World, outcome: Outcome) -> bool:
    return all(world.arrived(outcome.inbound).values())

"""Why a conversation is where it is: its status, the views it is in, and when it is due and why.

Everything is read off the log and the clock; nothing is changed.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from agent_tui.actions.action import ActionError
from agent_tui.actions.why_place import in_order, together
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import DAY, HOUR, MINUTE, SECOND, Millis
from agent_tui.model.conversation import Conversation, View
from agent_tui.model.event import ENGINE, Entity, Event
from agent_tui.model.hours import Block, Hours
from agent_tui.model.targets import Clock, Kind, Rules, clocks, counted
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.query.syntax import QueryError
from agent_tui.store import conversations, due, events, listings
from agent_tui.store.database import Database

_MOST_STRETCHES = 8
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_KINDS = {
    Kind.FIRST: "First answer",
    Kind.NEXT: "Next answer",
    Kind.RESOLUTION: "Resolution",
}
_REASONS = {"reopen": "the customer wrote", "wake": "its snooze was over"}


def why(
    db: Database,
    conversation_id: int,
    *,
    rules: Rules,
    views: Sequence[View],
    me: str,
    now: Millis,
) -> list[str]:
    """What there is to say, a paragraph each; a line that begins with four blanks is a table's.

    Raises ActionError when there is no such conversation.
    """
    conversation = conversations.get(db, conversation_id)
    facts = due.facts(db, conversation_id)
    if conversation is None or facts is None:
        raise ActionError(f"There is no conversation #{conversation_id}.")
    say = _Times(rules.hours, now)
    holding = _lists(db, conversation, views, me, now)
    lines = [_status(db, conversation, say), _named(holding)]
    lines += in_order(conversation, (view.sort for view in holding), say)
    lines += together(db, conversation, say)
    lines += _wait(conversation, say)
    going = clocks(facts, rules)
    for clock in going:
        lines += _arithmetic(clock, rules, say)
    if not going:
        lines.append(_no_clock(conversation, rules))
    return lines


class _Times:
    """Says moments as the clock on the wall of the business hours shows them."""

    def __init__(self, hours: Hours, now: Millis) -> None:
        self.now = now
        self._zone = hours.zone

    def __call__(self, at: Millis) -> str:
        then = datetime.fromtimestamp(at / 1000, self._zone)
        seconds = f"{then:%H:%M:%S}" if at % MINUTE else f"{then:%H:%M}"
        return f"{_DAYS[then.weekday()]} {then:%Y-%m-%d} {seconds}"


def _status(db: Database, conversation: Conversation, say: _Times) -> str:
    status = conversation.status.replace("_", " ")
    newest = events.of_fields(db, Entity.CONVERSATION, conversation.id, ("status",), limit=1)
    if not newest:
        return f"It has been {status} since it began, {say(conversation.created_at)}."
    until = conversation.snoozed_until
    wakes = f" It comes back {say(until)}." if until is not None else ""
    return f"It is {status} since {say(newest[0].stamp.at)}: {_reason(newest[0])}.{wakes}"


def _reason(event: Event) -> str:
    stamp = event.stamp
    if stamp.actor == ENGINE and stamp.action in _REASONS:
        return _REASONS[stamp.action]
    return f"{safe_line(stamp.action)}, by {safe_line(stamp.actor)}"


def _named(holding: Sequence[View]) -> str:
    names = [f"{view.name} (by {view.sort})" for view in holding]
    return f"Views: {', '.join(names)}." if names else "It is in no view."


def _lists(
    db: Database, conversation: Conversation, views: Sequence[View], me: str, now: Millis
) -> list[View]:
    """Which views it is in; one whose query cannot be read holds nothing."""
    holding = []
    for view in views:
        try:
            query = parse(view.query)
        except QueryError:
            continue
        compiled = compile_query(query, db, me=me, now=now)
        if listings.holds(db, compiled, conversation.id):
            holding.append(view)
    return holding


def _wait(conversation: Conversation, say: _Times) -> Iterator[str]:
    since = conversation.waiting_since
    if since is None:
        yield "Nobody waits: what the customer wrote is answered or done with."
        return
    who = safe_line(conversation.customer) or "The customer"
    yield f"{who} has waited for an answer since {say(since)}, {span(say.now - since)} ago."


def _arithmetic(clock: Clock, rules: Rules, say: _Times) -> Iterator[str]:
    yield f"{_KINDS[clock.kind]}: {clock.target} from {say(clock.started)}."
    if clock.target.business:
        yield f"Business hours: {said_hours(rules.hours)}."
    for start, end in clock.pauses:
        yield f"    stands {say(start)} to {'now' if end is None else say(end)}"
    stretches = counted(clock, rules.hours, say.now if clock.due is None else clock.due)
    shown = stretches
    if len(stretches) > _MOST_STRETCHES:
        shown = [*stretches[:3], *stretches[-3:]]
    for place, (start, end) in enumerate(shown):
        if len(shown) < len(stretches) and place == len(shown) - 3:
            between = stretches[3:-3]
            whole = span(sum(b - a for a, b in between))
            yield f"    and {len(between)} more stretches, {whole}"
        yield f"    counts {say(start)} to {say(end)}, {span(end - start)}"
    yield _outcome(clock, stretches, say)


def _outcome(clock: Clock, stretches: Sequence[tuple[Millis, Millis]], say: _Times) -> str:
    if clock.due is None:
        so_far = span(sum(end - start for start, end in stretches))
        never = "The clock stands" if clock.paused else "These hours never come"
        return f"{never}: {so_far} of {clock.target} counted, not due."
    if say.now >= clock.due:
        return f"Due {say(clock.due)}: overdue for {span(say.now - clock.due)}."
    return f"Due {say(clock.due)}, in {span(clock.due - say.now)}."


def _no_clock(conversation: Conversation, rules: Rules) -> str:
    kinds = (Kind.FIRST, Kind.NEXT)
    if not any((kind, conversation.channel) in rules.targets for kind in kinds):
        return f"There is no target for {conversation.channel}; see 'targets' in the settings."
    return "No clock runs."


def span(length: Millis) -> str:
    """A length of time in its two largest units: ``1 h 30 min``."""
    if length < SECOND:
        return "0 s"
    units = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s"))
    first = next(place for place, (size, _) in enumerate(units) if length >= size)
    said = []
    for size, name in units[first : first + 2]:
        if many := length // size:
            said.append(f"{many} {name}")
        length %= size
    return " ".join(said)


def said_hours(hours: Hours) -> str:
    """The week in words, days of the same hours together."""
    runs: list[tuple[int, int, tuple[Block, ...]]] = []
    for day, blocks in enumerate(hours.week):
        if runs and runs[-1][2] == blocks:
            runs[-1] = (runs[-1][0], day, blocks)
        else:
            runs.append((day, day, blocks))
    days = ", ".join(_run(*run) for run in runs if run[2])
    holidays = f", but {len(hours.holidays)} holidays" if hours.holidays else ""
    zone = f" ({hours.zone})" if hours.zone is not None else ""
    return f"{days or 'none'}{zone}{holidays}"


def _run(first: int, last: int, blocks: Sequence[Block]) -> str:
    days = _DAYS[first] if first == last else f"{_DAYS[first]}-{_DAYS[last]}"
    return f"{days} {' and '.join(f'{_clock(b.start)}-{_clock(b.end)}' for b in blocks)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"

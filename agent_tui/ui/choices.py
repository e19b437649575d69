"""What an action still has to know, chosen from a list: a time, a colleague, labels, a priority."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo

from agent_tui.actions.action import ActionError
from agent_tui.actions.when import parse_when, say_when
from agent_tui.config.settings import Macro
from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Conversation, Priority
from agent_tui.model.hours import OFFICE, Hours
from agent_tui.query.complete import Completion
from agent_tui.store import agents, conversations
from agent_tui.ui.keys import parse, shown
from agent_tui.ui.line_input import NO_HINT
from agent_tui.ui.shell import Choice, Hint, Shell

_PRESETS = (
    ("Tomorrow morning", "tomorrow 9:00"),
    ("In 3 hours", "in 3h"),
    ("This evening", "today 18:00"),
    ("Next business morning", "next business morning"),
    ("Next week", "next week"),
)
_SENDING = (
    ("Tomorrow morning", "tomorrow 8:30"),
    ("Next business morning", "next business morning"),
    ("In an hour", "in 1h"),
    ("This evening", "today 18:00"),
)

_MOST_LOOKED_AT = 500
"""Of many that are selected so many tell which labels are on already."""


async def snooze(shell: Shell) -> None:
    """Ask until when, from presets or as typed, and snooze."""
    items = snooze_presets(shell.context.clock(), hours=shell.context.hours)
    if (chosen := await _ask_when(shell, "Snooze until", items)) is not None:
        shell.do("snooze", until=chosen)


async def send_time(shell: Shell) -> Millis | None:
    """Ask when a message is to leave; None when the agent thinks again."""
    items = presets(_SENDING, shell.context.clock(), hours=shell.context.hours)
    chosen = await _ask_when(shell, "Send", items)
    if chosen is None:
        return None
    return parse_when(chosen, shell.context.clock(), hours=shell.context.hours)


async def _ask_when(shell: Shell, title: str, items: list[Choice]) -> str | None:
    """Ask for a time, one of ``items`` or as it is typed; what it means stands beside it."""
    now, hours = shell.context.clock(), shell.context.hours

    def typed(text: str) -> Choice | None:
        try:
            at = parse_when(text, now, hours=hours)
        except ActionError:
            return None
        return Choice(text, text, say_when(at, now))

    return await shell.choose(title, items, free=typed)


def presets(
    offered: Sequence[tuple[str, str]],
    now: Millis,
    zone: tzinfo | None = None,
    hours: Hours = OFFICE,
) -> list[Choice]:
    """What of ``offered`` lies ahead at ``now``, in order; no two are the same time."""
    found: dict[Millis, Choice] = {}
    for title, when in offered:
        with suppress(ActionError):  # this evening is over, or business hours never come
            at = parse_when(when, now, zone, hours)
            found.setdefault(at, Choice(when, title, say_when(at, now, zone)))
    return list(found.values())


def snooze_presets(now: Millis, zone: tzinfo | None = None, hours: Hours = OFFICE) -> list[Choice]:
    """The times that are offered at ``now``, the commonest first; those that are to come."""
    here = datetime.fromtimestamp(now / 1000, zone)
    week = (here + timedelta(days=7)).date()
    found: list[Choice] = []
    for title, when in (*_PRESETS, ("In a week", f"{week} 9:00")):
        with suppress(ActionError):  # this evening is over, or business hours never come
            at = parse_when(when, now, zone, hours)
            found.append(Choice(when, title, say_when(at, now, zone)))
    return found


async def assign(shell: Shell) -> None:
    """Ask for a colleague and assign."""
    me = shell.context.agent
    known = [agent for agent in agents.every(shell.db) if agent.handle != me]
    items = [
        *(Choice(agent.handle, agent.handle, agent.name) for agent in known),
        Choice("me", "me", me),
        Choice("none", "none", "nobody"),
    ]
    chosen = await shell.choose("Assign to", items)
    if chosen is not None:
        shell.do("assign", agent=chosen)


async def label(shell: Shell) -> None:
    """Ask for a label to put on, or to take off where all have it already; a new one as typed."""
    meant = conversations.by_ids(shell.db, shell.targets()[:_MOST_LOOKED_AT])
    on = set.intersection(*(set(one.labels) for one in meant)) if meant else set()
    every = sorted(on) + [name for name in conversations.labels(shell.db) if name not in on]
    items = [
        Choice(_toggled(name, on), name, "on: take it off" if name in on else "") for name in every
    ]

    def typed(text: str) -> Choice | None:
        words = text.split()
        if len(words) == 1 and any(words[0].casefold() in name for name in every):
            return None  # the labels that fit are meant; a leading + insists on a new one
        return Choice(text, text, "put on; a leading - takes off")

    chosen = await shell.choose("Label", items, free=typed)
    if chosen is not None:
        shell.do("label", labels=chosen)


async def macro(shell: Shell) -> None:
    """Ask which of the settings' macros, and do it."""
    items = [
        Choice(one.name, f"{shown_key(one):8}{one.name}", "; ".join(one.actions))
        for one in shell.settings.macros
    ]
    if not items:
        raise ActionError("There are no macros yet; see ':help config'.")
    chosen = await shell.choose("Macro", items)
    if chosen is not None:
        shell.do("macro", macro=chosen)


def shown_key(macro: Macro) -> str:
    """The key of a macro as people know it, empty when it has none."""
    return shown(parse(macro.key)) if macro.key else ""


async def priority(shell: Shell) -> None:
    """Ask for a priority and set it."""
    current = shell.current()
    items = [
        Choice(p.name.lower(), p.name.lower(), "now" if _is(current, p) else "")
        for p in sorted(Priority, reverse=True)
    ]
    chosen = await shell.choose("Priority", items)
    if chosen is not None:
        shell.do("priority", priority=chosen)


def when_hint(shell: Shell, text: str) -> Hint:
    """The moment that ``text`` means, or that it means none."""
    now = shell.context.clock()
    if not text.strip():
        return NO_HINT
    try:
        at = parse_when(text, now, hours=shell.context.hours)
        return Hint(f"-> {say_when(at, now)}")
    except ActionError as error:
        return Hint(str(error), wrong=True)


def agent_words(shell: Shell) -> list[str]:
    """What an agent argument may be."""
    return ["me", "none", *(agent.handle for agent in agents.every(shell.db))]


def zones() -> list[str]:
    """The time zones of this machine, without the short names of old."""
    from zoneinfo import available_timezones  # reads a folder of six hundred

    return sorted(name for name in available_timezones() if "/" in name)


def words_after(text: str, start: int, cursor: int, words: list[str]) -> list[Completion]:
    """Those of ``words`` that begin like the text from ``start`` to ``cursor``."""
    typed = text[start:cursor].casefold()
    return [Completion(word, start, cursor) for word in words if word.casefold().startswith(typed)]


def _toggled(name: str, on: set[str]) -> str:
    return f"-{name}" if name in on else name


def _is(conversation: Conversation | None, priority: Priority) -> bool:
    return conversation is not None and conversation.priority is priority

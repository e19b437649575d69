"""Reads ``[notify]``: which arrivals are told, how, and when not."""

import re
from collections.abc import Mapping

from agent_tui.config.settings import Desktop, Notify
from agent_tui.config.toml import Source, shown
from agent_tui.model.hours import MINUTES_A_DAY, Block

_SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d) ?- ?([01]\d|2[0-4]):([0-5]\d)", re.ASCII)


def notify_rules(source: Source, values: Mapping[str, object]) -> Notify:
    """How the agent is told; ``values`` are those of the file with the defaults, by dotted name.

    Raises ConfigError naming file, line and key.
    """
    given = values["notify.quiet"]
    quiet: list[Block] = []
    for place, text in enumerate(given if isinstance(given, list) else []):
        quiet += _blocks(source, place, str(text))
    return Notify(
        bell=bool(values["notify.bell"]),
        desktop=Desktop(str(values["notify.desktop"])),
        title=bool(values["notify.title"]),
        query=str(values["notify.query"]),
        quiet=tuple(quiet),
    )


def _blocks(source: Source, place: int, text: str) -> list[Block]:
    """The stretch of a day that ``text`` names; two where it goes on past midnight."""
    found = _SPAN.fullmatch(text)
    start, end = _minutes(found) if found else (0, 0)
    if start == end or max(start, end) > MINUTES_A_DAY:
        problem = f"'notify.quiet' must hold times such as \"22:00-07:00\", not {shown(text)}."
        raise source.fault(("notify", "quiet", place), problem)
    if start < end:
        return [Block(start, end)]
    return [Block(start, MINUTES_A_DAY), *([Block(0, end)] if end else [])]


def _minutes(found: re.Match[str]) -> tuple[int, int]:
    hour, minute, until_hour, until_minute = map(int, found.groups())
    return hour * 60 + minute, until_hour * 60 + until_minute

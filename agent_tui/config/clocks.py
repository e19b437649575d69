"""Reads ``[targets]`` and ``[hours]``: until when customers should have their answers."""

import re
from collections.abc import Mapping
from datetime import date, tzinfo

from agent_tui.config.settings import WEEK
from agent_tui.config.toml import Source, shown
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.hours import MINUTES_A_DAY, Block, Hours
from agent_tui.model.targets import Kind, Rules, Target, read_target

_BLOCK = re.compile(r"(\d\d):([0-5]\d) ?- ?(\d\d):([0-5]\d)", re.ASCII)
_SUFFIXES = {Kind.FIRST: "_first", Kind.NEXT: "", Kind.RESOLUTION: "_resolution"}


def clock_rules(source: Source, values: Mapping[str, object]) -> Rules:
    """What the clocks go by; ``values`` are those of the file with the defaults, by dotted name.

    Raises ConfigError naming file, line and key.
    """
    targets: dict[tuple[Kind, Channel], Target] = {}
    for channel in Channel:
        for kind, suffix in _SUFFIXES.items():
            text = values[f"targets.{channel}{suffix}"]
            name = f"{channel}{suffix if text is not None else ''}"
            target = _target(source, name, text or values[f"targets.{channel}"])
            if target is not None:
                targets[kind, channel] = target
    pauses = frozenset(Status(name) for name in _texts(values["targets.pauses"]))
    return Rules(targets, _hours(source, values), pauses)


def _target(source: Source, name: str, text: object) -> Target | None:
    try:
        return read_target(str(text))
    except ValueError:
        problem = (
            f'\'targets.{name}\' must be a time such as "2 min", "24 h", "2 days" or '
            f'"4 business hours", or "none", not {shown(text)}.'
        )
        raise source.fault(("targets", name), problem) from None


def _hours(source: Source, values: Mapping[str, object]) -> Hours:
    week = tuple(_day(source, day, _texts(values[f"hours.{day}"])) for day in WEEK)
    holidays = _texts(values["hours.holidays"])
    days = frozenset(_holiday(source, place, text) for place, text in enumerate(holidays))
    return Hours(week, days, _zone(source, values["hours.zone"]))


def _day(source: Source, day: str, texts: list[str]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for place, text in enumerate(texts):
        block = _block(text)
        if block is None:
            problem = f"'hours.{day}' must hold times such as \"09:00-17:00\", not {shown(text)}."
            raise source.fault(("hours", day, place), problem)
        if blocks and block.start < blocks[-1].end:
            problem = f"'hours.{day}': {text} begins before the one in front of it has ended."
            raise source.fault(("hours", day, place), problem)
        blocks.append(block)
    return tuple(blocks)


def _block(text: str) -> Block | None:
    found = _BLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute, until_hour, until_minute = map(int, found.groups())
    block = Block(hour * 60 + minute, until_hour * 60 + until_minute)
    return block if block.start < block.end <= MINUTES_A_DAY else None


def _holiday(source: Source, place: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        problem = f"'hours.holidays' must hold days such as \"2026-12-25\", not {shown(text)}."
        raise source.fault(("hours", "holidays", place), problem) from None


def _zone(source: Source, name: object) -> tzinfo | None:
    if not isinstance(name, str) or not name:
        return None
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # who names no zone need not pay for it

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problem = (
            f"'hours.zone' must be a time zone that this machine knows, such as "
            f'"Europe/Berlin", not {shown(name)}.'
        )
        raise source.fault(("hours", "zone"), problem) from None


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []

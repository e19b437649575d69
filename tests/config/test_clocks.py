"""Targets and business hours are read as they are meant; mistakes are told by line and key."""

from datetime import date
from pathlib import Path

import pytest

from agent_tui.config.errors import ConfigError
from agent_tui.config.help import settings_help
from agent_tui.config.load import load_settings
from agent_tui.config.paths import Paths, find_paths
from agent_tui.model.clock import HOUR, MINUTE
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.hours import OFFICE, Block
from agent_tui.model.targets import Kind, Rules, Target
from tests.clocks import plain_rules


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = find_paths(tmp_path, {})
    paths.config.mkdir(mode=0o700)
    return paths


def load(paths: Paths, text: str) -> Rules:
    paths.settings.write_text(text, "utf-8")
    return load_settings(paths, {}).clocks


def test_out_of_the_box_each_channel_has_its_target(paths: Paths) -> None:
    rules = load_settings(paths, {}).clocks

    assert rules == plain_rules()
    assert {channel: str(rules.targets[Kind.NEXT, channel]) for _, channel in rules.targets} == {
        Channel.MAIL: "4 business hours",
        Channel.CHAT: "2 min",
        Channel.REVIEW: "24 h",
        Channel.FORM: "4 business hours",
        Channel.SOCIAL: "1 h",
    }
    assert not any(kind is Kind.RESOLUTION for kind, _ in rules.targets)
    assert rules.hours == OFFICE
    assert rules.pauses == {Status.SNOOZED, Status.ON_HOLD}


def test_everything_given_is_taken(paths: Paths) -> None:
    rules = load(
        paths,
        """
        [targets]
        chat = "none"
        mail = "1 h"
        review_first = "30 min"
        call_resolution = "2 days"
        pauses = []

        [hours]
        zone = "Europe/Berlin"
        monday = ["09:00-12:30", "13:30 - 24:00"]
        tuesday = []
        holidays = ["2026-12-25"]
        """,
    )

    assert (Kind.NEXT, Channel.CHAT) not in rules.targets
    assert (Kind.FIRST, Channel.CHAT) not in rules.targets
    assert rules.targets[Kind.FIRST, Channel.MAIL] == Target(HOUR)
    assert rules.targets[Kind.FIRST, Channel.REVIEW] == Target(30 * MINUTE)
    assert rules.targets[Kind.NEXT, Channel.REVIEW] == Target(24 * HOUR)
    assert rules.targets[Kind.RESOLUTION, Channel.CALL] == Target(48 * HOUR)
    assert rules.pauses == frozenset()
    assert str(rules.hours.zone) == "Europe/Berlin"
    assert rules.hours.week[0] == (Block(540, 750), Block(810, 1440))
    assert rules.hours.week[1:3] == ((), (Block(540, 1020),))
    assert rules.hours.holidays == {date(2026, 12, 25)}


_TIMES = 'a time such as "2 min", "24 h", "2 days" or "4 business hours", or "none"'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '[targets]\nchat = "2 foo"',
            f"line 2: 'targets.chat' must be {_TIMES}, not the text \"2 foo\".",
        ),
        (
            '[targets]\nmail_first = "3 business days"',
            f"line 2: 'targets.mail_first' must be {_TIMES}, not the text \"3 business days\".",
        ),
        ("[targets]\nchat = 3", "line 2: 'targets.chat' must be text in quotes, not the number 3."),
        (
            '[targets]\nchta = "2 min"',
            "line 2: 'chta' is not a setting; did you mean 'chat'?",
        ),
        (
            '[targets]\npauses = ["hold"]',
            "line 2: 'targets.pauses' must be one of 'snoozed', 'on_hold', 'pending', not 'hold'; "
            "did you mean 'on_hold'?",
        ),
        (
            '[hours]\nzone = "Middle/Earth"',
            "line 2: 'hours.zone' must be a time zone that this machine knows, such as "
            '"Europe/Berlin", not the text "Middle/Earth".',
        ),
        (
            '[hours]\nmonday = ["9-5"]',
            'line 2: \'hours.monday\' must hold times such as "09:00-17:00", not the text "9-5".',
        ),
        (
            '[hours]\nmonday = ["17:00-09:00"]',
            "line 2: 'hours.monday' must hold times such as \"09:00-17:00\", "
            'not the text "17:00-09:00".',
        ),
        (
            '[hours]\nmonday = ["09:00-24:30"]',
            "line 2: 'hours.monday' must hold times such as \"09:00-17:00\", "
            'not the text "09:00-24:30".',
        ),
        (
            '[hours]\nmonday = [\n"09:00-12:00",\n"11:00-14:00"]',
            "line 4: 'hours.monday': 11:00-14:00 begins before the one in front of it has ended.",
        ),
        (
            '[hours]\nholidays = ["2026-02-29"]',
            "line 2: 'hours.holidays' must hold days such as \"2026-12-25\", "
            'not the text "2026-02-29".',
        ),
    ],
)
def test_a_mistake_is_one_sentence_with_line_and_key(
    paths: Paths, text: str, sentence: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(paths, text)

    assert str(caught.value) == f"{paths.settings}, {sentence}"


def test_the_example_of_the_help_page_can_be_read(paths: Paths) -> None:
    example = settings_help().partition("## Example")[2]
    lines = [line.removeprefix("    ") for line in example.splitlines()]

    rules = load(paths, "\n".join(lines))

    assert rules.targets[Kind.FIRST, Channel.MAIL] == Target(2 * HOUR, business=True)

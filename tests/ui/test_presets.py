"""Every preset is whole: all can be reached, no key means two things or hides behind another."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.config.settings import ChatEnter, KeyBinding, Preset
from agent_tui.ui import commands, help_pages
from agent_tui.ui.keys import Keymap, KeymapError, build, parse, shown
from agent_tui.ui.presets import preset_keys
from agent_tui.ui.shell import SCREENS, Where

every_preset = pytest.mark.parametrize("preset", Preset)


def keymap(preset: Preset, *own: KeyBinding) -> Keymap:
    return build(own, commands.where_of, preset_keys(preset))


@every_preset
def test_every_key_belongs_to_a_command(preset: Preset) -> None:
    unknown = {b.command for b in preset_keys(preset) if commands.where_of(b.command) is None}
    assert unknown == set()


@every_preset
@pytest.mark.parametrize("enter", ChatEnter)
def test_no_key_is_bound_twice_in_one_pane(preset: Preset, enter: ChatEnter) -> None:
    seen: dict[tuple[Where, tuple[str, ...]], str] = {}
    for bound in preset_keys(preset, enter):
        wheres = commands.where_of(bound.command) or frozenset()
        for where in wheres if bound.only is None else wheres & bound.only:
            place = (where, parse(bound.key))
            assert place not in seen, f"{bound.key} in {where}: {seen[place]} and {bound.command}"
            seen[place] = bound.command


@every_preset
def test_no_key_begins_another(preset: Preset) -> None:
    for where, bound in keymap(preset).bindings.items():
        for before, behind in pairwise(sorted(bound)):
            assert behind[: len(before)] != before, f"{shown(before)} in {where}"


@every_preset
def test_every_command_has_a_key_or_is_in_the_palette(preset: Preset) -> None:
    keys = keymap(preset)
    for command in commands.table().values():
        for where in command.where:
            bound = help_pages.keys_of(command.name, keys.keys_of(command.name, where))
            palette = where in SCREENS and "palette" in keys.bindings[where].values()
            assert bound or palette, f"{command.name} in {where}"


@every_preset
def test_what_no_palette_can_do_has_a_key(preset: Preset) -> None:
    """Where text is typed there is no palette, and one cannot move by it."""
    keys = keymap(preset)
    for name in ("down", "up", "first", "last", "open", "back", "palette", "command-line", "help"):
        for where in commands.table()[name].where:
            assert name in keys.bindings[where].values(), f"{name} in {where}"


@every_preset
def test_no_command_of_triage_has_lost_its_keys(preset: Preset) -> None:
    have = {b.command for b in preset_keys(preset)}
    assert {b.command for b in preset_keys()} <= have


@every_preset
@pytest.mark.parametrize("where", [Where.COMPOSER, Where.CHAT, Where.PROMPT, Where.PICKER])
def test_letters_are_inert_while_typing(preset: Preset, where: Where) -> None:
    bound = keymap(preset).bindings.get(where, {})
    assert [keys for keys in bound if len(keys[0]) == 1 or keys[0] == "space"] == []


@pytest.mark.parametrize(
    ("preset", "where", "key", "command"),
    [
        (Preset.VIM, Where.LIST, "rr", "reply-all"),
        (Preset.VIM, Where.LIST, "Rr", "reply"),
        (Preset.VIM, Where.LIST, "J", "next-view"),
        (Preset.VIM, Where.READING, "J", "next-conversation"),
        (Preset.VIM, Where.READING, "za", "fold"),
        (Preset.VIM, Where.LIST, "a", "resolve"),
        (Preset.MUTT, Where.LIST, "g", "reply-all"),
        (Preset.MUTT, Where.LIST, "l", "search"),
        (Preset.MUTT, Where.LIST, "m", "new"),
        (Preset.MUTT, Where.LIST, "=", "first"),
        (Preset.MUTT, Where.READING, "h", "details"),
        (Preset.GMAIL, Where.READING, "j", "next-conversation"),
        (Preset.GMAIL, Where.LIST, "j", "down"),
        (Preset.GMAIL, Where.READING, "u", "back"),
        (Preset.GMAIL, Where.READING, "e", "resolve"),
        (Preset.GMAIL, Where.LIST, "b", "snooze"),
        (Preset.GMAIL, Where.LIST, "z", "undo"),
        (Preset.GMAIL, Where.LIST, "l", "label"),
    ],
)
def test_habits_of_other_programs(preset: Preset, where: Where, key: str, command: str) -> None:
    assert keymap(preset).command(where, parse(key)) == command


@every_preset
@given(key=st.text("abgjzGR#;", min_size=1, max_size=3), data=st.data())
def test_a_users_key_is_refused_or_leaves_nothing_hidden(
    preset: Preset, key: str, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted({b.command for b in preset_keys(preset)})))
    try:
        keys = keymap(preset, KeyBinding(key, name, 7))
    except KeymapError:
        return
    for bound in keys.bindings.values():
        for before, behind in pairwise(sorted(bound)):
            assert behind[: len(before)] != before


def test_none_takes_a_key_away_and_makes_room_for_a_sequence() -> None:
    taken = [b.key for b in preset_keys() if b.key.startswith("g")]
    freed = [KeyBinding(key, "none", line) for line, key in enumerate(taken, 3)]
    assert (
        keymap(Preset.TRIAGE, KeyBinding("g", "resolve", 2), *freed).command(Where.LIST, ("g",))
        == "resolve"
    )
    assert keymap(Preset.TRIAGE, KeyBinding("e", "none", 2)).command(Where.LIST, ("e",)) is None

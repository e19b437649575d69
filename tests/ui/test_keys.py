"""Keys: the preset without clashes, the user's own over it, counts and sequences."""

from collections.abc import Callable
from importlib import import_module

import pytest

from agent_tui.actions.line import read
from agent_tui.actions.registry import registry
from agent_tui.config.settings import ChatEnter, KeyBinding, Preset
from agent_tui.ui import commands, keys
from agent_tui.ui.command_line import WORDS
from agent_tui.ui.keyboard import Keyboard
from agent_tui.ui.keys import Keymap, KeymapError, build, following, parse, pressed, shown
from agent_tui.ui.later import InModule
from agent_tui.ui.presets import preset_keys
from agent_tui.ui.shell import SCREENS, Where

PRESET = build((), commands.where_of)

ISSUE_KEYS = {
    "j": "down",
    "k": "up",
    "gg": "first",
    "G": "last",
    "ctrl+d": "half-down",
    "ctrl+u": "half-up",
    "enter": "open",
    "l": "open",
    "h": "back",
    "esc": "back",
    "J": "next-conversation",
    "K": "previous-conversation",
    "tab": "next-pane",
    "]": "next-view",
    "/": "search",
    ":": "command-line",
    "ctrl+p": "palette",
    "?": "help",
    "r": "reply",
    "R": "reply-all",
    "f": "forward",
    "c": "new",
    ";": "canned",
    "i": "note",
    "e": "resolve",
    "E": "resolve-next",
    "s": "snooze",
    "w": "wait",
    "O": "reopen",
    "a": "assign",
    "t": "take",
    "#": "label",
    "p": "priority",
    "u": "undo",
    "ctrl+r": "redo",
    ".": "repeat",
    "x": "customer",
    "y": "copy",
    "z": "zoom",
    "!": "spam",
}


@pytest.mark.parametrize(("key", "name"), ISSUE_KEYS.items())
def test_the_preset_is_the_agreed_one(key: str, name: str) -> None:
    assert PRESET.command(Where.LIST, parse(key)) == name or name == "back"
    if name != "open":
        assert PRESET.command(Where.READING, parse(key)) == name


@pytest.mark.parametrize("key", ["v", "o", "d", "b"])
def test_keys_of_reading_mean_nothing_in_the_list(key: str) -> None:
    assert PRESET.command(Where.READING, (key,)) is not None
    assert PRESET.command(Where.LIST, (key,)) is None


def test_every_action_is_a_command() -> None:
    assert registry().keys() <= commands.table().keys()


def test_commands_that_are_imported_later_are_there() -> None:
    for command in commands.table().values():
        if isinstance(command.run, InModule):
            module = import_module(f"agent_tui.ui.{command.run.module}")
            assert callable(getattr(module, command.run.function))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("j", ("j",)),
        ("gg", ("g", "g")),
        ("Ctrl+D", ("ctrl+d",)),
        ("ctrl+x s", ("ctrl+x", "s")),
        ("PageDown", ("pgdn",)),
        ("Escape", ("esc",)),
        ("alt+Enter", ("alt+enter",)),
        ("+", ("+",)),
    ],
)
def test_written_keys_are_read(written: str, read: tuple[str, ...]) -> None:
    assert parse(written) == read


@pytest.mark.parametrize(
    ("key", "character", "name"),
    [
        ("j", "j", "j"),
        ("number_sign", "#", "#"),
        ("upper_j", "J", "J"),
        ("escape", "\x1b", "esc"),
        ("pagedown", None, "pgdn"),
        ("ctrl+d", "\x04", "ctrl+d"),
        ("space", " ", "space"),
        ("alt+enter", None, "alt+enter"),
    ],
)
def test_what_textual_calls_a_key_is_written_our_way(
    key: str, character: str | None, name: str
) -> None:
    assert pressed(key, character) == name


def test_keys_are_shown_as_people_know_them() -> None:
    assert shown(("g", "g")) == "gg"
    assert shown(("ctrl+d",)) == "Ctrl+D"


def own(*bindings: tuple[str, str]) -> keys.Keymap:
    lines = enumerate(bindings, 10)
    return build(
        [KeyBinding(key, action, line) for line, (key, action) in lines], commands.where_of
    )


def test_a_key_of_the_user_replaces_the_preset_s() -> None:
    assert own(("e", "snooze")).command(Where.LIST, ("e",)) == "snooze"


def test_an_unknown_command_is_refused_by_name_and_line() -> None:
    with pytest.raises(KeymapError, match=r"line 10: .*'resolv'"):
        own(("e", "resolv"))


def test_one_key_for_two_commands_is_refused_with_both_lines() -> None:
    with pytest.raises(KeymapError, match=r"line 11: .*'snooze' \(line 10\) and 'resolve'"):
        own(("e", "snooze"), ("e", "resolve"))


def test_a_key_that_begins_a_sequence_is_refused() -> None:
    with pytest.raises(KeymapError, match="'gg' of 'first' begin alike"):
        own(("g", "resolve"))


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(KeymapError, match="'hyper\\+x' is no key"):
        own(("hyper+x", "resolve"))


class Typist:
    """A keyboard whose clock is turned by hand."""

    def __init__(self, keymap: Keymap = PRESET) -> None:
        self.done: list[tuple[str, int]] = []
        self.hints: list[str] = []
        self.waiting: list[Callable[[], None]] = []
        self.keyboard = Keyboard(
            keymap, self._run, self.hints.append, self._later, "view {}".format
        )

    def type(self, *typed: str, where: Where = Where.LIST) -> list[bool]:
        return [self.keyboard.press(where, key) for key in typed]

    def wait(self) -> None:
        for call in self.waiting:
            call()
        self.waiting.clear()

    def cancel(self) -> None:
        self.waiting.clear()

    def _run(self, name: str, count: int) -> None:
        self.done.append((name, count))

    def _later(self, _: float, call: Callable[[], None]) -> "Typist":
        self.waiting.append(call)
        return self


def test_a_count_repeats_a_motion() -> None:
    typist = Typist()
    typist.type("1", "2", "j")
    typist.wait()
    assert typist.done == [("down", 12)]


def test_a_digit_alone_chooses_a_view() -> None:
    typist = Typist()
    typist.type("3")
    assert typist.done == []
    typist.wait()
    assert typist.done == [("view", 3)]


def test_a_digit_before_a_verb_has_chosen_the_view_first() -> None:
    typist = Typist()
    typist.type("3", "e")
    assert typist.done == [("view", 3), ("resolve", 0)]


def test_a_sequence_waits_for_its_end_and_hints_at_it() -> None:
    typist = Typist()
    typist.type("g")
    assert typist.done == []
    head, *told = typist.hints[-1].split()
    assert head == "g-"
    assert [word[0] for word in told] == sorted(
        typed[1] for typed in PRESET.bindings[Where.LIST] if typed[0] == "g"
    ), "all that may follow, and nothing else"
    typist.type("g")
    assert typist.done == [("first", 0)]


def test_a_count_before_a_jump_is_a_row() -> None:
    typist = Typist()
    typist.type("1", "2", "g", "g", "5", "G")
    assert typist.done == [("first", 12), ("last", 5)]


def test_a_digit_says_what_it_would_show() -> None:
    typist = Typist()
    typist.type("3")
    assert typist.hints[-1] == "3-  view 3, or how far to move"


@pytest.mark.parametrize("preset", Preset)
def test_what_may_follow_fits_a_line_of_60_cells_and_has_every_key(preset: Preset) -> None:
    keymap = build((), commands.where_of, preset_keys(preset))
    for where, bound in keymap.bindings.items():
        for prefix in {typed[:1] for typed in bound if len(typed) > 1}:
            longer = keymap.longer(where, prefix)
            line = following(prefix, longer)
            assert len(line) <= 58
            assert all(f" {shown((key,))}" in line for key in longer)


def test_much_that_may_follow_is_cut_to_a_line() -> None:
    longer = {chr(97 + n): f"command-number-{n}" for n in range(12)}
    line = following("g", longer)
    assert len(line) <= 58
    assert all(f" {key}" in line for key in longer)
    assert following("g", {"c": "chats", "v": "edit-view"}, 80) == "g-  c chats  v edit-view"


def test_a_key_does_a_whole_line() -> None:
    assert own(("gs", "snooze tomorrow 9am")).command(Where.LIST, ("g", "s")) == (
        "snooze tomorrow 9am"
    )
    assert own(("gi", "view Inbox")).command(Where.LIST, ("g", "i")) == "view Inbox"


@pytest.mark.parametrize("line", ["snooze soonish", "resolve now", "priority top", "explode it"])
def test_a_line_that_can_never_be_done_is_refused(line: str) -> None:
    with pytest.raises(KeymapError, match="line 10"):
        own(("gs", line))


def test_lines_of_the_presets_can_be_read() -> None:
    keymaps = [build((), commands.where_of, preset_keys(preset)) for preset in Preset]
    lines = {line for keymap in keymaps for line in keymap.lines()}
    assert lines == commands._PRESET_LINES
    for line in lines:
        read(line, registry())


def test_the_first_words_of_lines_are_known_without_importing_them() -> None:
    assert WORDS.keys() == commands.LINES


def test_a_broken_sequence_does_nothing() -> None:
    typist = Typist()
    assert typist.type("g", "e") == [True, True]
    assert typist.done == []
    typist.type("e")
    assert typist.done == [("resolve", 0)]


def test_unbound_keys_go_on_to_the_pane() -> None:
    assert Typist().type("ctrl+y") == [False]
    assert Typist().type("j", "5", where=Where.PROMPT) == [False, False]


def test_help_has_keys_for_every_screen() -> None:
    for where in SCREENS:
        assert PRESET.command(where, ("?",)) == "help"
        assert PRESET.command(where, ("q",)) == "leave"


@pytest.mark.parametrize("where", [Where.COMPOSER, Where.CHAT])
def test_no_key_that_types_a_character_is_a_command_where_text_is_written(where: Where) -> None:
    own = [KeyBinding("x", "next-chat", 1), KeyBinding("zz", "keep", 2)]
    keymap = build(own, commands.where_of)
    assert [found for found in keymap.bindings[where] if len(found[0]) == 1] == []
    assert keymap.command(Where.LIST, ("x",)) == "next-chat"


def test_enter_in_a_chat_does_what_the_setting_says_and_alt_enter_the_other() -> None:
    sends = build((), commands.where_of, preset_keys(enter=ChatEnter.SEND))
    breaks = build((), commands.where_of, preset_keys(enter=ChatEnter.NEWLINE))
    for keymap, enter, alt in (
        (sends, "chat-send", "chat-newline"),
        (breaks, "chat-newline", "chat-send"),
    ):
        assert keymap.command(Where.CHAT, ("enter",)) == enter
        assert keymap.command(Where.CHAT, ("alt+enter",)) == alt
        assert keymap.command(Where.CHAT, ("ctrl+s",)) == "chat-send"
        assert keymap.command(Where.COMPOSER, ("alt+enter",)) == "send"


def test_a_users_own_key_sends_in_a_chat() -> None:
    keymap = build([KeyBinding("ctrl+x", "chat-send", 1)], commands.where_of)
    assert keymap.command(Where.CHAT, ("ctrl+x",)) == "chat-send"


def test_alt_and_a_digit_go_to_a_chat_unless_somebody_has_bound_them() -> None:
    typist = Typist(build([KeyBinding("alt+2", "resolve", 1)], commands.where_of))
    typist.type("alt+1", "alt+2", where=Where.READING)
    typist.type("alt+9", where=Where.CHAT)
    assert typist.done == [("chat", 1), ("resolve", 0), ("chat", 9)]
    assert typist.type("alt+1", where=Where.COMPOSER) == [False]

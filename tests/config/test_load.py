"""Settings are read whole, and every mistake is told by file, line and key."""

import subprocess
import sys
import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.config.errors import ConfigError
from agent_tui.config.help import settings_help
from agent_tui.config.load import load_settings
from agent_tui.config.paths import Paths, find_paths
from agent_tui.config.settings import (
    SETTINGS,
    AfterResolve,
    Desktop,
    KeyBinding,
    Macro,
    Notify,
    Settings,
)
from agent_tui.model.conversation import BUILT_IN_VIEWS, Channel, Sort, View
from agent_tui.model.hours import Block


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = find_paths(tmp_path, {})
    paths.config.mkdir(mode=0o700)
    return paths


def load(paths: Paths, text: str) -> Settings:
    paths.settings.write_text(text, "utf-8")
    return load_settings(paths, {})


def told(paths: Paths, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(paths, text)
    return str(caught.value).removeprefix(f"{paths.settings}, ")


def test_a_missing_file_means_defaults(paths: Paths) -> None:
    settings = load_settings(paths, {})

    assert settings.undo_seconds == {
        Channel.MAIL: 10,
        Channel.CHAT: 0,
        Channel.SOCIAL: 0,
        Channel.REVIEW: 10,
    }
    assert settings.after_resolve is AfterResolve.NEXT
    assert settings.preview
    assert settings.editor == "vi"
    assert settings.canned == (paths.canned,)
    assert settings.views == BUILT_IN_VIEWS
    assert settings.agent.handle
    assert settings.agent.name


def test_everything_given_is_taken(paths: Paths) -> None:
    settings = load(
        paths,
        """
        theme = "dusk"
        signature = "Maria"
        start_view = "Mine"
        after_resolve = "list"
        preview = false
        editor = "nano"
        canned = ["team", "/srv/canned"]
        agent = { handle = "maria", name = "Maria Lopez" }
        undo_seconds.mail = 0

        [notify]
        bell = true
        desktop = "osc9"
        title = false
        query = "assignee:me"
        quiet = ["22:00-07:00", "12:00 - 13:00"]
        """,
    )

    assert settings.theme == "dusk"
    assert settings.signature == "Maria"
    assert settings.start_view == "Mine"
    assert settings.after_resolve is AfterResolve.LIST
    assert not settings.preview
    assert settings.editor == "nano"
    assert settings.canned == (paths.canned, paths.config / "team", Path("/srv/canned"))
    assert settings.notify == Notify(
        bell=True,
        desktop=Desktop.OSC9,
        title=False,
        query="assignee:me",
        quiet=(Block(1320, 1440), Block(0, 420), Block(720, 780)),
    )
    assert settings.agent == ("maria", "Maria Lopez")
    assert settings.undo_seconds[Channel.MAIL] == 0
    assert settings.undo_seconds[Channel.REVIEW] == 10


@pytest.mark.parametrize(
    ("env", "editor"),
    [
        ({"VISUAL": "code -w", "EDITOR": "ed"}, "code -w"),
        ({"EDITOR": "ed"}, "ed"),
        ({}, "vi"),
    ],
)
def test_the_editor_comes_from_the_environment(
    paths: Paths, env: dict[str, str], editor: str
) -> None:
    assert load_settings(paths, env).editor == editor


def test_keys_keep_their_lines(paths: Paths) -> None:
    settings = load(paths, '# mine\n[keys]\n"ctrl+x" = "resolve"\n\nj = "down"\n')

    assert settings.keys == (KeyBinding("ctrl+x", "resolve", 3), KeyBinding("j", "down", 5))


def test_an_own_view_replaces_the_built_in_one_in_its_place(paths: Paths) -> None:
    settings = load(
        paths,
        '[[views]]\nname = "Extra"\nquery = "a"\n'
        '[[views]]\nname = "Inbox"\nquery = "b"\nsort = "oldest"\n',
    )

    assert settings.views[0] == View("Inbox", "b", Sort.OLDEST)
    assert settings.views[-1] == View("Extra", "a", Sort.NEWEST)
    assert len(settings.views) == len(BUILT_IN_VIEWS) + 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('\nthme = "x"', "line 2: 'thme' is not a setting; did you mean 'theme'?"),
        (
            "[undo_seconds]\nmial = 3",
            "line 2: 'mial' is not a setting; did you mean 'mail'?",
        ),
        (
            "[undo_seconds]\nfax = 3",
            "line 2: 'fax' is not a setting; known: 'mail', 'chat', 'social', 'review'.",
        ),
        ("theme = 3", "line 1: 'theme' must be text in quotes, not the number 3."),
        (
            'preview = "yes"',
            "line 1: 'preview' must be true or false, not the text \"yes\".",
        ),
        (
            "undo_seconds = { mail = true }",
            "line 1: 'undo_seconds.mail' must be a whole number, not true.",
        ),
        (
            "[undo_seconds]\nmail = 500",
            "line 2: 'undo_seconds.mail' must be from 0 to 120, not 500.",
        ),
        (
            "undo_seconds = 3",
            "line 1: 'undo_seconds' must be a table with mail, chat, social, review, "
            "not the number 3.",
        ),
        (
            "canned = [1]",
            "line 1: 'canned' must be a list of texts in quotes, not a list.",
        ),
        (
            'after_resolve = "nxt"',
            "line 1: 'after_resolve' must be one of 'next', 'previous', 'list', not 'nxt'; "
            "did you mean 'next'?",
        ),
        (
            '[agent]\nhandle = "me"',
            "line 2: 'agent.handle' must be letters, digits, '.', '_' and '-', and none of "
            "any, engine, me, none; not 'me'.",
        ),
        (
            "[keys]\nj = 3",
            "line 2: the key 'j' must be bound to an action's name in quotes, not the number 3.",
        ),
        ("keys = 3", "line 1: 'keys' must be a table, not the number 3."),
        (
            '[views]\nname = "x"',
            "line 1: 'views' must be written as [[views]], not a table.",
        ),
        ("views = [1]", "line 1: each of 'views' must be a table, not the number 1."),
        ('[[views]]\nname = "x"', "line 1: a view has no 'query'; add it."),
        (
            '[[views]]\nname = "x"\nquery = "y"\nsrot = "z"',
            "line 4: 'srot' is not a key of a view; did you mean 'sort'?",
        ),
        (
            '[[views]]\nname = "x"\nquery = "y"\nsort = "newst"',
            "line 4: 'sort' must be one of 'newest', 'oldest', 'waiting', 'due', 'unanswered', "
            "not 'newst'; did you mean 'newest'?",
        ),
        (
            '[[views]]\nname = "x"\nquery = "y"\n[[views]]\nname = "x"\nquery = "y"',
            "line 5: there are two views named 'x'; rename one.",
        ),
        ("\ntheme = }\n", "line 2, column 9: not valid TOML: invalid value."),
        ('theme = "x', "line 1: not valid TOML: unterminated string."),
    ],
)
def test_a_mistake_is_one_sentence_with_line_and_key(
    paths: Paths, text: str, sentence: str
) -> None:
    assert told(paths, text) == sentence


_WORDS = st.sampled_from(
    [setting.name for setting in SETTINGS]
    + ["keys", "views", "agent", "undo_seconds", "[", "]", "[[", "]]", "{", "}", "=", "\n", "."]
    + ['"x"', "'\x1b'", "3", "true", "[]", "{}", '"""', "name", "query", '"\\u0007"', "#", ","]
)


@given(st.lists(_WORDS, max_size=20).map(" ".join) | st.text(max_size=60))
def test_any_file_gives_settings_or_one_printable_sentence(text: str) -> None:
    with TemporaryDirectory() as folder:
        paths = find_paths(Path(folder), {})
        paths.config.mkdir(mode=0o700)
        paths.settings.write_text(text, "utf-8")
        told = str(paths.settings)
        try:
            load_settings(paths, {})
        except ConfigError as error:
            told = str(error)
    assert told.isprintable()
    assert str(paths.settings) in told


def test_text_that_is_not_utf_8_is_told_by_line(paths: Paths) -> None:
    paths.settings.write_bytes(b'theme = "x"\nsignature = "Gr\xfc\xdfe"\n')

    with pytest.raises(ConfigError, match="line 2: not UTF-8"):
        load_settings(paths, {})


def test_a_settings_file_that_is_a_folder_is_one_sentence(paths: Paths) -> None:
    paths.settings.mkdir()

    with pytest.raises(ConfigError, match=r"config\.toml cannot be read: is a directory"):
        load_settings(paths, {})


def test_settings_that_everybody_can_write_are_refused(paths: Paths) -> None:
    paths.settings.write_text("")
    paths.settings.chmod(0o666)

    with pytest.raises(ConfigError, match="Everybody can write"):
        load_settings(paths, {})


def test_the_help_page_tells_of_every_setting() -> None:
    page = settings_help()

    for setting in SETTINGS:
        assert f"- `{setting.name}` (" in page


def test_the_example_of_the_help_page_loads(paths: Paths) -> None:
    _, _, example = settings_help().partition("## Example")

    settings = load(paths, textwrap.dedent(example))

    assert settings.agent.handle == "maria"
    assert settings.own_views[0].name == "Angry reviews"


def test_loading_without_a_file_imports_nothing_slow() -> None:
    slow = ["tomllib", "tomli_w", "keyring", "difflib", "platformdirs", "httpx", "dns"]
    code = (
        "import sys; from pathlib import Path\n"
        "from agent_tui.config.load import load_settings\n"
        "from agent_tui.config.paths import find_paths\n"
        "load_settings(find_paths(Path('/nonexistent'), {}), {})\n"
        f"print([name for name in {slow} if name in sys.modules])"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )

    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("span", ["22-7", "25:00-07:00", "08:00-08:00", "24:30-07:00", "never"])
def test_quiet_hours_that_are_none_are_refused_by_line(paths: Paths, span: str) -> None:
    with pytest.raises(ConfigError, match=r"line 2: 'notify.quiet' must hold times such as"):
        load(paths, f'[notify]\nquiet = ["{span}"]\n')


def test_macros_know_their_lines(paths: Paths) -> None:
    text = """
[[macros]]
name = "refund"
key = "gr"
actions = [
    "label refund",
    "resolve",
]
"""
    settings = load(paths, text)

    assert settings.macros == (Macro("refund", "gr", ("label refund", "resolve"), 4, (6, 7)),)
    assert settings.own_keys == (KeyBinding("gr", "macro refund", 4),)

"""The screen on a real pseudo-terminal: bytes per key, imports, signals, a terminal that goes."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

from agent_tui.config.paths import find_paths
from agent_tui.model.clock import MINUTE, system_clock
from agent_tui.store.sqlite import SqliteDatabase
from tests.clocks import reckon
from tests.factory import incoming, mail_account, receive
from tests.stores import new_store
from tests.terminal import Terminal, agent_tui, environment

_KEY_BYTES = 400
_PREVIEW_BYTES = 4_000
"""Budget P3."""

_WORDS = "Hello, my parcel with the big blue bag has not come and I leave on Friday. ".split()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose store has 200 conversations as customers write them."""
    paths = find_paths(tmp_path, {})
    db = new_store(paths.store)
    mail_account(db)
    now = system_clock()
    receive(
        db,
        *(
            incoming(
                "\n".join(" ".join(_WORDS[: 3 + (n + k) % 12]) for k in range(12)),
                sender=f"c{n}@customers.example",
                name=f"Customer {n} of the shop",
                subject=f"Parcel {n} has not come and I leave on Friday",
                at=now - n * 37 * MINUTE,
            )
            for n in range(200)
        ),
    )
    reckon(db)  # as it was before the program was started
    db.close()
    return tmp_path


def bytes_of(terminal: Terminal, key: str) -> int:
    before = len(terminal.log)
    terminal.press(key)
    terminal.settle()
    return len(terminal.log) - before


@pytest.mark.parametrize("colours", [{}, {"COLORTERM": "truecolor"}], ids=["256", "millions"])
def test_a_cursor_key_costs_at_most_400_bytes(home: Path, colours: dict[str, str]) -> None:
    with Terminal(agent_tui(), env=environment(home, **colours)) as terminal:
        terminal.wait_for("Inbox 200")
        terminal.settle()
        assert max(bytes_of(terminal, "j") for _ in range(6)) <= _KEY_BYTES


def test_selecting_costs_no_more_than_a_cursor_key(home: Path) -> None:
    with Terminal(agent_tui(), env=environment(home)) as terminal:
        terminal.wait_for("Inbox 200")
        terminal.settle()
        terminal.press(" ")
        terminal.wait_for("1 selected")
        terminal.settle()
        assert max(bytes_of(terminal, " ") for _ in range(6)) <= _KEY_BYTES


def test_a_cursor_key_with_its_settled_preview_costs_at_most_4_kilobytes(home: Path) -> None:
    with Terminal(agent_tui(), env=environment(home), cols=120, rows=40) as terminal:
        terminal.wait_for("Inbox 200")
        terminal.wait_for("customers.example>")
        terminal.settle()
        assert median(bytes_of(terminal, "j") for _ in range(6)) <= _PREVIEW_BYTES


def test_with_ascii_nothing_else_is_written(home: Path) -> None:
    db = SqliteDatabase(find_paths(home, {}).store)
    now = system_clock() + MINUTE
    receive(db, incoming("Bitte “schnell” – 東京 😀", name="Zoë", subject="Größe…", at=now))
    db.close()
    with Terminal(agent_tui("--ascii"), env=environment(home), cols=120, rows=40) as terminal:
        terminal.wait_for("Inbox 201")
        terminal.wait_for("Bitte .schnell")
        assert bytes(terminal.log).isascii()


def test_a_key_held_down_paints_no_preview(home: Path) -> None:
    with Terminal(agent_tui(), env=environment(home), cols=120, rows=40) as terminal:
        terminal.wait_for("Inbox 200")
        terminal.wait_for("customers.example>")
        terminal.settle()
        before = len(terminal.log)
        terminal.press("j" * 20)
        terminal.settle()
        assert len(terminal.log) - before <= 20 * _KEY_BYTES + _PREVIEW_BYTES


def test_nothing_is_written_while_nothing_happens(home: Path) -> None:
    with Terminal(agent_tui(), env=environment(home)) as terminal:
        terminal.wait_for("Inbox 200")
        terminal.settle(1.0)
        before = len(terminal.log)
        terminal.settle(1.0)
        assert len(terminal.log) - before <= 60  # the clock's minute may pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it(home: Path, number: signal.Signals) -> None:
    with Terminal(agent_tui(), env=environment(home)) as terminal:
        terminal.wait_for("Inbox 200")
        terminal.process.send_signal(number)
        terminal.wait_for_exit()


def test_it_ends_when_the_terminal_goes_though_hang_ups_are_ignored(home: Path) -> None:
    argv = ["/bin/sh", "-c", "trap '' HUP; exec \"$0\"", *agent_tui()]
    terminal = Terminal(argv, env=environment(home))
    terminal.wait_for("Inbox 200")
    os.close(terminal._fd)
    terminal.process.wait(10)


@pytest.mark.parametrize(
    "env", [{"NO_COLOR": "1"}, {"TERM": "linux"}, {"TERM": "vt100", "LANG": "C"}]
)
def test_poor_terminals_show_the_same_words(home: Path, env: dict[str, str]) -> None:
    with Terminal(agent_tui(), env=environment(home, **env)) as terminal:
        terminal.wait_for("Inbox 200")
        terminal.press("j", "\r")
        terminal.wait_for("Parcel 1 has not come")


def test_no_color_writes_no_colours(home: Path) -> None:
    with Terminal(agent_tui(), env=environment(home, NO_COLOR="1")) as terminal:
        terminal.wait_for("Inbox 200")
        terminal.settle()
        assert b"\x1b[38;" not in terminal.log
        assert b";48;" not in terminal.log


def test_the_first_paint_imports_nothing_of_providers_mail_or_web() -> None:
    """Budget P2."""
    forbidden = (
        "httpx keyring markdownify bs4 nh3 imapclient dns email.parser email.message "
        "agent_tui.adapters agent_tui.engine agent_tui.content.mime agent_tui.content.html "
        "agent_tui.actions.reply agent_tui.actions.triage agent_tui.ui.prompt agent_tui.ui.picker "
        "agent_tui.ui.composer textual.widgets._text_area "
        "textual.widgets._markdown agent_tui.ui.conversation_pane agent_tui.store.messages "
        "agent_tui.store.codec agent_tui.model.incoming agent_tui.actions.guard "
        "agent_tui.actions.action agent_tui.model.message agent_tui.model.customer"
    ).split()
    code = (
        "import sys; from pathlib import Path; import agent_tui.ui.app, agent_tui.cli.inbox;"
        "from agent_tui.ui import commands, keys; keys.build((), commands.where_of);"
        f"print([m for m in {forbidden!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        ('[keys]\n"e" = "resolv"\n', "line 2: the key 'e' is given to 'resolv'"),
        ('[keys]\n"g" = "resolve"\n', "begin alike"),
        ('theme = "solar"\n', "There is no theme 'solar'"),
    ],
)
def test_wrong_keys_and_themes_are_refused_in_one_sentence(
    home: Path, config: str, complaint: str
) -> None:
    settings = find_paths(home, {}).settings
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(config, "utf-8")
    with Terminal(agent_tui(), env=environment(home), cols=200) as terminal:
        assert terminal.wait_for_exit() != 0
        assert complaint in terminal.text()
        assert "Traceback" not in terminal.text()

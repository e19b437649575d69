"""Attacks by mail, through the whole program: listed, opened, and nothing of them is obeyed."""

import re

import pytest

from agent_tui.cli.main import run
from agent_tui.config.paths import HOME_VARIABLE
from tests.mailbox import maildir
from tests.program import Home
from tests.servers.real import shared
from tests.terminal import Terminal

ATTACKS = 56

SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])"
    r"|[\x00-\x09\x0b-\x1f\x7f-\x9f]|\x1b"
)
"""Control sequences of ECMA-48 (CSI, OSC, DCS, SOS, PM, APC, escapes) and single controls."""

OURS = re.compile(
    r"\x1b\[[0-9;]*[mH]"  # colours; the cursor's place
    r"|\x1b\[\?(?:7|25|1000|1003|1004|1006|1015|1049|2004)[hl]"  # modes that Textual sets
    r"|\x1b\[\?(?:2026|2048)\$p|\x1b\[>[0-9]+u|\x1b\[<u"  # what it asks, and its keyboard's mode
    r"|\x1b\]22;default\x07"  # the shape of the pointer
    r"|\x1b\[2[23];2t|\x1b\]2;[\w ]{1,40} - agent-tui\x1b\\"  # the window's title: view and count
)

TURNS = frozenset("\N{RIGHT-TO-LEFT OVERRIDE}\N{LEFT-TO-RIGHT OVERRIDE}")
"""They would show the end of a file's name before its beginning."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that has taken in every attack."""
    attacks = sorted((shared() / "attacks").glob("*.eml"))
    assert len(attacks) == ATTACKS
    base = tmp_path_factory.mktemp("hostile")
    mails = maildir(base / "mail", (path.read_bytes() for path in attacks))
    home = Home(base / "home")
    done = home.run("open", str(mails), "--import-only", "--address", "support@shop.test")
    assert (done.code, done.out) == (0, f"mail: {ATTACKS} new messages, 0 delivered.\n")
    return home


def obeyed(written: str) -> set[str]:
    """The control sequences in ``written`` that are none of ours."""
    return {found[0] for found in SEQUENCE.finditer(written) if not OURS.fullmatch(found[0])}


def open_all(screen: Terminal, home: Home) -> None:
    """Read one conversation after the other, headers and details included."""
    ids = [row["id"] for row in home.listed("status:open")]
    assert len(ids) >= ATTACKS - 1, "but for one that says it is from us"
    screen.wait_for("Inbox")
    screen.press("\r")
    for number in ids:
        screen.wait_for(rf"#{number}\b")
        screen.press("d")
        screen.settle(0.05)
        screen.press("J")
    screen.wait_for("That was the last one")


def test_every_attack_is_read_and_listed(home: Home) -> None:
    assert sum(row["messages"] for row in home.listed()) == ATTACKS
    assert home.rows("SELECT count(*) FROM messages WHERE raw IS NOT NULL") == [(0,)]


def test_lists_and_shown_mails_hold_no_control_characters(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(home.path))
    numbers = [str(row["id"]) for row in home.listed()]

    for command in (["list"], *(["show", number] for number in numbers)):
        assert run(command) == 0
        printed = capsys.readouterr().out
        assert printed
        assert set(SEQUENCE.findall(printed.replace("\t", " "))) == set()


@pytest.mark.parametrize(("cols", "rows"), [(80, 24), (170, 40)])
def test_no_attack_reaches_the_terminal(home: Home, cols: int, rows: int) -> None:
    with home.screen(cols=cols, rows=rows) as screen:
        open_all(screen, home)
        screen.press("q", "q")
        assert screen.wait_for_exit() == 0

    written = screen.log.decode("utf-8")  # strict: no byte of C1 stands alone
    assert obeyed(written) == set()
    assert TURNS.isdisjoint(written)


@pytest.mark.parametrize(
    "attack",
    [
        "\x1b]0;pwned\x07",
        "\x1b]52;c;cHduZWQ=\x1b\\",
        "\x1b]8;;http://evil.test\x1b\\",
        "\x1bP$q\x1b\\",
        "\x1b_Gx\x1b\\",
        "\x1b[2J",
        "\x1b[6n",
        "\x1b[?1002h",
        "\x1b[201~",
        "\x1bc",
        "\x1b",
        "\x07",
        "\x08",
        "\r",
        "\x9b2J",
        "\x9d0;x\x9c",
    ],
)
def test_an_attack_that_did_reach_it_would_be_found(attack: str) -> None:
    assert obeyed(f"\x1b[1;1H\x1b[0mMallory {attack} hello")

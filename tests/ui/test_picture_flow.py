"""A picture is drawn when the agent asks for it, from pixels alone, and goes without a trace."""

import re
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from rich.cells import cell_len
from rich.console import Console
from rich.style import Style

from agent_tui.actions.action import ActionError
from agent_tui.content.picture import Picture
from agent_tui.model.incoming import IncomingFile
from agent_tui.model.message import FetchState
from agent_tui.store import messages
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui import decoding, kitty, picture, pixels
from agent_tui.ui.app import AgentApp
from agent_tui.ui.shell import Where
from tests.factory import incoming, mail_account, only, receive
from tests.ui.screen import Screen, screen

KITTY = {"TERM": "xterm-kitty", "COLORTERM": "truecolor"}
HOSTILE = b"\x1b]0;owned\x07"


def four(width: int = 2, height: int = 2) -> Picture:
    """Red and green above blue and white."""
    return Picture(width, height, 20, 20, b"\xff\0\0" + b"\0\xff\0" + b"\0\0\xff" + b"\xff\xff\xff")


def written(path: Path, colour: str = "#ff0000") -> Path:
    out = BytesIO()
    Image.new("RGB", (64, 32), colour).save(out, "PNG", pnginfo=None)
    path.write_bytes(out.getvalue() + HOSTILE)
    return path


def put(path: Path, octets: bytes) -> None:
    path.write_bytes(octets)


@pytest.fixture
def file(db: SqliteDatabase, tmp_path: Path) -> Path:
    """A mail with one picture, which is here already."""
    mail_account(db)
    receive(db, incoming(files=(IncomingFile("2", "seam.png", "image/png", 900),)))
    (message,) = messages.of_conversation(db, only(db).id)
    path = written(tmp_path / "seam.png")
    messages.set_file(db, message.attachments[0].id, FetchState.HERE, path=str(path))
    return path


async def shown_picture(here: Screen) -> picture.PicturePane:
    await here.press("enter", "I")
    await here.until(lambda: isinstance(here.app.opened, picture.PicturePane))
    pane = here.app.opened
    assert isinstance(pane, picture.PicturePane)
    await here.until(lambda: pane._rows or pane._part.value == "error")
    return pane


async def test_a_picture_is_drawn_by_half_blocks_and_esc_takes_it_away(
    db: SqliteDatabase, tmp_path: Path, file: Path
) -> None:
    async with screen(db, tmp_path) as here:
        pane = await shown_picture(here)
        assert here.shows("seam.png")
        assert here.shows("64 x 32")
        assert here.text.count(pixels.HALF) == 64 * 16
        assert pane.where is Where.VIEWER

        await here.press("v")
        assert here.shows("Saved: ")
        await here.press("escape")
        assert here.app.where() is Where.READING
        assert pixels.HALF not in here.text


async def test_a_picture_follows_the_size_of_the_terminal(
    db: SqliteDatabase, tmp_path: Path, file: Path
) -> None:
    async with screen(db, tmp_path, size=(80, 24)) as here:
        pane = await shown_picture(here)
        await here.pilot.resize_terminal(40, 12)
        await here.until(lambda: pane._rows and pane._rows[0].cell_length <= 40)
        await here.until(lambda: here.text.count(pixels.HALF) == 40 * 10)


async def test_only_what_is_asked_for_is_fetched(db: SqliteDatabase, tmp_path: Path) -> None:
    mail_account(db)
    names = ("a.png", "b.jpg", "c.pdf")
    receive(db, incoming(files=[IncomingFile(n, n, "application/x", 9) for n in names]))
    (message,) = messages.of_conversation(db, only(db).id)

    def states() -> list[FetchState]:
        found = messages.get(db, message.id)
        return [one.state for one in found.attachments] if found else []

    async with screen(db, tmp_path) as here:
        await here.press("enter")
        await here.pilot.pause()
        assert set(states()) == {FetchState.REMOTE}
        await here.press("I")
        await here.until(lambda: here.app.where() is Where.PICKER)
        assert not here.shows("c.pdf  ")
        await here.press("down", "enter")
        await here.until(lambda: FetchState.WANTED in states())
        assert states() == [FetchState.REMOTE, FetchState.WANTED, FetchState.REMOTE]


@pytest.mark.parametrize("octets", [b"", HOSTILE * 50, b"\x89PNG\r\n\x1a\n" + HOSTILE])
async def test_a_broken_picture_is_one_sentence(
    db: SqliteDatabase, tmp_path: Path, file: Path, octets: bytes
) -> None:
    put(file, octets)
    async with screen(db, tmp_path) as here:
        await shown_picture(here)
        assert here.shows("The picture is not shown: The file is")
        assert "owned" not in here.text


async def test_without_pillow_it_is_said_what_to_install(
    db: SqliteDatabase, tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture, "find_spec", lambda _: None)
    async with screen(db, tmp_path) as here:
        await here.press("enter", "I")
        await here.until(lambda: here.shows("pip install 'support-agent-tui[images]'"))


async def test_a_conversation_without_pictures_says_so(db: SqliteDatabase, tmp_path: Path) -> None:
    mail_account(db)
    receive(db, incoming(files=(IncomingFile("2", "a.pdf", "application/pdf", 9),)))
    async with screen(db, tmp_path) as here:
        await here.press("enter", "I")
        await here.until(lambda: here.shows("There are no pictures here."))


async def test_a_terminal_that_draws_is_handed_the_pixels_and_forgets_them_at_the_end(
    db: SqliteDatabase, tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(AgentApp, "write", lambda _, sequence: sent.append(sequence))
    for name, value in KITTY.items():
        monkeypatch.setenv(name, value)
    for name in ("TMUX", "STY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    async with screen(db, tmp_path) as here:
        await shown_picture(here)
        assert here.text.count("\U0010eeee") == 8 * 2  # 64 x 32 pixels in cells of 8 x 16
        assert any("a=T,U=1" in one for one in sent)
        await here.press("escape")
        assert sent[-1] == kitty.gone()
        assert "\U0010eeee" not in here.text
    assert not any("owned" in one for one in sent)


@pytest.mark.parametrize(
    ("environment", "draws"),
    [
        (KITTY, True),
        (KITTY | {"TERM": "xterm-ghostty"}, True),
        (KITTY | {"TMUX": "/tmp/tmux-0/default,1,0"}, False),
        (KITTY | {"COLORTERM": ""}, False),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, False),
        ({}, False),
    ],
)
def test_only_terminals_that_are_known_to_draw_are_handed_pictures(
    environment: dict[str, str], draws: bool
) -> None:
    assert kitty.draws(environment) is draws


def test_what_is_sent_is_nothing_but_numbers_and_base64() -> None:
    size = 300
    noise = bytes(number * 7919 % 251 for number in range(3 * size * size))
    sequence = kitty.sent(Picture(size, size, size, size, noise), 30, 20)
    parts = re.findall(r"\x1b_G([a-zA-Z0-9=,]*);([A-Za-z0-9+/=]*)\x1b\\", sequence)
    assert "".join(f"\x1b_G{keys};{data}\x1b\\" for keys, data in parts) == sequence
    assert [keys[-3:] for keys, _ in parts[1:]] == ["m=1"] * (len(parts) - 2) + ["m=0"]
    assert all(len(data) <= 4096 for _, data in parts)


def test_placeholders_are_as_wide_as_they_are_said_to_be_and_name_their_rows() -> None:
    rows = kitty.placeholders(12, kitty.MOST_ROWS)
    assert {cell_len(row.text) for row in rows} == {12}
    assert len({row.text for row in rows}) == kitty.MOST_ROWS


def test_two_pixels_are_a_cell() -> None:
    (row,) = pixels.coloured(four())
    rendered = row.render(Console(force_terminal=True, color_system="truecolor"))
    assert rendered.count(pixels.HALF) == 2
    assert "38;2;248;0;0;48;2;0;0;248" in rendered
    assert "38;2;0;248;0;48;2;248;248;248" in rendered


def test_an_odd_last_row_is_drawn_too() -> None:
    tall = Picture(1, 3, 1, 3, b"\xff\0\0" * 3)
    assert [row.text for row in pixels.coloured(tall)] == [pixels.HALF] * 2


def test_terminals_of_few_colours_get_lighter_and_darker_signs() -> None:
    ramp = Picture(3, 2, 3, 2, (b"\0\0\0" + b"\x80\x80\x80" + b"\xff\xff\xff") * 2)
    (dark,) = pixels.grey(ramp, Style(), dark=True)
    (light,) = pixels.grey(ramp, Style(), dark=False)
    assert dark.text == " +@"
    assert light.text == "@+ "[0] + light.text[1] + " "


async def test_a_decoder_that_never_ends_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(stubborn(tmp_path)))
    with pytest.raises(ActionError, match="takes too long"):
        await decoding.decoded(written(tmp_path / "a.png"), 8, 8, "000000", patience_s=0.2)


async def test_a_decoder_that_breaks_off_or_floods_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "a.png")
    for script in ("exit 3", "kill -SEGV $$", "head -c 9000000 /dev/zero"):
        monkeypatch.setattr(sys, "executable", str(program(tmp_path, script)))
        with pytest.raises(ActionError, match=r"broke off|did not answer"):
            await decoding.decoded(path, 8, 8, "000000")


def stubborn(folder: Path) -> Path:
    return program(folder, "exec sleep 60")


def program(folder: Path, script: str) -> Path:
    path = folder / "decoder"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return path


def test_the_decoder_is_not_loaded_into_the_screen() -> None:
    assert "PIL" not in vars(sys.modules["agent_tui.ui.picture"])

"""The agent's editor gets a private file and may not order anything by its text."""

import os
import stat
from pathlib import Path

import pytest

from agent_tui.actions.action import ActionError
from agent_tui.ui import editor


def script(tmp_path: Path, body: str, name: str = "ed") -> str:
    """An editor that runs ``body`` with its file as ``$1``."""
    path = tmp_path / name
    path.write_text(f'#!/bin/sh\nfor last; do :; done\nset -- "$last" "$@"\n{body}\n')
    path.chmod(0o700)
    return str(path)


def test_what_the_editor_wrote_comes_back(tmp_path: Path) -> None:
    command = script(tmp_path, 'echo "and more" >> "$1"')
    assert editor.edited(command, "Hello\n", tmp_path / "e") == "Hello\nand more\n"


def test_the_file_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    command = script(tmp_path, f'stat -c %a "$1" "$(dirname "$1")" > {seen}')
    before = os.umask(0)
    try:
        editor.edited(command, "Hello", tmp_path / "e")
    finally:
        os.umask(before)
    assert seen.read_text().split() == ["600", "700"]
    assert list((tmp_path / "e").iterdir()) == []


def test_the_command_is_split_but_never_read_by_a_shell(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    command = script(tmp_path, f'[ "$2" = "--wait" ] && [ "$3" = "a b" ] && : > {tmp_path}/ok')
    editor.edited(f"{command} --wait 'a b' ; touch {canary}", "x", tmp_path / "e")
    assert not canary.exists()
    assert (tmp_path / "ok").exists()


def test_control_characters_reach_neither_the_editor_nor_the_reply(tmp_path: Path) -> None:
    command = script(tmp_path, "printf '\\033]0;title\\007' >> \"$1\"")
    text = editor.edited(command, "a\x1b[2Jb", tmp_path / "e")
    assert "\x1b" not in text
    assert "\x07" not in text


@pytest.mark.parametrize(
    ("command", "said"),
    [("no-such-editor", "There is no editor"), ("", "There is no editor"), ("vi 'x", "read")],
)
def test_an_editor_that_cannot_be_found_is_named(command: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ActionError, match=said):
        editor.edited(command, "x", tmp_path / "e")


def test_an_editor_that_fails_changes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ActionError, match="ended with 3"):
        editor.edited(script(tmp_path, "exit 3"), "x", tmp_path / "e")
    assert list((tmp_path / "e").iterdir()) == []


def test_a_text_that_is_too_long_is_refused(tmp_path: Path) -> None:
    command = script(tmp_path, 'head -c 1100000 /dev/zero | tr "\\0" x > "$1"')
    with pytest.raises(ActionError, match="longer than"):
        editor.edited(command, "x", tmp_path / "e")


def test_vim_and_emacs_are_told_to_obey_nothing_in_the_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for name, words in (("vim.basic", "nomodeline"), ("emacs", "enable-local-variables nil")):
        script(tmp_path, f'echo "$@" > {tmp_path}/{name}.args', name)
        editor.edited(name, "# vim: set fdm=expr:", tmp_path / "e")
        assert words in (tmp_path / f"{name}.args").read_text()


def test_an_editor_that_replaces_its_file_is_read_by_name(tmp_path: Path) -> None:
    command = script(tmp_path, 'echo new > "$1.tmp" && mv "$1.tmp" "$1"')
    assert editor.edited(command, "old", tmp_path / "e") == "new\n"
    assert stat.S_ISDIR((tmp_path / "e").stat().st_mode)

"""Where things lie, and that their folders are private."""

from pathlib import Path

import pytest

from agent_tui.config.errors import ConfigError
from agent_tui.config.files import write_private
from agent_tui.config.paths import find_paths, make_private, refuse_shared


def test_a_home_holds_everything(tmp_path: Path) -> None:
    paths = find_paths(tmp_path, {})

    assert paths.settings == tmp_path / "config" / "config.toml"
    assert paths.accounts == tmp_path / "config" / "accounts"
    assert paths.store == tmp_path / "data" / "store.db"
    assert paths.log == tmp_path / "state" / "agent-tui.log"
    assert paths.attachments == tmp_path / "cache" / "attachments"


def test_the_variable_stands_in_for_home(tmp_path: Path) -> None:
    assert find_paths(None, {"AGENT_TUI_HOME": str(tmp_path)}) == find_paths(tmp_path, {})


def test_home_wins_over_the_variable(tmp_path: Path) -> None:
    assert find_paths(tmp_path, {"AGENT_TUI_HOME": "/elsewhere"}).config == tmp_path / "config"


def test_an_empty_variable_is_no_home() -> None:
    assert find_paths(None, {"AGENT_TUI_HOME": ""}) == find_paths(None, {})


def test_a_relative_home_does_not_move_with_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert find_paths(Path("desk"), {}).data == tmp_path / "desk" / "data"


def test_without_a_home_the_folders_of_the_platform_are_four(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", f"/xdg/{name.lower()}")

    paths = find_paths(None, {})

    assert {paths.config.name, paths.data.name, paths.state.name, paths.cache.name} == {"agent-tui"}
    assert len({paths.config, paths.data, paths.state, paths.cache}) == 4


def test_folders_are_made_private_all_the_way_down(tmp_path: Path) -> None:
    make_private(tmp_path / "a" / "b")

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match=r"file is not a folder"):
        make_private(tmp_path / "file")


def test_a_folder_below_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match=r"cannot be made: not a directory; .*--home"):
        make_private(tmp_path / "file" / "folder")


def test_what_everybody_can_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)

    with pytest.raises(ConfigError, match=r"Everybody can write .*chmod go-w"):
        refuse_shared(tmp_path)


def test_what_is_not_there_is_not_refused(tmp_path: Path) -> None:
    refuse_shared(tmp_path / "nothing")


def test_a_written_file_is_private_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "new" / "file.toml"

    write_private(target, b"x = 1\n")
    write_private(target, b"x = 2\n")

    assert target.read_bytes() == b"x = 2\n"
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(target.parent.iterdir()) == [target]


def test_writing_does_not_follow_a_link_laid_in_wait(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("alive")
    target = tmp_path / "config" / "file.toml"
    target.parent.mkdir(mode=0o700)
    target.symlink_to(canary)

    write_private(target, b"x = 1\n")

    assert canary.read_text() == "alive"
    assert not target.is_symlink()


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "config" / "file.toml"
    write_private(target, b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ConfigError, match="no space left on device"):
        write_private(target, b"new")

    assert target.read_bytes() == b"old"
    assert list(target.parent.iterdir()) == [target]

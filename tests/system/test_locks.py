"""One at a time, and nothing is left open when the lock is not had."""

import os
from pathlib import Path

import pytest

from agent_tui.config.errors import ConfigError
from agent_tui.config.files import locked
from agent_tui.system import locks


def _open_descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "held"
    path.write_text("")
    return path


def test_a_second_hold_has_to_wait_for_the_first(file: Path) -> None:
    first = locks.hold(file)
    assert first is not None

    assert locks.hold(file) is None

    os.close(first)
    second = locks.hold(file)
    assert second is not None
    os.close(second)


def test_who_waits_in_vain_leaves_nothing_open(file: Path) -> None:
    first = locks.hold(file)
    assert first is not None
    before = _open_descriptors()

    locks.hold(file)

    assert _open_descriptors() == before
    os.close(first)


def test_a_file_that_was_written_anew_is_not_held_by_its_old_self(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def after_a_wait(_: int) -> bool:
        file.unlink()
        file.write_text("new")
        return True

    monkeypatch.setattr(locks, "_locked", after_a_wait)

    assert locks.hold(file) is None


def test_a_file_that_vanishes_meanwhile_leaves_nothing_open(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def after_a_wait(_: int) -> bool:
        file.unlink()
        return True

    monkeypatch.setattr(locks, "_locked", after_a_wait)
    before = _open_descriptors()

    with pytest.raises(ConfigError, match="cannot be read: no such file"), locked(file):
        pytest.fail("held what is not there")

    assert _open_descriptors() == before


def test_a_folder_is_held_too(tmp_path: Path) -> None:
    with locked(tmp_path):
        assert locks.hold(tmp_path) is None


def test_somebody_else_s_lock_is_not_waited_for_for_ever(file: Path) -> None:
    with (
        locked(file),
        pytest.raises(ConfigError, match="for too long"),
        locked(file, patience_s=0),
    ):
        pytest.fail("held twice")

"""What can be said of a file is said, and no way to it raises."""

import errno
import os
from pathlib import Path

import pytest

from agent_tui.system.files import is_there, size_of


def test_a_file_is_there_with_its_size_and_a_folder_is_none(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"four")

    assert (is_there(file), size_of(str(file))) == (True, 4)
    assert not is_there(tmp_path)


@pytest.mark.parametrize("path", ["", "/nowhere/a.pdf", "a\0b", "x" * 5_000])
def test_what_cannot_be_found_is_not_there(path: str) -> None:
    assert not is_there(path)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EIO, errno.ENOTCONN, errno.ESTALE])
def test_a_file_on_a_drive_that_has_gone_is_not_there(
    code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def gone(*_: object, **__: object) -> os.stat_result:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "stat", gone)

    assert (is_there(tmp_path / "a.pdf"), size_of(tmp_path / "a.pdf")) == (False, 0)

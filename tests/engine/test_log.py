"""The log is private, rotates, and keeps secrets to itself."""

import logging
from pathlib import Path

import pytest

from agent_tui.config.errors import ConfigError
from agent_tui.config.mask import masker_of
from agent_tui.engine import log as engine_log
from agent_tui.engine.log import account_log, open_log

SECRET = "sk-live-CANARY-7"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "agent-tui.log"


def text(path: Path) -> str:
    for handler in logging.getLogger("agent_tui").handlers:
        handler.flush()
    return path.read_text("utf-8")


def test_only_its_owner_can_read_it(path: Path) -> None:
    open_log(path).info("hello")

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_secret_of_one_account_is_masked_in_all_logs(path: Path) -> None:
    log = open_log(path)
    masker_of(account_log("shop")).add(SECRET)

    log.warning("server said %s", SECRET)
    account_log("other").warning("and again %s", SECRET)
    log.error("crash", exc_info=ValueError(SECRET))

    assert SECRET not in text(path)
    assert "server said ******" in text(path)


def test_old_files_are_kept_private_and_few(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_log, "_MOST_BYTES", 200)
    log = open_log(path)

    for number in range(50):
        log.info("line %d of a long day", number)

    files = sorted(path.parent.iterdir())
    assert len(files) == 4
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_link_laid_in_wait_is_not_followed(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    canary = tmp_path / "canary"
    canary.write_text("untouched")
    path.symlink_to(canary)

    with pytest.raises(ConfigError, match="symbolic"):
        open_log(path)
    assert canary.read_text() == "untouched"

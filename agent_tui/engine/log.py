"""The engine's log: a private file that rotates, without secrets and message texts."""

import logging
import os
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from agent_tui.config.errors import ConfigError
from agent_tui.config.mask import Masker
from agent_tui.config.paths import make_private
from agent_tui.system import private

_ROOT = "agent_tui"
_MOST_BYTES = 2_000_000
_OLD_FILES = 3


class PrivateFile(RotatingFileHandler):
    """A rotating file of mode 0600; a full disk silences it and stops nothing."""

    def _open(self) -> TextIOWrapper:
        handle = private.opened(self.baseFilename, private.APPEND)
        return os.fdopen(handle, "a", encoding="utf-8")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - of logging
        """Nothing is written to stderr: it may be somebody's screen."""


def open_log(path: Path) -> logging.Logger:
    """The log at ``path``, its folder made when missing; its masker knows every secret fetched.

    Raises ConfigError when it cannot be opened.
    """
    make_private(path.parent)
    try:
        handler = PrivateFile(path, maxBytes=_MOST_BYTES, backupCount=_OLD_FILES)
    except OSError as error:
        raise ConfigError(
            f"The log {path} cannot be opened: {(error.strerror or str(error)).lower()}; "
            "make it writable or choose another folder with --home."
        ) from error
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")
    )
    handler.addFilter(_MASKER)
    log = logging.getLogger(_ROOT)
    for old in list(log.handlers):
        log.removeHandler(old)
        old.close()
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    return log


def account_log(name: str) -> logging.Logger:
    """The log of one account; what its adapter fetches as a secret is masked in all logs."""
    log = logging.getLogger(f"{_ROOT}.account.{name}")
    for known in list(log.filters):
        log.removeFilter(known)
    log.addFilter(_MASKER)
    return log


def masked(text: str) -> str:
    """``text`` without any secret that this process has fetched."""
    return _MASKER.masked(text)


_MASKER = Masker()
"""One for the process: a secret of one account must not get out by another's log either."""

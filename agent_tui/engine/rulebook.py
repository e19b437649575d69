"""What the clocks go by, read again when the settings file has changed."""

import logging
import os
from dataclasses import dataclass

from agent_tui.config.errors import ConfigError
from agent_tui.config.load import load_settings
from agent_tui.config.paths import Paths
from agent_tui.model.targets import Rules

_Seen = tuple[int, int, int] | None
"""Time of change in ns, size and inode of the settings file; None: there is none."""

_NOT_READ: _Seen = (0, 0, 0)


@dataclass(slots=True)
class Rulebook:
    """Call it for the rules as the file has them now; a look that finds nothing new is cheap."""

    paths: Paths
    log: logging.Logger
    _seen: _Seen = _NOT_READ
    _rules: Rules | None = None

    def __call__(self) -> Rules | None:
        """With a mistake in the file the rules stay as they were; None: nobody has had any yet."""
        seen = self._look()
        if seen != self._seen:
            self._seen = seen
            try:
                self._rules = load_settings(self.paths, os.environ).clocks
            except ConfigError as error:
                self.log.warning("clocks: %s", error)
        return self._rules

    def _look(self) -> _Seen:
        try:
            status = self.paths.settings.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

"""Which errors are made for people."""

from agent_tui.actions.action import ActionError
from agent_tui.adapters.contract import AdapterError
from agent_tui.config.errors import ConfigError
from agent_tui.config.secrets import SecretProblem
from agent_tui.content.safe import safe_text
from agent_tui.query.syntax import QueryError
from agent_tui.store.database import StoreError

_FOR_PEOPLE = (ActionError, AdapterError, ConfigError, QueryError, SecretProblem, StoreError)


def sentence(error: Exception) -> str | None:
    """The error's own sentence, made safe for the terminal; None when it is a bug of ours."""
    return safe_text(str(error)) if isinstance(error, _FOR_PEOPLE) else None

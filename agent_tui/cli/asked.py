"""Secrets that a person is asked for at each start, because their accounts say so."""

import sys
from collections.abc import Sequence
from getpass import getpass

from agent_tui.config.accounts import AccountConfig, load_accounts
from agent_tui.config.paths import Paths


def ask_secrets(paths: Paths, accounts: Sequence[AccountConfig] | None = None) -> dict[str, str]:
    """Ask for every ``{ask = true}`` of ``accounts``, or of all, on the terminal.

    By account.option. Without a terminal nobody is asked, and those accounts say what is missing.
    """
    if not sys.stdin.isatty():
        return {}
    return {
        f"{account.name}.{option}": getpass(f"{option} of account {account.name}: ")
        for account in (load_accounts(paths) if accounts is None else accounts)
        for option, value in account.settings.items()
        if isinstance(value, dict) and value.get("ask") is True
    }

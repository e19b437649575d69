"""Secrets that a person is asked for at each start, because their accounts say so."""

from collections.abc import Sequence

from agent_tui.cli.ask import Asker
from agent_tui.config.accounts import AccountConfig, references
from agent_tui.config.secret_ref import AskRef


def ask_secrets(accounts: Sequence[AccountConfig], asker: Asker | None) -> dict[str, str]:
    """The answers to every ``{ask = true}`` of ``accounts``, by account.option.

    Without anybody to ask there are none, and those accounts say what is missing.
    """
    names = [
        ref.name
        for account in accounts
        for ref in references(account).values()
        if isinstance(ref, AskRef)
    ]
    return {name: asker.secret(f"Secret for {name}") for name in names} if asker else {}

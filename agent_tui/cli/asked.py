"""Secrets that a person is asked for at each start, because their accounts say so."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.cli.ask import Asker, say
from agent_tui.config.accounts import AccountConfig, references
from agent_tui.config.secret_ref import PASSPHRASE, AskRef, VaultRef, vault_key

if TYPE_CHECKING:
    from agent_tui.config.vault import Vault

_TRIES = 3


def ask_secrets(
    accounts: Sequence[AccountConfig],
    asker: Asker | None,
    env: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """The answers to every ``{ask = true}`` of ``accounts`` by account.option, and the keys of the
    encrypted files that hold secrets of theirs.

    Without anybody to ask, and without the passphrase in ``env``, there are none, and those
    accounts say what is missing.
    """
    refs = [ref for account in accounts for ref in references(account).values()]
    found = _opened([ref for ref in refs if isinstance(ref, VaultRef)], asker, env)
    if asker:
        names = [ref.name for ref in refs if isinstance(ref, AskRef)]
        found |= {name: asker.secret(f"Secret for {name}") for name in names}
    return found


def open_vault_of(path: Path, asker: Asker | None, env: Mapping[str, str] = os.environ) -> "Vault":
    """Open the encrypted file with the passphrase in ``env`` or the person's; a new one is begun
    with what they say twice. Raises VaultProblem."""
    from agent_tui.config.vault import VaultProblem, WrongPassphrase, open_vault

    if given := env.get(PASSPHRASE):
        return open_vault(path, given)
    if asker is None:
        raise VaultProblem(f"{path} needs its passphrase; set {PASSPHRASE}.")
    if not path.exists():
        return open_vault(path, _new_passphrase(path, asker))
    for tries_left in reversed(range(_TRIES)):
        try:
            return open_vault(path, asker.secret(f"Passphrase of {path}"))
        except WrongPassphrase as problem:
            if not tries_left:
                raise
            say(str(problem))
    raise AssertionError("the last try returns or raises")


def _opened(
    refs: Sequence[VaultRef], asker: Asker | None, env: Mapping[str, str]
) -> dict[str, str]:
    found: dict[str, str] = {}
    if not refs:  # most have none, and start without what it takes
        return found
    from agent_tui.config.vault import VaultProblem

    for path in dict.fromkeys(ref.path for ref in refs):
        if asker is None and PASSPHRASE not in env:
            continue
        try:
            # Its key, not what lies in it: that may change, and is put back, while we run.
            found[vault_key(path)] = open_vault_of(path, asker, env).key
        except VaultProblem as problem:
            say(str(problem))
    return found


def _new_passphrase(path: Path, asker: Asker) -> str:
    for _ in range(_TRIES):
        first = asker.secret(f"A passphrase for the new file {path}")
        if first == asker.secret("Once more"):
            return first
        say("These are not the same.")
    from agent_tui.config.vault import VaultProblem

    raise VaultProblem("The two were never the same; nothing was saved.")

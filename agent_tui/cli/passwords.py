"""Where the secret of a new account comes from, and where it is kept."""

import argparse
import secrets
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path

from agent_tui.cli import asked
from agent_tui.cli.ask import Asker, say
from agent_tui.config.accounts import AccountConfig
from agent_tui.config.errors import ConfigError
from agent_tui.config.files import write_private
from agent_tui.config.secret_ref import (
    VAULT,
    AskRef,
    CommandRef,
    EnvRef,
    FileRef,
    SecretRef,
    VaultRef,
)
from agent_tui.config.secrets import SecretProblem, store_secret
from agent_tui.config.vault import VaultProblem

SERVICE = "agent-tui"
"""Our service in the keyring."""


@dataclass(frozen=True, slots=True)
class Password:
    """A secret that is known, one that is only referred to, or both (asked at each start)."""

    typed: str | None = field(default=None, repr=False)
    ref: SecretRef | None = None  # None: still to be kept somewhere
    encrypted: bool = False  # in our file rather than in the keyring


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say where the secret is; none of them holds it."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--password-env", metavar="VAR", help="it is in an environment variable")
    where.add_argument("--password-cmd", metavar="COMMAND", help="a command prints it")
    where.add_argument("--password-file", metavar="FILE", help="it is in a file of mode 0600")
    where.add_argument(
        "--password-keyring",
        action="store_true",
        help="keep it in the keyring; without a terminal it is the first line of stdin",
    )
    where.add_argument(
        "--password-vault",
        action="store_true",
        help="keep it in a file of ours that a passphrase opens",
    )
    where.add_argument("--ask", action="store_true", help="ask for it at each start")


def named(args: argparse.Namespace) -> bool:
    """Whether ``args`` say where a secret is."""
    ways = (args.password_env, args.password_cmd, args.password_file)
    return any(ways) or args.password_keyring or args.password_vault or args.ask


def obtain(args: argparse.Namespace, name: str, asker: Asker | None) -> Password:
    """The secret called ``name`` (account.option) as ``args`` say, or as the person answers.

    Raises ConfigError when nothing says where it is.
    """
    if args.password_env:
        return Password(ref=EnvRef(args.password_env))
    if args.password_cmd:
        return Password(ref=_command(args.password_cmd))
    if args.password_file:
        return Password(ref=FileRef(Path(args.password_file).expanduser().absolute()))
    if args.ask:
        return Password(asker.secret(f"Secret for {name}") if asker else None, AskRef(name))
    if asker:
        typed = asker.secret(f"Secret for {name} (not shown)")
        return Password(typed, encrypted=args.password_vault)
    if args.password_keyring or args.password_vault:
        return Password(sys.stdin.readline().rstrip("\r\n"), encrypted=args.password_vault)
    raise ConfigError(
        "Say where the password is: --password-env VAR, --password-cmd COMMAND, "
        "--password-file FILE, --password-keyring or --password-vault (both read it from stdin), "
        "or --ask."
    )


def keep(password: Password, account: AccountConfig, option: str, asker: Asker | None) -> SecretRef:
    """Put the secret where it stays, and give the reference to it: the keyring if that works.

    Raises SecretProblem when it does not and nobody can be asked for another place.
    """
    if password.ref is not None:
        return password.ref
    typed = password.typed or ""
    if password.encrypted:
        return _into_vault(typed, account, option, asker)
    # The last part keeps accounts of the same name under another --home apart.
    user = f"{account.name}.{option}.{secrets.token_hex(2)}"
    try:
        ref = store_secret(SERVICE, user, typed)
    except SecretProblem as problem:
        if asker is None:
            raise
        say(str(problem))
        return _elsewhere(typed, account, option, asker)
    say(f"The secret is in the keyring as {SERVICE}/{user}.")
    return ref


def _elsewhere(typed: str, account: AccountConfig, option: str, asker: Asker) -> SecretRef:
    places = (
        "a file of ours that a passphrase opens, asked at each start",
        "ask for it at each start",
        "run a command that prints it, such as: pass show shop",
        "read an environment variable",
        "write it to a file that only you can read, unencrypted",
    )
    match asker.choice("Where shall the secret come from?", places):
        case 0:
            return _into_vault(typed, account, option, asker)
        case 1:
            return AskRef(f"{account.name}.{option}")
        case 2:
            return _command(asker.text("Command"))
        case 3:
            return EnvRef(asker.text("Variable"))
        case _:
            path = secret_file(account)
            write_private(path, f"{typed}\n".encode())
            return FileRef(path)


def _into_vault(typed: str, account: AccountConfig, option: str, asker: Asker | None) -> VaultRef:
    ref = VaultRef(f"{account.name}.{option}", account.path.with_name(VAULT))
    try:
        opened = asked.open_vault_of(ref.path, asker)
        opened.put(ref.name, typed)
    except VaultProblem as problem:
        raise SecretProblem(str(problem)) from problem
    say(f"The secret is in {ref.path}; its passphrase is asked once at each start.")
    return ref


def secret_file(account: AccountConfig) -> Path:
    """Where a secret lies that the person chose to keep in a file of ours."""
    return account.path.with_suffix(".secret")


def _command(text: str) -> CommandRef:
    try:
        argv = shlex.split(text)
    except ValueError as error:
        raise ConfigError(f"The command '{text}' cannot be read: {error}.".lower()) from error
    if not argv:
        raise ConfigError("The command for the password is empty; name one that prints it.")
    return CommandRef(tuple(argv))

"""Account files: one TOML file per account, written by us and open to a person's editor."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from agent_tui.config.errors import ConfigError, reason
from agent_tui.config.files import write_private
from agent_tui.config.paths import Paths, refuse_shared
from agent_tui.config.secret_ref import NotAReference, SecretRef, parse_ref, ref_table
from agent_tui.config.toml import Source, read_source, shown
from agent_tui.config.values import Declared, checked, unknown

_NAME = re.compile(r"[a-z0-9-]{1,32}")


@dataclass(frozen=True, slots=True)
class AccountConfig:
    """An account file, read but not yet held against its adapter's options."""

    name: str
    adapter: str
    settings: dict[str, object] = field(repr=False)  # somebody may have put a secret there
    path: Path
    problem: str = ""  # why the file cannot be used; one sentence


class DeclaredOption(Declared, Protocol):
    """An option as adapters declare it; the contract's ``Option`` is one."""

    @property
    def help(self) -> str: ...
    @property
    def default(self) -> object: ...
    @property
    def optional(self) -> bool: ...
    @property
    def secret(self) -> bool: ...


def load_accounts(paths: Paths) -> list[AccountConfig]:
    """All account files by name, read only as TOML; a broken one has a ``problem``.

    Raises ConfigError when the folder of accounts cannot be read, or is not ours alone to
    write: its files name commands that are run.
    """
    refuse_shared(paths.config)
    refuse_shared(paths.accounts)
    try:
        files = sorted(paths.accounts.iterdir(), key=lambda path: path.stem)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigError(f"{paths.accounts} cannot be read: {reason(error)}.") from error
    return [_loaded(path) for path in files if path.suffix == ".toml" and path.name[0] != "."]


def find_account(paths: Paths, name: str) -> AccountConfig:
    """The account called ``name``. Raises ConfigError, with the names there are, when none is."""
    accounts = {account.name: account for account in load_accounts(paths)}
    if name not in accounts:
        known = ", ".join(accounts) or "none yet; add one with 'agent-tui account add'"
        raise ConfigError(f"There is no account '{name}'; accounts: {known}.")
    return accounts[name]


def validate(config: AccountConfig, options: Sequence[DeclaredOption]) -> dict[str, object]:
    """The account's settings held against ``options``, with defaults filled in.

    Secrets are :data:`SecretRef` in the result, options left out are their default or None.
    Raises ConfigError with file, line, key and what is allowed.
    """
    if config.problem:
        raise ConfigError(config.problem)
    source = read_source(config.path)
    source.table()  # only TOML has lines to point at, and the file may have been edited since
    by_name = {option.name: option for option in options}
    for name in config.settings:
        if name not in by_name:
            what = f"an option of the adapter '{config.adapter}'"
            raise unknown(source, (name,), what, tuple(by_name))
    return {option.name: _option(source, config, option) for option in options}


def references(config: AccountConfig) -> dict[str, SecretRef]:
    """The references to secrets in the account, by option; what is none is left out."""
    found = {}
    for name, value in config.settings.items():
        with suppress(NotAReference):
            found[name] = _parsed(config, name, value)
    return found


def check_name(name: str) -> str:
    """``name`` when an account may be called so; raises ConfigError otherwise."""
    if _NAME.fullmatch(name) is None:
        raise ConfigError(
            f"'{name}' cannot name an account; use 1 to 32 of the characters a-z, 0-9 and -."
        )
    return name


def new_account(
    paths: Paths, name: str, adapter: str, settings: Mapping[str, object]
) -> AccountConfig:
    """An account that is not saved yet. Raises ConfigError for a name that will not do."""
    path = paths.accounts / f"{check_name(name)}.toml"
    return AccountConfig(name, adapter, {**settings}, path)


def save_account(account: AccountConfig) -> None:
    """Write the account's file, whole or not at all, mode 0600. Raises ConfigError."""
    import tomli_w

    check_name(account.name)
    table = {"adapter": account.adapter} | {
        name: _as_toml(value) for name, value in account.settings.items() if value is not None
    }
    write_private(account.path, tomli_w.dumps(table).encode())


def remove_account(account: AccountConfig) -> None:
    """Remove the account's file. Raises ConfigError when it cannot be removed."""
    try:
        account.path.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"{account.path} cannot be removed: {reason(error)}.") from error


def _loaded(path: Path) -> AccountConfig:
    account = AccountConfig(path.stem, "", {}, path)
    try:
        check_name(account.name)
        refuse_shared(path)
        source = read_source(path)
        table = source.table()
        adapter = table.pop("adapter", None)
        if not isinstance(adapter, str) or not adapter:
            found = "is missing" if adapter is None else f"must be text, not {shown(adapter)}"
            raise source.fault(("adapter",), f"'adapter' {found}; name one, such as \"imap\".")
    except ConfigError as error:
        return replace(account, problem=str(error))
    return replace(account, adapter=adapter, settings=table)


def _option(source: Source, config: AccountConfig, option: DeclaredOption) -> object:
    key = (option.name,)
    if option.name not in config.settings:
        if option.default is None and not option.optional:
            raise source.fault(key, f"'{option.name}' is missing: {option.help.rstrip('.')}.")
        return option.default
    value = config.settings[option.name]
    return (
        _ref(source, config, option.name, value)
        if option.secret
        else checked(source, key, option, value)
    )


def _ref(source: Source, config: AccountConfig, name: str, value: object) -> SecretRef:
    try:
        return _parsed(config, name, value)
    except NotAReference as error:
        raise source.fault((name,), f"'{name}' {error}.") from error


def _parsed(config: AccountConfig, name: str, value: object) -> SecretRef:
    if isinstance(value, SecretRef):
        return value
    return parse_ref(value, f"{config.name}.{name}", config.path.parent)


def _as_toml(value: object) -> object:
    if isinstance(value, SecretRef):
        return ref_table(value)
    return value

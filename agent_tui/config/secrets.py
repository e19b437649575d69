"""Fetches the secret behind a reference; only the engine and the command line import this."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from agent_tui.config import keystore, vault
from agent_tui.config.errors import ConfigError, reason
from agent_tui.config.files import read_private, write_private
from agent_tui.config.secret_ref import (
    PASSPHRASE,
    AskRef,
    CommandRef,
    EnvRef,
    FileRef,
    KeyringRef,
    SecretRef,
    VaultRef,
    vault_key,
)
from agent_tui.system import processes

COMMAND_LIMIT_S = 30.0

_LONGEST = 64 * 1024
"""Bytes of a secret, OAuth tokens and keys included."""


class SecretProblem(Exception):  # noqa: N818 - a state of the world
    """A secret cannot be had; ``str()`` is one sentence without the secret."""


def resolve(
    ref: SecretRef, *, asked: Mapping[str, str], env: Mapping[str, str] = os.environ
) -> str:
    """The secret behind ``ref``; ``asked`` has the answers to ``{ask = true}`` by account.option,
    and the key of the encrypted file.

    Raises SecretProblem. A command has 30 s, the keyring 3.
    """
    secret = _fetched(ref, asked, env)
    if not secret:
        raise SecretProblem(f"The secret of {_place(ref)} is empty; store it again.")
    return secret


def store_secret(service: str, user: str, secret: str) -> KeyringRef:
    """Put ``secret`` into the keyring, read it back, and give the reference to it.

    Raises SecretProblem when there is no usable keyring or it did not keep the secret.
    """
    try:
        keystore.write(service, user, secret)
    except keystore.KeyringProblem as problem:
        raise SecretProblem(f"{problem}; choose another place for the secret.") from problem
    return KeyringRef(service, user)


def replace_secret(ref: SecretRef, secret: str, *, asked: Mapping[str, str]) -> None:
    """Put ``secret`` in the place of the one behind ``ref``; it is kept when this returns.

    ``asked`` as in :func:`resolve`. Raises SecretProblem when it could not be written, or only
    its owner knows how.
    """
    try:
        match ref:
            case KeyringRef(service, user):
                keystore.write(service, user, secret)
            case FileRef(path):
                write_private(path, f"{secret}\n".encode())
            case VaultRef(name, path) if vault_key(path) in asked:
                vault.opened_by(path, asked[vault_key(path)]).put(name, secret)
            case _:
                raise SecretProblem(f"agent-tui cannot change the secret of {_place(ref)}.")
    except (keystore.KeyringProblem, ConfigError, vault.VaultProblem) as problem:
        raise SecretProblem(f"{str(problem).rstrip('.')}.") from problem


def forget_secret(ref: SecretRef) -> bool:
    """Remove the secret behind ``ref`` where we are its keeper: in the keyring or in our encrypted
    file. True if so.

    Raises SecretProblem.
    """
    if isinstance(ref, VaultRef):
        try:
            vault.forget(ref.path, ref.name)
        except vault.VaultProblem as problem:
            raise SecretProblem(str(problem)) from problem
        return True
    if not isinstance(ref, KeyringRef):
        return False
    try:
        keystore.forget(ref.service, ref.user)
    except keystore.KeyringProblem as problem:
        raise SecretProblem(f"{problem}; the secret of {_place(ref)} is still there.") from problem
    return True


def _fetched(ref: SecretRef, asked: Mapping[str, str], env: Mapping[str, str]) -> str:
    match ref:
        case KeyringRef():
            return _from_keyring(ref)
        case CommandRef(argv):
            return _from_command(argv)
        case EnvRef(variable) if variable in env:
            return env[variable]
        case EnvRef(variable):
            raise SecretProblem(f"The environment variable {variable} is not set; set it.")
        case FileRef(path):
            return _from_file(path)
        case AskRef(name) if name in asked:
            return asked[name]
        case VaultRef(name, path) if vault_key(path) in asked:
            return _from_vault(name, path, asked[vault_key(path)])
        case VaultRef(name, path):
            raise SecretProblem(
                f"Nobody gave the passphrase of {path}, so {name} cannot be read; start "
                f"agent-tui in a terminal or set {PASSPHRASE}."
            )
        case AskRef(name):
            raise SecretProblem(f"Nobody was asked for {name}; start agent-tui in a terminal.")


def _place(ref: SecretRef) -> str:
    match ref:
        case KeyringRef(service, user):
            return f"'{service}/{user}' in the keyring"
        case CommandRef(argv):
            return f"the command '{argv[0]}'"
        case EnvRef(variable):
            return f"the environment variable {variable}"
        case FileRef(path):
            return f"the file {path}"
        case AskRef(name):
            return name
        case VaultRef(name, path):
            return f"'{name}' in {path}"


def _from_keyring(ref: KeyringRef) -> str:
    try:
        secret = keystore.read(ref.service, ref.user)
    except keystore.KeyringProblem as problem:
        raise SecretProblem(
            f"{problem}; unlock it, or keep the secret of '{ref.service}/{ref.user}' elsewhere."
        ) from problem
    if secret is None:
        raise SecretProblem(
            f"The keyring has no '{ref.service}/{ref.user}'; store it with: "
            f"keyring set {ref.service} {ref.user}"
        )
    return secret


def _from_vault(name: str, path: Path, key: str) -> str:
    try:
        return vault.opened_by(path, key).get(name) or ""
    except vault.WrongPassphrase as problem:
        raise SecretProblem(f"{path} was made anew; start agent-tui again.") from problem
    except vault.VaultProblem as problem:
        raise SecretProblem(str(problem)) from problem


def _from_command(argv: tuple[str, ...]) -> str:
    try:
        # A session of its own: it cannot prompt on our screen, and dies with its children.
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise SecretProblem(
            f"The command '{argv[0]}' cannot be started: {reason(error)}."
        ) from error
    with process:
        try:
            output, _ = process.communicate(timeout=COMMAND_LIMIT_S)
        except subprocess.TimeoutExpired as error:
            processes.kill_all(process)
            raise SecretProblem(
                f"The command '{argv[0]}' gave no secret within {COMMAND_LIMIT_S:.0f} s; "
                "run it by hand to see what it waits for."
            ) from error
    if process.returncode:
        raise SecretProblem(
            f"The command '{argv[0]}' failed with exit code {process.returncode}; "
            "run it by hand to see why."
        )
    return _first_line(output, CommandRef(argv))


def _from_file(path: Path) -> str:
    try:
        return _first_line(read_private(path, _LONGEST), FileRef(path))
    except ConfigError as problem:
        raise SecretProblem(str(problem)) from problem


def _first_line(output: bytes, ref: SecretRef) -> str:
    try:
        return output[:_LONGEST].split(b"\n", 1)[0].rstrip(b"\r").decode()
    except UnicodeDecodeError:
        # Not chained: the error quotes the secret's bytes.
        raise SecretProblem(f"The secret of {_place(ref)} is not UTF-8 text.") from None

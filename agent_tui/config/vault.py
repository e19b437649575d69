"""Secrets in a file, encrypted with a passphrase: for machines without a keyring.

The key is made of the passphrase by scrypt (RFC 7914) with OWASP's parameters; each secret is
sealed by itself with AES-256-GCM, bound to its name, so that one can be removed without the
passphrase. A sealed known word tells a wrong passphrase from a damaged file.
"""

import hashlib
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent_tui.config.errors import ConfigError
from agent_tui.config.files import locked, read_private, write_private
from agent_tui.config.paths import make_private

_VERSION = 1
_N, _R, _P = 1 << 16, 8, 2
_MEMORY = 128 * _N * _R * 2
_SALT, _NONCE, _KEY = 16, 12, 32
_PROOF = "agent-tui"
_LONGEST = 1 << 20


class VaultProblem(Exception):  # noqa: N818 - a state of the world
    """The file cannot be used; ``str()`` is one sentence without any secret."""


class WrongPassphrase(VaultProblem):
    """The passphrase is not the file's."""


@dataclass(frozen=True, slots=True)
class _Sealed:
    salt: bytes
    proof: str
    secrets: dict[str, str]


class Vault:
    """An opened file; its secrets by name (account.option)."""

    def __init__(self, path: Path, sealed: _Sealed, key: bytes) -> None:
        self._path, self._sealed, self._key = path, sealed, key

    def __repr__(self) -> str:
        return f"<Vault {self._path}>"

    def get(self, name: str) -> str | None:
        """The secret called so. Raises VaultProblem when somebody has tampered with it."""
        box = self._sealed.secrets.get(name)
        return None if box is None else _unseal(self._key, name, box, self._path)

    @property
    def key(self) -> str:
        """What :func:`opened_by` takes instead of the passphrase; to be kept in memory only."""
        return b64encode(self._key).decode()

    def put(self, name: str, secret: str) -> None:
        """Keep ``secret`` beside what others have put there meanwhile; on disk when this returns.

        Raises VaultProblem.
        """
        with _alone(self._path):
            if self._path.exists():
                self._sealed = _read(self._path)
                _unlock(self._path, self._sealed, self._key)
            self._sealed.secrets[name] = _seal(self._key, name, secret)
            _write(self._path, self._sealed)


def open_vault(path: Path, passphrase: str) -> Vault:
    """Open the file at ``path``; one that is not there is begun with this passphrase.

    Takes some 0.3 s and 64 MB, on purpose. Raises WrongPassphrase, VaultProblem.
    """
    if not passphrase:
        raise WrongPassphrase("An empty passphrase protects nothing; choose a longer one.")
    if not path.exists():
        salt = os.urandom(_SALT)
        key = _key(passphrase, salt)
        return Vault(path, _Sealed(salt, _seal(key, "", _PROOF), {}), key)
    sealed = _read(path)
    key = _key(passphrase, sealed.salt)
    _unlock(path, sealed, key)
    return Vault(path, sealed, key)


def opened_by(path: Path, key: str) -> Vault:
    """The file as it is now, opened by the key of the vault that the passphrase opened before.

    Raises WrongPassphrase when it is another file by now, VaultProblem.
    """
    sealed, octets = _read(path), b64decode(key)
    _unlock(path, sealed, octets)
    return Vault(path, sealed, octets)


def forget(path: Path, name: str) -> None:
    """Remove a secret; needs no passphrase. Raises VaultProblem."""
    if not path.exists():
        return
    with _alone(path):
        sealed = _read(path)
        if sealed.secrets.pop(name, None) is not None:
            _write(path, sealed)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """While nobody else changes the file; its folder is held, since the file is replaced."""
    try:
        make_private(path.parent)
        with locked(path.parent):
            yield
    except ConfigError as error:
        raise VaultProblem(str(error)) from error


def _unlock(path: Path, sealed: _Sealed, key: bytes) -> None:
    """Raises WrongPassphrase unless ``key`` is the file's."""
    try:
        _unseal(key, "", sealed.proof, path)
    except VaultProblem:
        raise WrongPassphrase(f"That is not the passphrase of {path}.") from None


def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        passphrase.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY, dklen=_KEY
    )


def _seal(key: bytes, name: str, secret: str) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE)
    return b64encode(nonce + AESGCM(key).encrypt(nonce, secret.encode(), name.encode())).decode()


def _unseal(key: bytes, name: str, box: str, path: Path) -> str:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        held = b64decode(box, validate=True)
        return AESGCM(key).decrypt(held[:_NONCE], held[_NONCE:], name.encode()).decode()
    except (InvalidTag, ValueError):
        # Not chained: the error may hold a part of the secret.
        raise VaultProblem(f"The secret '{name}' in {path} was changed; store it again.") from None


def _read(path: Path) -> _Sealed:
    try:
        data = read_private(path, _LONGEST)
    except ConfigError as problem:
        raise VaultProblem(str(problem)) from problem
    try:
        held = json.loads(data)
        if held["version"] != _VERSION:
            raise VaultProblem(f"{path} is of a newer agent-tui; update agent-tui.")
        boxes = {str(name): str(box) for name, box in held["secrets"].items()}
        return _Sealed(b64decode(held["salt"]), str(held["proof"]), boxes)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise VaultProblem(
            f"{path} is damaged; move it away and store the secrets again."
        ) from None


def _write(path: Path, sealed: _Sealed) -> None:
    held = {
        "version": _VERSION,
        "salt": b64encode(sealed.salt).decode(),
        "proof": sealed.proof,
        "secrets": sealed.secrets,
    }
    try:
        write_private(path, json.dumps(held, indent=1).encode() + b"\n")
    except ConfigError as error:
        raise VaultProblem(str(error)) from error

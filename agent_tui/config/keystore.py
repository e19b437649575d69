"""The system's keyring, asked so that it can neither hang us nor write on our terminal.

A locked Secret Service waits for ever for a window that nobody sees over SSH, and some back ends
ask for their password on the terminal. Every call therefore runs in a daemon thread with a time
limit, and such back ends are never asked.
"""

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

LIMIT_S = 3.0

_T = TypeVar("_T")

_REFUSED = ("keyrings.alt.", "keyrings.cryptfile.")
"""Packages whose back ends prompt on the terminal or keep passwords in plain files."""


class KeyringProblem(Exception):  # noqa: N818 - a state of the machine
    """The keyring cannot be used; ``str()`` is one sentence."""


class Backend(Protocol):
    """The part of ``keyring``'s back ends that we call."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


Backends = Callable[[], list[Backend]]
"""Finds the back ends; may take as long as it likes."""


def read(service: str, user: str, backends: Backends | None = None) -> str | None:
    """The secret of ``user`` at ``service``, or None. Raises KeyringProblem."""

    def ask() -> str | None:
        found = (backend.get_password(service, user) for backend in _usable(backends))
        return next((secret for secret in found if secret is not None), None)

    return _limited(ask)


def write(service: str, user: str, secret: str, backends: Backends | None = None) -> None:
    """Store a secret and read it back. Raises KeyringProblem, also when it was not kept."""

    def store() -> str | None:
        backend = _usable(backends)[0]
        backend.set_password(service, user, secret)
        return backend.get_password(service, user)

    if _limited(store) != secret:
        raise KeyringProblem("The keyring took the secret but did not keep it")


def forget(service: str, user: str, backends: Backends | None = None) -> None:
    """Remove a secret; one that is not there is fine. Raises KeyringProblem."""

    def remove() -> None:
        for backend in _usable(backends):
            if backend.get_password(service, user) is not None:
                backend.delete_password(service, user)

    _limited(remove)


def name(backends: Backends | None = None) -> str:
    """What the first usable back end calls itself. Raises KeyringProblem when there is none."""
    return _limited(lambda: str(getattr(_usable(backends)[0], "name", "keyring")))


def _usable(backends: Backends | None) -> list[Backend]:
    usable = [backend for backend in (backends or _installed)() if _may_be_asked(backend)]
    if not usable:
        raise KeyringProblem("This machine has no keyring that can be used without a prompt")
    return usable


def _may_be_asked(backend: Backend) -> bool:
    module = type(backend).__module__
    return not module.startswith(_REFUSED) and module not in (
        "keyring.backends.fail",
        "keyring.backends.null",
    )


def _installed() -> list[Backend]:
    import keyring
    from keyring.backends.chainer import ChainerBackend

    chosen = keyring.get_keyring()
    return list(chosen.backends) if isinstance(chosen, ChainerBackend) else [chosen]


def _limited(work: Callable[[], _T]) -> _T:
    results: list[_T] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - D-Bus, Keychain and plugins raise anything
            errors.append(error)

    thread = threading.Thread(target=run, name="keyring", daemon=True)
    thread.start()
    thread.join(LIMIT_S)
    if results:
        return results[0]
    if not errors:
        raise KeyringProblem(f"The keyring did not answer within {LIMIT_S:.0f} s; it may be locked")
    if isinstance(errors[0], KeyringProblem):
        raise errors[0]
    raise KeyringProblem(f"The keyring failed: {type(errors[0]).__name__}") from errors[0]

"""References to secrets, as account files hold them: where a secret is, never the secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class KeyringRef:
    """``{keyring = "service/user"}``: the system's keyring."""

    service: str
    user: str


@dataclass(frozen=True, slots=True)
class CommandRef:
    """``{cmd = ["pass", "show", "shop"]}``: the first line that a command prints."""

    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EnvRef:
    """``{env = "VARIABLE"}``: an environment variable."""

    variable: str


@dataclass(frozen=True, slots=True)
class FileRef:
    """``{file = "path"}``: the first line of a file of mode 0600."""

    path: Path


@dataclass(frozen=True, slots=True)
class AskRef:
    """``{ask = true}``: asked once at each start."""

    name: str  # account.option, the key under which the answer is handed on


@dataclass(frozen=True, slots=True)
class VaultRef:
    """``{vault = true}``: in the file that a passphrase opens, asked once at each start."""

    name: str  # account.option, under which it lies there and is handed on
    path: Path


SecretRef = KeyringRef | CommandRef | EnvRef | FileRef | AskRef | VaultRef

VAULT = "secrets.vault"
"""The encrypted file, beside the accounts' files."""

PASSPHRASE = "AGENT_TUI_PASSPHRASE"  # noqa: S105 - its name
"""The variable with the file's passphrase, where nobody can be asked."""


def vault_key(path: Path) -> str:
    """The name under which the key of the encrypted file is handed on, beside what lies in it."""
    return f"key of {path}"


FORMS = (
    '{keyring = "service/user"}, {cmd = ["program", "argument"]}, {env = "VARIABLE"}, '
    '{file = "path"}, {vault = true} or {ask = true}'
)


class NotAReference(ValueError):  # noqa: N818 - says what was found
    """The value is no reference to a secret; ``str()`` ends a sentence, and never repeats it."""


def parse_ref(value: object, name: str, base: Path) -> SecretRef:
    """The reference in ``value``; ``name`` is account.option, files are relative to ``base``.

    Raises NotAReference.
    """
    if isinstance(value, str):
        raise NotAReference(
            "must not hold the secret itself; remove it from the file, change it if others "
            f"have seen it, and say where it is kept: {FORMS}"
        )
    if not isinstance(value, Mapping) or len(value) != 1:
        raise NotAReference(f"must be one of {FORMS}")
    ((kind, target),) = value.items()
    ref = _ref(str(kind), target, name, base)
    if ref is None:
        raise NotAReference(f"must be one of {FORMS}")
    return ref


def ref_table(ref: SecretRef) -> dict[str, object]:
    """``ref`` as an account file holds it."""
    match ref:
        case KeyringRef(service, user):
            return {"keyring": f"{service}/{user}"}
        case CommandRef(argv):
            return {"cmd": list(argv)}
        case EnvRef(variable):
            return {"env": variable}
        case FileRef(path):
            return {"file": str(path)}
        case AskRef():
            return {"ask": True}
        case VaultRef():
            return {"vault": True}


def _ref(kind: str, target: object, name: str, base: Path) -> SecretRef | None:
    match kind, target:
        case "keyring", str() if "/" in target:
            service, _, user = target.partition("/")
            return KeyringRef(service, user)
        case "cmd", [_, *_] if all(isinstance(word, str) for word in target):
            return CommandRef(tuple(str(word) for word in target))
        case "env", str() if target:
            return EnvRef(target)
        case "file", str() if target:
            return FileRef(base / Path(target).expanduser())
        case "ask", True:
            return AskRef(name)
        case "vault", True:
            return VaultRef(name, base / VAULT)
    return None

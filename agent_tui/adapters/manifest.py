"""What an adapter says of itself in a file, so that it can be listed without being imported.

The file ``NAME.adapter.json`` lies beside the module of the adapter's entry point, or in its
folder where that is a package. It is a JSON object: ``name`` as in the entry point, ``title``,
``capabilities`` with the fields of ``model.account.Capabilities``, sets as sorted lists, and
``roles`` where they are not just ``channel``. The class is what counts; ``agent-tui plugin check``
holds the file against it.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from agent_tui.adapters.contract import AdapterInfo, Role
from agent_tui.adapters.registry import Found
from agent_tui.model.account import Capabilities, Counted, EffectKind
from agent_tui.model.conversation import Channel, Status

SUFFIX = ".adapter.json"
_MOST_BYTES = 100_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class ManifestProblem(Exception):  # noqa: N818 - a state of the package
    """The file cannot be used; ``str()`` is one sentence."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the file says."""

    name: str
    title: str
    capabilities: Capabilities
    roles: frozenset[Role] = frozenset({Role.CHANNEL})


def of(info: AdapterInfo) -> Manifest:
    """The manifest that belongs beside the class with ``info``."""
    return Manifest(info.name, info.title, info.capabilities, info.roles)


def dump(manifest: Manifest) -> str:
    """The file's text."""
    table: dict[str, object] = {
        "name": manifest.name,
        "title": manifest.title,
        "capabilities": as_json(manifest.capabilities),
    }
    if manifest.roles != {Role.CHANNEL}:
        table["roles"] = sorted(manifest.roles)
    return json.dumps(table, indent=2, ensure_ascii=False) + "\n"


def as_json(can: Capabilities) -> dict[str, object]:
    """Capabilities by the names of their fields, ready for JSON."""
    values: dict[str, object] = {name: getattr(can, name) for name in can.__slots__}
    return values | {"effects": sorted(can.effects), "statuses": sorted(can.statuses)}


def parse(text: str) -> Manifest:
    """The manifest that ``text`` is; capabilities left out are those of a class that has none.

    Keys that nobody knows are passed over: a newer program may have more of them. Raises
    ManifestProblem.
    """
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ManifestProblem("is not JSON") from error
    if not isinstance(table, dict):
        raise ManifestProblem("is not a JSON object")
    name, title, can = (table.get(key) for key in ("name", "title", "capabilities"))
    if not isinstance(name, str) or not isinstance(title, str) or not isinstance(can, dict):
        raise ManifestProblem(
            "must have the texts 'name' and 'title' and the object 'capabilities'"
        )
    return Manifest(name, title, _capabilities(can), _roles(table.get("roles")))


def read(found: Found) -> Manifest | None:
    """The manifest of an installed adapter; None without one. Imports nothing.

    Raises ManifestProblem.
    """
    if _NAME.fullmatch(found.name) is None:
        return None  # such a name could lead out of the folder
    module = found.entry.value.partition(":")[0].strip()
    for folder in _folders(module):
        path = folder / f"{found.name}{SUFFIX}"
        if path.is_file():
            return _read(path, found.name)
    return None


def _read(path: Path, name: str) -> Manifest:
    try:
        with path.open("rb") as file:
            manifest = parse(file.read(_MOST_BYTES).decode())
    except OSError as error:
        raise ManifestProblem(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ManifestProblem(f"{path} is not UTF-8.") from error
    except ManifestProblem as problem:
        raise ManifestProblem(f"{path} {problem}.") from problem
    if manifest.name != name:
        raise ManifestProblem(f"{path} speaks of '{manifest.name}', not of '{name}'.")
    return manifest


def _folders(module: str) -> Iterator[Path]:
    """Where the file of the adapter in ``module`` may lie.

    Only the top-level package is looked up: for any name below it Python would import those
    above. Raises ManifestProblem when it cannot be found.
    """
    top, *below = module.split(".")
    try:
        spec = find_spec(top)
    except (ImportError, ValueError, AttributeError) as error:
        raise ManifestProblem(f"The module '{top}' cannot be found ({error}).") from error
    if spec is None:
        raise ManifestProblem(f"The module '{top}' is not there; install its package again.")
    if spec.submodule_search_locations is None:  # one file
        yield from (Path(place).parent for place in [spec.origin] if place)
        return
    for place in spec.submodule_search_locations:
        inside = Path(place).joinpath(*below)
        yield inside if inside.is_dir() or not below else inside.parent


def _capabilities(table: Mapping[str, object]) -> Capabilities:
    if "channel" not in table:
        raise ManifestProblem("has capabilities without a 'channel'")
    known = [name for name in _FIELDS if name in table]
    values = {name: _value(name, table[name]) for name in known}
    return Capabilities(**values)  # type: ignore[arg-type]  # _FIELDS has each field's own type


def _roles(value: object) -> frozenset[Role]:
    """Roles that nobody knows are passed over, as keys are."""
    if value is None:
        return frozenset({Role.CHANNEL})
    if not isinstance(value, list):
        raise ManifestProblem("has 'roles' that are no list")
    return frozenset(role for role in Role if role.value in value)


def _value(name: str, value: object) -> object:
    try:
        return _FIELDS[name](value)
    except (TypeError, ValueError) as error:
        raise ManifestProblem(f"has a value for '{name}' that means nothing: {value!r}") from error


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise TypeError


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise TypeError


def _limit(value: object) -> int | None:
    return None if value is None else _number(value)


def _words(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(word) for word in value]
    raise TypeError


_FIELDS: Mapping[str, Callable[[object], object]] = {
    "channel": lambda value: Channel(str(value)),
    "effects": lambda value: frozenset(map(EffectKind, _words(value))),
    "statuses": lambda value: frozenset(map(Status, _words(value))),
    "push": _flag,
    "marks": _flag,
    "attach": _flag,
    "html": _flag,
    "reply_limit": _limit,
    "counted": lambda value: Counted(str(value)),
    "single_reply": _flag,
    "recipients": _flag,
    "idempotent": _flag,
    "source": _flag,
    "undo_ms": _number,
}
"""How each field of Capabilities is read."""

"""Finds adapters by entry point; imports one only when an account names it."""

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from agent_tui.adapters.contract import AccountProblem, Adapter

GROUP = "agent_tui.adapters"


@dataclass(frozen=True, slots=True)
class Found:
    """An installed adapter, not imported."""

    name: str
    package: str
    version: str
    entry: EntryPoint


def found() -> dict[str, Found]:
    """All installed adapters by name; costs tens of milliseconds, never before first paint."""
    return {entry.name: _found(entry) for entry in sorted(entry_points(group=GROUP))}


def load(name: str) -> type[Adapter]:
    """The adapter class called ``name``.

    Raises AccountProblem when nothing of that name is installed or its import fails.
    """
    adapters = found()
    if name not in adapters:
        known = ", ".join(adapters) or "none"
        raise AccountProblem(
            f"No adapter named '{name}' is installed; installed: {known}. "
            "Install the package that provides it or correct the account's adapter."
        )
    try:
        loaded = adapters[name].entry.load()
    except Exception as error:  # a plugin's import may raise anything
        raise AccountProblem(
            f"The adapter '{name}' of {adapters[name].package} {adapters[name].version} "
            f"cannot be loaded: {type(error).__name__}. Update or remove that package.",
            detail=repr(error),
        ) from error
    return _checked(name, loaded)


def _found(entry: EntryPoint) -> Found:
    dist = entry.dist
    return Found(entry.name, dist.name if dist else "?", dist.version if dist else "?", entry)


def _checked(name: str, loaded: object) -> type[Adapter]:
    if isinstance(loaded, type) and hasattr(loaded, "info") and hasattr(loaded, "pull"):
        return loaded
    raise AccountProblem(f"The adapter '{name}' is not an adapter class; tell its author.")

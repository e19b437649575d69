"""Finds adapters by entry point; imports one only when an account names it."""

from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions

from agent_tui.adapters.contract import AccountProblem, AnyAdapter, Role

GROUP = "agent_tui.adapters"
_NEEDS = {Role.CHANNEL: "pull", Role.CONTEXT: "lookup"}
"""The method without which an adapter does not have the role."""

OURS = "support-agent-tui"
"""The distribution that the built-in adapters come with."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something installed under a name, not imported."""

    name: str
    package: str
    version: str
    entry: EntryPoint

    @property
    def built_in(self) -> bool:
        """Whether it comes with the program itself."""
        return self.package == OURS


def found() -> dict[str, Found]:
    """All installed adapters by name; costs tens of milliseconds, never before first paint."""
    return survey()[0]


def survey(group: str = GROUP) -> tuple[dict[str, Found], list[str]]:
    """All that is installed in ``group`` by name, and a sentence about each that was left out.

    A package whose metadata cannot be read takes nobody else along. Of two that offer the same
    name the built-in one is taken, else the first by the packages' names.
    """
    offered: list[Found] = []
    problems: list[str] = []
    for dist in distributions():
        try:
            offered += _offered(dist, group)
        except Exception as error:  # noqa: BLE001 - half-removed packages raise what they like
            problems.append(_unread(dist, error))
    chosen: dict[str, Found] = {}
    for one in sorted(offered, key=lambda one: (one.name, not one.built_in, one.package)):
        taken = chosen.setdefault(one.name, one)
        if taken.package != one.package:
            problems.append(
                f"'{one.name}' of {one.package} is left out: {taken.package} offers that name, "
                "too. Remove one of the two packages."
            )
    return chosen, problems


def load(name: str) -> type[AnyAdapter]:
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


def _offered(dist: Distribution, group: str) -> list[Found]:
    """What ``dist`` offers; its METADATA is read only when that is anything."""
    entries = [entry for entry in dist.entry_points if entry.group == group]
    if entries and not (dist.name and dist.version):
        raise LookupError("no name or no version")
    return [Found(entry.name, dist.name, dist.version, entry) for entry in entries]


def _unread(dist: Distribution, error: Exception) -> str:
    where = getattr(dist, "_path", "a package")  # a broken METADATA holds no name
    return (
        f"What {where} says of itself cannot be read ({type(error).__name__}); "
        "install that package again or remove it."
    )


def _checked(name: str, loaded: object) -> type[AnyAdapter]:
    info = getattr(loaded, "info", None)
    roles = getattr(info, "roles", None) or {Role.CHANNEL}
    if isinstance(loaded, type) and info and all(hasattr(loaded, _NEEDS[one]) for one in roles):
        return loaded
    raise AccountProblem(f"The adapter '{name}' is not an adapter class; tell its author.")

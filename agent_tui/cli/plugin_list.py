"""``agent-tui plugin list``: every adapter found, without importing those that nobody uses."""

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent_tui.adapters import manifest, registry
from agent_tui.adapters.contract import AccountProblem, AdapterInfo, Role
from agent_tui.adapters.registry import Found
from agent_tui.cli import shape
from agent_tui.cli.ask import say
from agent_tui.cli.capable import in_words
from agent_tui.config.accounts import load_accounts
from agent_tui.config.paths import Paths
from agent_tui.content.safe import safe_line

_UNKNOWN = "not known until an account uses it"


@dataclass(frozen=True, slots=True)
class _Row:
    """An adapter as it is listed; ``says`` is None while nobody knows what it can do."""

    found: Found
    accounts: Sequence[str]
    says: manifest.Manifest | None
    problem: str


def add_verb(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser(
        "list",
        help="print the adapters that are installed",
        description="Print every adapter that is installed with its version, where it comes from "
        "and what it can do. An adapter that no account uses is not imported.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace, paths: Paths) -> int:
    adapters, problems = registry.survey()
    for problem in problems:
        say(problem)
    accounts = _accounts(paths)
    for found in adapters.values():
        row = _row(found, accounts.get(found.name, ()))
        if row.problem:
            say(row.problem)
        print(shape.line(_as_json(row)) if args.json else _shown(row))
    return 0


def _accounts(paths: Paths) -> Mapping[str, Sequence[str]]:
    """The names of accounts by the name of their adapter."""
    names: dict[str, list[str]] = defaultdict(list)
    for account in load_accounts(paths):
        names[account.adapter].append(account.name)
    return names


def _row(found: Found, accounts: Sequence[str]) -> _Row:
    """What the manifest says, else the class if an account needs that anyway."""
    problem = ""
    try:
        says = manifest.read(found)
    except manifest.ManifestProblem as error:
        says, problem = None, str(error)
    if says is None and accounts:
        try:
            says = _of_class(found.name)
        except AccountProblem as error:
            problem = str(error)
    return _Row(found, accounts, says, safe_line(problem))


def _of_class(name: str) -> manifest.Manifest:
    info = registry.load(name).info
    if not isinstance(info, AdapterInfo):
        raise AccountProblem(f"The adapter '{name}' has no AdapterInfo as 'info'; tell its author.")
    return manifest.of(info)


def _as_json(row: _Row) -> dict[str, object]:
    return {
        "name": safe_line(row.found.name),
        "title": safe_line(row.says.title) if row.says else None,
        "version": safe_line(row.found.version),
        "origin": _origin(row.found),
        "roles": sorted(row.says.roles) if row.says else None,
        "capabilities": manifest.as_json(row.says.capabilities) if row.says else None,
        "accounts": list(row.accounts),
        "problem": row.problem,
    }


def _shown(row: _Row) -> str:
    can = _roles(row.says) if row.says else _UNKNOWN
    used = f"; used by {', '.join(row.accounts)}" if row.accounts else ""
    found = row.found
    name, version = safe_line(found.name), safe_line(found.version)
    return f"{name:<12}  {version:<8}  {_origin(found):<20}  {can}{used}"


def _roles(says: manifest.Manifest) -> str:
    """What it can do in each of its roles."""
    found = [in_words(says.capabilities)] if Role.CHANNEL in says.roles else []
    found += ["knows customers' orders"] if Role.CONTEXT in says.roles else []
    return "; ".join(found)


def _origin(found: Found) -> str:
    return "built in" if found.built_in else safe_line(found.package)

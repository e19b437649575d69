"""``agent-tui plugin check NAME``: the conformance suite against an adapter's stand."""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from agent_tui.adapters import manifest, registry
from agent_tui.adapters.contract import AdapterError
from agent_tui.adapters.registry import Found
from agent_tui.cli import plugin_table, shape
from agent_tui.cli.ask import say
from agent_tui.cli.plugin_table import Checked, Row
from agent_tui.config.errors import ConfigError, meant
from agent_tui.config.paths import Paths
from agent_tui.content.safe import safe_line

if TYPE_CHECKING:
    from agent_tui.testing.stand import Stand

_EXTRA = frozenset({"aiosmtpd", "jsonschema", "trustme", "referencing"})
"""What the extra ``testing`` installs."""

_MANIFEST = "Its file of capabilities says what its class says."


class MissingStand(AdapterError):  # noqa: N818 - a state of the world
    """What the stand needs, such as a server, is not here; ``str()`` says what to install."""


def add_verb(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser(
        "check",
        help="hold an adapter against the conformance suite",
        description="Run the conformance suite on an adapter's stand, a provider under control, "
        "and print what became of each claim and what the adapter can do. Exit code 0: nothing "
        "failed; 1: something did, or there is no stand to check it on. Needs the extra: "
        "pip install 'support-agent-tui[testing]'",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="an adapter with a stand")
    parser.add_argument("--all", action="store_true", help="every adapter that is installed")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object an adapter")
    form.add_argument("--markdown", action="store_true", help="one table of all, for a README")


def run(args: argparse.Namespace, paths: Paths) -> int:
    del paths
    adapters, problems = registry.survey()
    for problem in problems:
        say(problem)
    names = _chosen(args, adapters)
    done: list[Checked] = []
    for name in names:
        try:
            done.append(check(adapters[name]))
        except AdapterError as error:
            if len(names) == 1:
                raise
            say(f"{name}: {error}")
        else:
            if not args.markdown:
                print(_shown(done[-1], as_json=args.json), flush=True)
    if args.markdown:
        print(plugin_table.markdown(done))
    good = len(done) == len(names) and not any(one.failed for one in done)
    return 0 if good else 1


def check(found: Found) -> Checked:
    """Run the suite on the stand of an adapter.

    Raises MissingStand when what the stand needs is not there, AdapterError when the kit is not
    or nobody has written a stand.
    """
    stand = _stand(found)
    contract = asyncio.run(_contract(found, stand))
    say(f"Checking {found.name} ...")
    rows = asyncio.run(_rows(found, stand))
    info = stand.adapter.info
    rows.append(_manifest_row(found, stand))
    return Checked(found, contract, info.capabilities, rows, info.roles)


async def _rows(found: Found, stand: type["Stand"]) -> list[Row]:
    """What becomes of each claim. Raises MissingStand as soon as that is known."""
    from agent_tui.testing.conformance import claims_of, try_claim

    rows: list[Row] = []
    claims = claims_of(stand)
    for claim in claims:
        _show_progress(len(rows), len(claims))
        result = await try_claim(stand, claim)
        if result.missing:
            raise _missing(found, result.detail)
        detail = safe_line(result.detail)
        rows.append(Row(claim.name, claim.sentence, str(result.outcome), detail))
    _show_progress(len(rows), len(rows))
    return rows


def _show_progress(done: int, of: int) -> None:
    """On a terminal, since waiting for silences takes its time."""
    if sys.stderr.isatty():
        end = "\n" if done == of else ""
        print(f"\r{done} of {of} claims", end=end, file=sys.stderr, flush=True)


def _chosen(args: argparse.Namespace, adapters: Mapping[str, Found]) -> list[str]:
    """The names that were given. Raises ConfigError for none, and for one that nobody knows."""
    names = list(adapters) if args.all else list(dict.fromkeys(args.names))
    if not names:
        raise ConfigError("Name an adapter, or say --all; agent-tui plugin list prints them.")
    for name in names:
        if name not in adapters:
            hint = meant(name, adapters) or f"; installed: {', '.join(adapters)}."
            raise ConfigError(f"There is no adapter '{name}'{hint}")
    return names


def _shown(checked: Checked, *, as_json: bool) -> str:
    return shape.line(plugin_table.as_json(checked)) if as_json else plugin_table.text(checked)


def _stand(found: Found) -> type["Stand"]:
    """The class of an adapter's stand. Raises AdapterError."""
    try:
        from agent_tui.testing import conformance as _needs_the_extra  # noqa: F401
        from agent_tui.testing.stand import GROUP, Stand

        offered = registry.survey(GROUP)[0].get(found.name)
        loaded = offered.entry.load() if offered else None
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in _EXTRA:
            raise AdapterError(
                f"The conformance suite needs '{error.name}', which is not installed; install it "
                "with: pip install 'support-agent-tui[testing]'"
            ) from error
        raise _unloaded(found, error) from error
    except Exception as error:  # a plugin's import may raise anything
        raise _unloaded(found, error) from error
    if offered is None:
        raise AdapterError(
            f"The adapter '{found.name}' of {found.package} has no stand to be checked on; its "
            f"author names one in the entry point group '{GROUP}'."
        )
    if not (isinstance(loaded, type) and issubclass(loaded, Stand)):
        raise AdapterError(f"The stand of '{found.name}' is not a Stand; tell its author.")
    return loaded


async def _contract(found: Found, stand: type["Stand"]) -> str:
    """What a stand of this class holds all exchanges against, here. Raises AdapterError."""
    from agent_tui.testing.stand import StandMissing

    try:
        made = stand()
        await made.stop()
        return safe_line(made.contract)
    except StandMissing as missing:
        raise _missing(found, str(missing)) from missing
    except Exception as error:  # a plugin may raise anything
        raise _unloaded(found, error) from error


def _missing(found: Found, why: str) -> MissingStand:
    return MissingStand(f"The stand of '{found.name}' is missing: {why}")


def _unloaded(found: Found, error: Exception) -> AdapterError:
    return AdapterError(
        f"The stand of '{found.name}' cannot be loaded ({type(error).__name__}: {error}); tell "
        f"the author of {found.package}.",
        detail=repr(error),
    )


def _manifest_row(found: Found, stand: type["Stand"]) -> Row:
    """Whether the adapter is listed as what it is."""
    advice = f"write it with: agent-tui plugin manifest {found.name}"
    try:
        says = manifest.read(found)
    except manifest.ManifestProblem as problem:
        return Row("manifest", _MANIFEST, "failed", f"{problem} {advice}")
    if says is None:
        return Row("manifest", _MANIFEST, "not checked", f"there is none; {advice}")
    if says != manifest.of(stand.adapter.info):
        return Row("manifest", _MANIFEST, "failed", f"it says something else; {advice}")
    return Row("manifest", _MANIFEST, "passed")

"""The conformance suite: what every adapter must do, tried on a stand.

``await run(MyStand)`` gives a result for each of :func:`claims_of` its adapter's roles. A test
file of an author's own has each as a test, see :mod:`.pytest_suite`.
"""

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points

from agent_tui.model.account import Capabilities
from agent_tui.testing.claim import Broken, Claim, NotApplicable, Outcome, Result
from agent_tui.testing.claims import arriving, chatting, context, leaving, safety, weather
from agent_tui.testing.stand import GROUP, CannotPlay, Stand, StandMissing
from agent_tui.testing.trial import PATIENCE_S, trial

__all__ = [
    "Broken",
    "Claim",
    "Outcome",
    "Result",
    "claims",
    "claims_of",
    "prove",
    "run",
    "stands",
    "try_claim",
]


def claims() -> tuple[Claim, ...]:
    """All of them, by theme."""
    return (
        *arriving.CLAIMS,
        *leaving.CLAIMS,
        *chatting.CLAIMS,
        *safety.CLAIMS,
        *weather.CLAIMS,
        *context.CLAIMS,
    )


def claims_of(stand_class: type[Stand]) -> tuple[Claim, ...]:
    """Those that are about the roles of a stand's adapter."""
    roles = stand_class.adapter.info.roles
    return tuple(claim for claim in claims() if claim.roles & roles)


def stands() -> dict[str, EntryPoint]:
    """The stands that are installed, by the names of their adapters; none is imported."""
    return {entry.name: entry for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name)}


async def run(
    stand_class: type[Stand],
    only: Iterable[str] | None = None,
    *,
    patience_s: float = PATIENCE_S,
    told: Callable[[Result], None] = lambda _: None,
) -> list[Result]:
    """Try all claims about the adapter, or those named in ``only``, each on a stand of its own.

    ``told`` gets each result as soon as it is there.
    """
    names = None if only is None else frozenset(only)
    results = []
    for claim in claims_of(stand_class):
        if names is None or claim.name in names:
            results.append(await try_claim(stand_class, claim, patience_s=patience_s))
            told(results[-1])
    return results


async def try_claim(
    stand_class: type[Stand], claim: Claim, *, patience_s: float = PATIENCE_S
) -> Result:
    """What becomes of ``claim`` on a new stand; nothing is raised but what ends the program."""
    try:
        _about(claim, stand_class)
        _applicable(claim, stand_class.adapter.info.capabilities)
        _playable(claim, stand_class)
        async with trial(stand_class(), patience_s) as made:
            _applicable(claim, made.capabilities)
            await claim.check(made)
    except StandMissing as missing:
        return Result(claim, Outcome.NOT_CHECKED, str(missing), missing=True)
    except CannotPlay as reason:
        why = str(reason) or "the stand has no hands for it"
        return Result(claim, Outcome.NOT_CHECKED, why)
    except NotApplicable as reason:
        return Result(claim, Outcome.NOT_APPLICABLE, str(reason))
    except AssertionError as broken:
        return Result(claim, Outcome.FAILED, str(broken))
    except Exception as error:  # noqa: BLE001 - whatever an adapter raises breaks its claim
        return Result(claim, Outcome.FAILED, f"{type(error).__name__}: {error}")
    return Result(claim, Outcome.PASSED)


async def prove(
    stand_class: type[Stand], claim: Claim, *, patience_s: float = PATIENCE_S
) -> Result:
    """As :func:`try_claim`, for tests: raises Broken when the claim does not hold."""
    result = await try_claim(stand_class, claim, patience_s=patience_s)
    if result.outcome is Outcome.FAILED:
        raise Broken(f"{claim.sentence} Here: {result.detail}")
    return result


def _about(claim: Claim, stand_class: type[Stand]) -> None:
    if not claim.roles & stand_class.adapter.info.roles:
        raise NotApplicable(f"the adapter has not the role {' or '.join(sorted(claim.roles))}")


def _applicable(claim: Claim, can: Capabilities) -> None:
    lacking = [need.words for need in claim.needs if not need.met(can)]
    if lacking:
        raise NotApplicable(f"it is about adapters with {' and '.join(lacking)}")


def _playable(claim: Claim, stand_class: type[Stand]) -> None:
    weather = stand_class.faults_of_pull
    if claim.fault is None:
        return
    if claim.pulling and weather is not None and claim.fault not in weather:
        raise NotApplicable(f"this adapter never meets '{claim.fault}' when it reads")
    if claim.fault not in stand_class.faults:
        raise CannotPlay(f"the stand cannot play '{claim.fault}'")

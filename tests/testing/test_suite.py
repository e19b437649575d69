"""The conformance suite itself: a right adapter passes all of it, each seeded flaw is found."""

import pytest

from agent_tui.adapters.contract import Target
from agent_tui.adapters.maildir import MaildirAdapter
from agent_tui.testing.conformance import Claim, Outcome, claims, prove, run
from agent_tui.testing.pytest_suite import conformance_cases, skip_or_fail
from agent_tui.testing.stand import CannotPlay, Stand, StandMissing
from agent_tui.testing.stands.maildir import MaildirStand
from tests.testing.flawed import FLAWS
from tests.testing.toy import IdempotentStand, ToyAdapter, ToyStand

SOON_S = 0.4
"""The patience with an adapter that is known to hang."""


@conformance_cases(ToyStand, IdempotentStand)
async def test_a_right_adapter_passes(stand: type[Stand], claim: Claim) -> None:
    result = await prove(stand, claim)
    assert result.outcome in (Outcome.PASSED, Outcome.NOT_APPLICABLE), result.detail


@pytest.mark.parametrize(
    ("flawed", "name"), [(flaw, name) for flaw, names in FLAWS.items() for name in names]
)
async def test_a_seeded_flaw_is_found(flawed: type[ToyAdapter], name: str) -> None:
    class Flawed(ToyStand):
        adapter = flawed

    (result,) = await run(Flawed, [name], patience_s=SOON_S)
    assert result.outcome is Outcome.FAILED
    assert result.detail


async def test_a_source_that_is_the_header_alone_is_found() -> None:
    class Header(MaildirAdapter):
        async def fetch(self, target: Target, part: str) -> bytes:
            return (await super().fetch(target, part)).partition(b"\n\n")[0]

    class OnlyHeaders(MaildirStand):
        adapter = Header

    (result,) = await run(OnlyHeaders, ["source"])
    assert (result.outcome, result.detail) == (
        Outcome.FAILED,
        "the source of a mail lacks its text",
    )


async def test_what_cannot_be_played_is_not_checked() -> None:
    class NoHands(ToyStand):
        faults = frozenset()

        def strange(self) -> None:
            raise CannotPlay

    results = await run(NoHands, ["unknown", "pull-refused"])
    assert [one.outcome for one in results] == [Outcome.NOT_CHECKED] * 2
    assert all(one.detail for one in results)


async def test_a_stand_that_is_not_there_says_what_to_install() -> None:
    (result,) = await run(NotHere, ["resume"])
    assert (result.outcome, result.missing) == (Outcome.NOT_CHECKED, True)
    assert "apt-get" in result.detail


async def test_an_exception_that_is_none_of_the_contracts_breaks_the_claim() -> None:
    class Crashes(ToyAdapter):
        async def page(self, after: int) -> object:
            raise KeyError("next")

    class Crashing(ToyStand):
        adapter = Crashes

    (result,) = await run(Crashing, ["resume"])
    assert (result.outcome, result.detail) == (Outcome.FAILED, "KeyError: 'next'")


def test_names_of_claims_are_unique_and_their_sentences_whole() -> None:
    names = [claim.name for claim in claims()]
    assert len(set(names)) == len(names)
    assert all(claim.sentence.endswith(".") for claim in claims())


class NotHere(ToyStand):
    """A stand whose server is not installed."""

    async def start(self) -> None:
        raise StandMissing("apt-get install toy-server")


@pytest.mark.parametrize(("required", "outcome"), [("1", "Failed"), ("", "Skipped")])
async def test_where_servers_are_required_a_missing_stand_fails(
    monkeypatch: pytest.MonkeyPatch, required: str, outcome: str
) -> None:
    monkeypatch.setenv("AGENT_TUI_REQUIRE_SERVERS", required)
    with pytest.raises(BaseException, match="apt-get") as raised:
        await skip_or_fail(NotHere, claims()[0])
    assert raised.type.__name__ == outcome

"""``plugin check`` runs the suite on an adapter's stand, prints what came of it, and says so when
it cannot."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.cli.main import FAILED, OK, USAGE, run
from agent_tui.config.paths import HOME_VARIABLE
from agent_tui.testing import conformance
from tests.cli.plugins import install
from tests.conformance_table import read_columns

ALONE = "[agent_tui.adapters]\nshop = shop:Adapter\n"
BOTH = f"{ALONE}[agent_tui.stands]\nshop = shop.stand:ShopStand\n"
ADAPTER = """
from agent_tui.adapters.contract import AdapterInfo
from agent_tui.model.account import Capabilities
from agent_tui.model.conversation import Channel

class Adapter:
    info = AdapterInfo("shop", "Shop", "1", Capabilities(Channel.REVIEW, reply_limit=350))
    def __init__(self, account): ...
    def pull(self, cursors): ...
    async def close(self): ...
"""
STAND = """
import logging
from agent_tui.adapters.contract import AccountContext
from agent_tui.testing.stand import Stand, StandMissing
from shop import Adapter

class ShopStand(Stand):
    adapter = Adapter
    async def start(self): ...
    async def stop(self): ...
    def context(self, clock):
        return AccountContext("shop", {}, lambda _: "", logging.getLogger("shop"), clock)
    async def write(self, text, *, thread="one", files=()): ...
    async def arrived(self): ...
"""


async def _holds(_: object) -> None:
    """A claim that always holds."""


async def _breaks(_: object) -> None:
    raise conformance.Broken("it came \x1b[31mtwice")


GOOD = conformance.Claim("good", "All is well.", _holds)
BAD = conformance.Claim("bad", "Nothing comes twice.", _breaks)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for packages on the path; the suite is short."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(conformance, "claims", lambda: (GOOD,))
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        del sys.modules[name]


def shop(site: Path, stand: str = STAND, entry_points: str = BOTH) -> None:
    """Install the adapter ``shop`` with its stand and the manifest that it should have."""
    package = install(site, "shop", source=ADAPTER, entry_points=entry_points)
    (package / "stand.py").write_text(stand)


def test_an_adapter_that_keeps_the_contract_is_told_so(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(site)

    assert run(["plugin", "check", "shop"]) == OK

    out = capsys.readouterr().out
    assert "shop 1.2" in out
    assert "good      All is well." in out
    assert "350 characters" in out
    assert "1 passed, 0 failed, 0 not applicable, 1 not checked" in out


def test_a_broken_claim_is_told_of_safely_and_in_the_exit_code(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conformance, "claims", lambda: (GOOD, BAD))
    shop(site)

    assert run(["plugin", "check", "shop"]) == FAILED

    out = capsys.readouterr().out
    assert "FAILED" in out
    assert "it came" in out
    assert "\x1b" not in out


def test_json_is_one_object_an_adapter(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop(site)

    run(["plugin", "check", "shop", "--json"])

    out = json.loads(capsys.readouterr().out)
    assert list(out) == ["name", "version", "contract", "roles", "capabilities", "claims"]
    assert out["capabilities"]["reply_limit"] == 350
    assert out["claims"][0] == {
        "name": "good",
        "sentence": "All is well.",
        "outcome": "passed",
        "detail": "",
    }


def test_a_manifest_that_says_something_else_is_a_failure(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(site)
    said = '{"name": "shop", "title": "Shop", "capabilities": {"channel": "chat"}}'
    (site / "shop" / "shop.adapter.json").write_text(said)

    assert run(["plugin", "check", "shop"]) == FAILED

    assert "agent-tui plugin manifest shop" in capsys.readouterr().out


def test_the_manifest_that_is_printed_is_the_one_that_passes(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(site)
    run(["plugin", "manifest", "shop"])
    (site / "shop" / "shop.adapter.json").write_text(capsys.readouterr().out)

    run(["plugin", "check", "shop", "--json"])

    claims = json.loads(capsys.readouterr().out)["claims"]
    assert {claim["name"]: claim["outcome"] for claim in claims}["manifest"] == "passed"


def test_a_table_has_a_column_for_each_adapter(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(site)

    run(["plugin", "check", "shop", "--markdown"])

    columns = read_columns(capsys.readouterr().out)
    assert columns["shop"]["channel"] == "review"
    assert columns["shop"]["All is well."] == "yes"


def test_an_adapter_that_cannot_be_checked_keeps_no_other_from_it(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(site, "toys")
    shop(site)

    assert run(["plugin", "check", "toys", "shop", "--json"]) == FAILED

    out, err = capsys.readouterr()
    assert [json.loads(line)["name"] for line in out.splitlines()] == ["shop"]
    assert "toys: The adapter 'toys' of toys has no stand" in err


@pytest.mark.usefixtures("site")
def test_an_unknown_adapter_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plugin", "check", "telegrm"]) == USAGE

    assert "did you mean 'telegram'?" in capsys.readouterr().err


@pytest.mark.usefixtures("site")
def test_no_adapter_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plugin", "check"]) == USAGE

    assert "Name an adapter" in capsys.readouterr().err


MISSING = STAND.replace(
    "async def start(self): ...",
    "async def start(self): raise StandMissing('install it with: apt-get install shopd')",
)


@pytest.mark.parametrize(
    ("stand", "entry_points", "said"),
    [
        (STAND, ALONE, "has no stand to be checked on"),
        (MISSING, BOTH, "is missing: install it with: apt-get install shopd"),
        ("class ShopStand: ...", BOTH, "is not a Stand"),
        ("import jsonschema_of_ours", BOTH, "cannot be loaded"),
        ("1 / 0", BOTH, "cannot be loaded"),
        (
            "raise ModuleNotFoundError('no', name='aiosmtpd.controller')",
            BOTH,
            "pip install 'support-agent-tui[testing]'",
        ),
    ],
)
def test_what_keeps_it_from_being_checked_is_told_in_one_sentence(
    site: Path, capsys: pytest.CaptureFixture[str], stand: str, entry_points: str, said: str
) -> None:
    shop(site, stand, entry_points)

    assert run(["plugin", "check", "shop"]) == FAILED

    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "Traceback" not in err

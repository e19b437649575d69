"""``plugin list`` names every adapter, imports none that nobody uses, and survives broken ones."""

import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent_tui.adapters import manifest, registry
from agent_tui.cli.capable import flags
from agent_tui.cli.main import OK, run
from agent_tui.config.paths import HOME_VARIABLE
from agent_tui.model.account import Capabilities, Counted, EffectKind
from agent_tui.model.conversation import Channel, Status
from tests.cli.plugins import MARK, install, loud

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
PROJECT = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]
BUILT_IN = set(PROJECT["entry-points"]["agent_tui.adapters"])
EXAMPLE = "medusa"
"""Of a package of its own, tests/plugins/medusa, which is installed beside the program."""
ADAPTER = """
from agent_tui.adapters.contract import AdapterInfo
from agent_tui.model.account import Capabilities
from agent_tui.model.conversation import Channel

class Adapter:
    info = AdapterInfo("shop", "Shop", "1", Capabilities(Channel.REVIEW, single_reply=True))
    def pull(self): ...
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for packages on the path; no account yet."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in [name for name, module in sys.modules.items() if _lies_in(folder, module)]:
        del sys.modules[name]


@pytest.fixture
def account(tmp_path: Path) -> None:
    """An account ``flowers`` of the adapter ``shop``."""
    folder = tmp_path / "home" / "config" / "accounts"
    folder.mkdir(parents=True, mode=0o700)
    (folder / "flowers.toml").write_text('adapter = "shop"\n')


def listed(capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, dict[str, Any]], str]:
    """What ``plugin list --json`` prints, by name, and what it says on stderr."""
    assert run(["plugin", "list", "--json"]) == OK
    out, err = capsys.readouterr()
    rows = [json.loads(line) for line in out.splitlines()]
    return {row["name"]: row for row in rows}, err


@pytest.mark.usefixtures("site")
def test_every_line_has_the_documented_keys(capsys: pytest.CaptureFixture[str]) -> None:
    rows, err = listed(capsys)

    keys = ["name", "title", "version", "origin", "roles", "capabilities", "accounts", "problem"]
    assert rows.keys() == {*BUILT_IN, EXAMPLE}
    assert all(list(row) == keys for row in rows.values())
    origins = {name: row["origin"] for name, row in rows.items()}
    assert origins == {**dict.fromkeys(BUILT_IN, "built in"), EXAMPLE: "agent-tui-medusa"}
    assert err == ""


@pytest.mark.usefixtures("account")
def test_an_adapter_with_a_manifest_is_never_imported(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    can = Capabilities(Channel.CHAT, frozenset({EffectKind.SEND}), reply_limit=280)
    said = manifest.dump(manifest.Manifest("shop", "Shop", can))
    install(site, "shop", source=loud(site), manifest=said)

    rows, err = listed(capsys)

    assert rows["shop"]["capabilities"]["effects"] == ["send"]
    assert rows["shop"]["capabilities"]["reply_limit"] == 280
    assert (rows["shop"]["origin"], rows["shop"]["version"]) == ("shop", "1.2")
    assert rows["shop"]["accounts"] == ["flowers"]
    assert not (site / MARK).exists()
    assert err == ""


def test_an_adapter_that_no_account_uses_is_not_imported(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(site, "shop", source=loud(site))

    rows, err = listed(capsys)

    assert rows["shop"]["capabilities"] is None
    assert not (site / MARK).exists()
    assert err == ""


def test_people_read_that_nobody_knows_yet(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install(site, "shop", source=loud(site))

    run(["plugin", "list"])

    [line] = [row for row in capsys.readouterr().out.splitlines() if row.startswith("shop ")]
    assert line.endswith("not known until an account uses it")


@pytest.mark.usefixtures("account")
def test_an_adapter_without_a_manifest_is_asked_when_an_account_uses_it(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(site, "shop", source=ADAPTER)

    rows, _ = listed(capsys)

    assert rows["shop"]["title"] == "Shop"
    assert rows["shop"]["capabilities"]["single_reply"] is True


@pytest.mark.usefixtures("account")
def test_an_adapter_that_cannot_be_imported_is_listed_with_its_problem(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(site, "shop", source=loud(site))

    rows, err = listed(capsys)

    assert "cannot be loaded" in rows["shop"]["problem"]
    assert rows["shop"]["problem"] in err


def test_the_manifest_of_a_module_deep_in_a_package_is_found_without_importing_those_above(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = install(
        site,
        "shop",
        source=loud(site),
        entry_points="[agent_tui.adapters]\nshop = shop.chat.adapter:Adapter\n",
    )
    (package / "chat").mkdir()
    text = manifest.dump(manifest.Manifest("shop", "Deep", Capabilities(Channel.CHAT)))
    (package / "chat" / "shop.adapter.json").write_text(text)

    rows, _ = listed(capsys)

    assert rows["shop"]["title"] == "Deep"
    assert not (site / MARK).exists()


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"name": "shop", "title": "Shop", "capabilities": {}}',
        '{"name": "else", "title": "Shop", "capabilities": {"channel": "chat"}}',
        '{"name": "shop", "title": "Shop", "capabilities": {"channel": "pigeon"}}',
        '{"name": "shop", "title": "Shop", "capabilities": {"channel": "chat", "push": 1}}',
        '{"name": "shop", "title": "Shop", "capabilities": {"channel": "chat", "effects": "send"}}',
        '{"name": "shop", "title": "Shop", "capabilities": {"channel": "chat", "undo_ms": -1}}',
    ],
)
def test_a_broken_manifest_is_told_of_and_the_others_are_listed(
    site: Path, capsys: pytest.CaptureFixture[str], broken: str
) -> None:
    install(site, "shop", manifest=broken)

    rows, err = listed(capsys)

    assert rows.keys() == {*BUILT_IN, EXAMPLE, "shop"}
    assert rows["shop"]["capabilities"] is None
    assert rows["shop"]["problem"]
    assert "shop.adapter.json" in err


def test_what_a_newer_program_knows_in_a_manifest_is_passed_over() -> None:
    said = '{"name": "a", "title": "A", "since": 1, "capabilities": {"channel": "chat", "fly": 1}}'

    assert manifest.parse(said).capabilities == Capabilities(Channel.CHAT)


def test_a_manifest_keeps_every_capability() -> None:
    values: dict[str, Any] = {
        "channel": Channel.REVIEW,
        "effects": frozenset(EffectKind),
        "statuses": frozenset(Status),
        "push": True,
        "marks": True,
        "attach": True,
        "html": True,
        "reply_limit": 350,
        "counted": Counted.BYTES,
        "single_reply": True,
        "recipients": True,
        "idempotent": True,
        "source": True,
        "undo_ms": 1,
    }
    should = manifest.Manifest("shop", "Shop", Capabilities(**values))

    assert values.keys() == set(Capabilities.__slots__)
    assert manifest.parse(manifest.dump(should)) == should


def test_tables_have_a_word_for_every_effect() -> None:
    for kind in EffectKind:
        assert any(flags(Capabilities(Channel.CHAT, frozenset({kind}))).values())


@pytest.mark.parametrize(
    ("entry_points", "metadata"),
    [
        ("[agent_tui.adapters]\nshop\n", None),
        (None, ""),
        (None, "Metadata-Version: 2.1\n"),
    ],
)
def test_a_package_with_broken_metadata_is_told_of_and_takes_nobody_along(
    site: Path, capsys: pytest.CaptureFixture[str], entry_points: str | None, metadata: str | None
) -> None:
    install(site, "shop", entry_points=entry_points, metadata=metadata)

    rows, err = listed(capsys)

    assert rows.keys() >= BUILT_IN
    assert "install that package again or remove it" in err


def test_a_module_that_is_gone_is_told_of(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install(site, "shop", entry_points="[agent_tui.adapters]\nshop = nowhere_at_all:Adapter\n")

    rows, err = listed(capsys)

    assert "nowhere_at_all" in rows["shop"]["problem"]
    assert "nowhere_at_all" in err


def test_a_package_cannot_take_the_place_of_a_built_in_adapter(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(site, "evil", entry_points="[agent_tui.adapters]\nimap = evil:Adapter\n")

    rows, err = listed(capsys)

    assert rows["imap"]["origin"] == "built in"
    assert "'imap' of evil is left out" in err


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_the_manifest_of_a_built_in_adapter_says_what_its_class_says(name: str) -> None:
    should = manifest.of(registry.load(name).info)

    says = manifest.read(registry.found()[name])

    advice = f"agent-tui plugin manifest {name} > agent_tui/adapters/{name}/{name}.adapter.json"
    assert says == should, advice


def _lies_in(folder: Path, module: object) -> bool:
    return str(getattr(module, "__file__", "")).startswith(str(folder))


def test_an_adapter_that_only_knows_customers_is_listed_as_that(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, _ = listed(capsys)
    assert rows["records"]["roles"] == ["context"]
    assert rows["demo"]["roles"] == ["channel", "context"]
    assert rows["imap"]["roles"] == ["channel"]

    assert run(["plugin", "list"]) == OK
    (line,) = [one for one in capsys.readouterr().out.splitlines() if one.startswith("records")]
    assert "knows customers' orders" in line
    assert "mail" not in line


@pytest.mark.parametrize(
    ("roles", "known"),
    [
        ('["context", "seer"]', {"context"}),
        ('["channel"]', {"channel"}),
    ],
)
def test_roles_that_nobody_knows_are_passed_over(roles: str, known: set[str]) -> None:
    text = '{"name": "x", "title": "X", "capabilities": {"channel": "mail"}, "roles": ' + roles
    assert manifest.parse(text + "}").roles == known


def test_roles_are_a_list() -> None:
    text = '{"name": "x", "title": "X", "capabilities": {"channel": "mail"}, "roles": 7}'
    with pytest.raises(manifest.ManifestProblem, match="roles"):
        manifest.parse(text)

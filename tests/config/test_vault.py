"""Secrets in a file: nothing of them can be read without the passphrase, or changed unnoticed."""

import json
import os
from pathlib import Path

import pytest

from agent_tui.config import vault
from agent_tui.config.secret_ref import VaultRef, parse_ref, ref_table, vault_key
from agent_tui.config.secrets import SecretProblem, forget_secret, resolve
from agent_tui.config.vault import Vault, VaultProblem, WrongPassphrase, open_vault

CANARY = "sk-live-CANARY-4711"
PASSPHRASE = "correct horse"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is made in a millisecond, but for one test."""
    monkeypatch.setattr(vault, "_N", 1 << 4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secrets.vault"


@pytest.fixture
def filled(path: Path) -> Vault:
    opened = open_vault(path, PASSPHRASE)
    opened.put("shop.password", CANARY)
    opened.put("other.password", "other")
    return opened


def test_a_secret_comes_back_with_the_passphrase_alone(filled: Vault, path: Path) -> None:
    assert open_vault(path, PASSPHRASE).get("shop.password") == CANARY
    assert open_vault(path, PASSPHRASE).get("nobody") is None
    with pytest.raises(WrongPassphrase, match="not the passphrase of"):
        open_vault(path, "wrong")
    with pytest.raises(WrongPassphrase, match="An empty passphrase"):
        open_vault(path, "")


def test_the_file_is_private_and_holds_nothing_readable(filled: Vault, path: Path) -> None:
    held = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert CANARY.encode() not in held
    assert PASSPHRASE.encode() not in held
    assert CANARY not in repr(filled)


def test_the_key_costs_what_owasp_asks_for(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.undo()
    assert (vault._N, vault._R, vault._P) == (1 << 16, 8, 2)
    open_vault(path, PASSPHRASE).put("a", CANARY)
    assert open_vault(path, PASSPHRASE).get("a") == CANARY


def change(path: Path, **secrets: str) -> None:
    held = json.loads(path.read_text())
    held["secrets"] |= secrets
    path.write_text(json.dumps(held))


def test_a_secret_cannot_be_put_under_another_name_or_changed(filled: Vault, path: Path) -> None:
    boxes = json.loads(path.read_text())["secrets"]
    change(path, **{"shop.password": boxes["other.password"], "other.password": "AAAA"})
    opened = open_vault(path, PASSPHRASE)
    for name in ("shop.password", "other.password"):
        with pytest.raises(VaultProblem, match="was changed; store it again"):
            opened.get(name)


def test_a_secret_is_forgotten_without_the_passphrase(filled: Vault, path: Path) -> None:
    assert forget_secret(VaultRef("shop.password", path))

    opened = open_vault(path, PASSPHRASE)
    assert opened.get("shop.password") is None
    assert opened.get("other.password") == "other"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.write_text("Dear diary"), "is damaged"),
        (lambda path: path.write_text('{"version": 1}'), "is damaged"),
        (lambda path: path.write_text('{"version": 2, "secrets": {}}'), "newer agent-tui"),
        (lambda path: path.chmod(0o644), "Others can read"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_told(
    filled: Vault, path: Path, damage: object, said: str
) -> None:
    assert callable(damage)
    damage(path)
    with pytest.raises(VaultProblem, match=said):
        open_vault(path, PASSPHRASE)


def test_a_link_in_its_place_is_not_followed(filled: Vault, path: Path) -> None:
    real = path.with_name("elsewhere")
    path.rename(real)
    path.symlink_to(real)
    with pytest.raises(VaultProblem, match="cannot be read"):
        open_vault(path, PASSPHRASE)


def test_an_account_refers_to_it_and_reads_it_with_what_opened_it_at_the_start(
    filled: Vault, tmp_path: Path
) -> None:
    ref = parse_ref({"vault": True}, "shop.password", tmp_path)

    assert ref == VaultRef("shop.password", tmp_path / "secrets.vault")
    assert ref_table(ref) == {"vault": True}
    assert resolve(ref, asked={vault_key(ref.path): filled.key}) == CANARY
    with pytest.raises(SecretProblem, match="set AGENT_TUI_PASSPHRASE") as told:
        resolve(ref, asked={}, env=os.environ)
    assert "\n" not in str(told.value)

"""What a person is asked for at the start: each secret once, and one passphrase for all others."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from agent_tui.cli.asked import ask_secrets, open_vault_of
from agent_tui.config import vault
from agent_tui.config.accounts import AccountConfig
from agent_tui.config.secret_ref import PASSPHRASE, AskRef, SecretRef, VaultRef, vault_key
from agent_tui.config.secrets import resolve
from agent_tui.config.vault import VaultProblem, open_vault

CANARY = "sk-live-CANARY-4711"


class Person:
    """Answers in turn, and remembers what they were asked."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), list[str]()

    def secret(self, question: str) -> str:
        self.asked.append(question)
        return self.answers.pop(0)

    def text(self, question: str, default: str = "") -> str:
        raise AssertionError(question + default)

    def yes(self, question: str, *, default: bool) -> bool:
        raise AssertionError(question + str(default))

    def choice(self, question: str, choices: Sequence[str]) -> int:
        raise AssertionError(question + str(choices))


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An encrypted file with the secrets of two accounts."""
    monkeypatch.setattr(vault, "_N", 1 << 4)
    file = tmp_path / "secrets.vault"
    opened = open_vault(file, "correct")
    opened.put("shop.password", CANARY)
    opened.put("chat.token", "token")
    return file


def account(name: str, **refs: SecretRef) -> AccountConfig:
    return AccountConfig(name, "fake", {**refs}, Path(f"{name}.toml"))


def both(path: Path) -> list[AccountConfig]:
    return [
        account("shop", password=VaultRef("shop.password", path)),
        account("chat", token=VaultRef("chat.token", path), pin=AskRef("chat.pin")),
    ]


def test_one_passphrase_opens_the_secrets_of_all_accounts(path: Path) -> None:
    person = Person("correct", "1234")

    found = ask_secrets(both(path), person, env={})

    assert found == {vault_key(path): open_vault(path, "correct").key, "chat.pin": "1234"}
    assert resolve(VaultRef("shop.password", path), asked=found) == CANARY
    assert resolve(VaultRef("chat.token", path), asked=found) == "token"
    assert person.asked == [f"Passphrase of {path}", "Secret for chat.pin"]


def test_without_a_person_the_passphrase_comes_from_the_environment(path: Path) -> None:
    found = ask_secrets(both(path), None, env={PASSPHRASE: "correct"})

    assert resolve(VaultRef("shop.password", path), asked=found) == CANARY
    assert ask_secrets(both(path), None, env={}) == {}


def test_a_wrong_passphrase_is_asked_for_three_times_and_stops_nothing(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask_secrets(both(path), Person("a", "b", "c", "1234"), env={}) == {"chat.pin": "1234"}
    assert capsys.readouterr().err.count("That is not the passphrase") == 3


def test_a_new_file_is_begun_with_a_passphrase_said_twice(path: Path) -> None:
    path.unlink()
    person = Person("one", "two", "three", "three")

    open_vault_of(path, person, env={}).put("a.b", CANARY)

    assert open_vault(path, "three").get("a.b") == CANARY
    path.unlink()
    with pytest.raises(VaultProblem, match="never the same"):
        open_vault_of(path, Person("1", "2", "3", "4", "5", "6"), env={})
    assert not path.exists()

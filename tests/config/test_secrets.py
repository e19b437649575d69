"""Secrets come from where their references point, and go nowhere else."""

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from agent_tui.config import keystore, secrets
from agent_tui.config.secret_ref import AskRef, CommandRef, EnvRef, FileRef, KeyringRef, SecretRef
from agent_tui.config.secrets import SecretProblem, forget_secret, resolve, store_secret
from tests.config.fakes import MemoryKeyring

CANARY = "sk-live-CANARY-0042"


class ForgetfulKeyring(MemoryKeyring):
    """A null back end."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class BrokenKeyring(MemoryKeyring):
    """A back end whose service is gone."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(f"D-Bus says no to {CANARY}")


class PromptingKeyring(MemoryKeyring):
    """What keyrings.alt would do: ask on the terminal."""

    def get_password(self, service: str, username: str) -> str | None:
        raise AssertionError("a back end that prompts was asked")


PromptingKeyring.__module__ = "keyrings.alt.file"


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    backend = MemoryKeyring()
    monkeypatch.setattr(keystore, "_installed", lambda: [backend])
    return backend


def use(monkeypatch: pytest.MonkeyPatch, *backends: MemoryKeyring) -> None:
    monkeypatch.setattr(keystore, "_installed", lambda: list(backends))


def problem(ref: SecretRef, env: dict[str, str] | None = None) -> str:
    with pytest.raises(SecretProblem) as caught:
        resolve(ref, asked={}, env=env or {})
    assert CANARY not in repr(caught.value)
    return str(caught.value)


def test_a_stored_secret_comes_back(keyring: MemoryKeyring) -> None:
    ref = store_secret("agent-tui", "shop.password", CANARY)

    assert resolve(ref, asked={}) == CANARY


def test_a_forgotten_secret_is_gone(keyring: MemoryKeyring) -> None:
    ref = store_secret("agent-tui", "shop.password", CANARY)

    assert forget_secret(ref)
    assert forget_secret(ref)

    assert keyring.kept == {}
    assert "keyring set agent-tui shop.password" in problem(ref)


def test_only_the_keyring_is_ours_to_clear(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(CANARY)

    assert not forget_secret(FileRef(file))
    assert file.exists()


def test_a_keyring_that_does_not_keep_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, ForgetfulKeyring())

    with pytest.raises(SecretProblem, match="did not keep it; choose another place"):
        store_secret("agent-tui", "shop.password", CANARY)


def test_a_back_end_that_prompts_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, PromptingKeyring())

    assert "no keyring that can be used without a prompt" in problem(KeyringRef("a", "b"))


def test_the_next_back_end_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    second = MemoryKeyring()
    second.kept["a", "b"] = CANARY
    use(monkeypatch, PromptingKeyring(), MemoryKeyring(), second)

    assert resolve(KeyringRef("a", "b"), asked={}) == CANARY


def test_a_machine_without_keyring_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    import keyring.core

    monkeypatch.setattr(keyring.core, "_keyring_backend", None)

    assert "no keyring" in problem(KeyringRef("a", "b"))


def test_a_broken_keyring_is_told_by_kind_only(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, BrokenKeyring())

    assert problem(KeyringRef("a", "b")).startswith("The keyring failed: RuntimeError; unlock it")


def test_a_keyring_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def hang() -> list[keystore.Backend]:
        release.wait()
        return []

    monkeypatch.setattr(keystore, "_installed", hang)
    monkeypatch.setattr(keystore, "LIMIT_S", 0.01)
    try:
        assert "did not answer within" in problem(KeyringRef("a", "b"))
    finally:
        release.set()


def test_an_environment_variable_is_read() -> None:
    assert resolve(EnvRef("SHOP"), asked={}, env={"SHOP": CANARY}) == CANARY
    assert problem(EnvRef("SHOP")) == "The environment variable SHOP is not set; set it."
    assert "is empty" in problem(EnvRef("SHOP"), {"SHOP": ""})


def test_an_answer_is_taken_from_those_that_were_asked() -> None:
    assert resolve(AskRef("shop.password"), asked={"shop.password": CANARY}) == CANARY
    assert "Nobody was asked for shop.password" in problem(AskRef("shop.password"))


def test_a_command_gives_its_first_line() -> None:
    assert resolve(CommandRef(("printf", f"{CANARY}\r\nuser: x\n")), asked={}) == CANARY


def test_a_command_gets_its_words_as_they_are() -> None:
    assert resolve(CommandRef(("printf", "%s", "$HOME; `id` *")), asked={}) == "$HOME; `id` *"


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("/nonexistent/pass", "x"), "cannot be started: no such file or directory."),
        (("sh", "-c", f"echo {CANARY}; exit 3"), "'sh' failed with exit code 3; run it by hand"),
        (("true",), "The secret of the command 'true' is empty"),
        (("printf", "\\377\\376"), "is not UTF-8 text."),
    ],
)
def test_a_command_that_gives_no_secret_is_one_sentence(
    argv: tuple[str, ...], sentence: str
) -> None:
    assert sentence in problem(CommandRef(argv))


def test_a_command_that_hangs_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "COMMAND_LIMIT_S", 1.0)
    script = f"(sleep 600 & echo $! > {tmp_path / 'pid'}; wait)"

    assert "gave no secret within" in problem(CommandRef(("sh", "-c", script)))

    stat = Path(f"/proc/{int((tmp_path / 'pid').read_text())}/stat")
    deadline = time.monotonic() + 10
    while stat.exists() and " Z " not in stat.read_text() and time.monotonic() < deadline:
        os.sched_yield()
    assert not stat.exists() or " Z " in stat.read_text()


def test_a_command_cannot_read_the_terminal() -> None:
    code = "import sys; print('terminal' if sys.stdin.isatty() else sys.stdin.read() or 'nothing')"

    assert resolve(CommandRef((sys.executable, "-c", code)), asked={}) == "nothing"


def test_a_private_file_gives_its_first_line(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{CANARY}\nmore\n")
    file.chmod(0o600)

    assert resolve(FileRef(file), asked={}) == CANARY


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(CANARY)
    file.chmod(0o640)

    assert "Others can read" in problem(FileRef(file))
    assert "chmod 600" in problem(FileRef(file))


def test_a_link_is_not_followed_to_a_secret(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(CANARY)
    file.chmod(0o600)
    (tmp_path / "link").symlink_to(file)

    assert "cannot be read" in problem(FileRef(tmp_path / "link"))


def test_a_pipe_is_no_secret_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)

    assert "must be a plain file of yours" in problem(FileRef(tmp_path / "pipe"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert f"{tmp_path / 'none'} cannot be read: no such file" in problem(
        FileRef(tmp_path / "none")
    )

"""The installed program adds an account of real servers: from a script, and asked on a terminal."""

import json
import subprocess
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.servers.real import Dovecot, Postfix, User
from tests.terminal import Terminal, agent_tui, environment

pytestmark = pytest.mark.server

_PATIENCE_S = 60
_NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def servers(tmp_path: Path, dovecot: Dovecot, postfix: Postfix, user: User) -> list[str]:
    """The options that fit the servers on loopback."""
    authorities = tmp_path / "ca.pem"
    authorities.write_text(dovecot.ca.read_text() + postfix.ca.read_text())
    options = {
        "host": "localhost",
        "port": dovecot.imaps,
        "smtp_host": "localhost",
        "smtp_port": postfix.submissions,
        "ca_file": authorities,
    }
    return [word for name, value in options.items() for word in ("--set", f"{name}={value}")]


def script(home: Path, *argv: str, password: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        agent_tui(*argv),
        env=environment(home, SHOP_PASSWORD=password, **_NO_KEYRING),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )


def test_a_script_adds_checks_and_removes_an_account(
    home: Path, user: User, servers: list[str]
) -> None:
    adding = ("account", "add", user.address, "--name", "shop", "--password-env", "SHOP_PASSWORD")

    added = script(home, *adding, *servers, "--json", password=user.password)
    checked = script(home, "account", "check", "--json", password=user.password)
    listed = script(home, "account", "list", "--json", password="")
    removed = script(home, "account", "remove", "shop", "--yes", password="")

    assert added.returncode == 0, added.stderr
    findings = json.loads(added.stdout)["findings"]
    assert {f"Receiving from localhost:{port(servers, 'port')}"} <= {f["what"] for f in findings}
    assert "error" not in {finding["severity"] for finding in findings}
    assert checked.returncode == 0, checked.stdout
    assert json.loads(listed.stdout)["address"] == user.address
    assert removed.returncode == 0
    assert not (home / "config" / "accounts" / "shop.toml").exists()


def test_a_wrong_password_saves_nothing_and_is_one_sentence(
    home: Path, user: User, servers: list[str]
) -> None:
    argv = ("account", "add", user.address, "--password-env", "SHOP_PASSWORD", *servers)

    refused = script(home, *argv, password="sk-live-CANARY")

    assert refused.returncode == 1
    assert "refused the user name or password" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "CANARY" not in refused.stderr + refused.stdout
    assert not list((home / "config").rglob("*.toml"))


def test_a_person_is_led_through_on_a_terminal(home: Path, user: User, servers: list[str]) -> None:
    argv = agent_tui("account", "add", *servers)

    with Terminal(argv, env=environment(home, **_NO_KEYRING), cols=160, rows=50) as screen:
        for question, answer in (
            ("Mail address: ", user.address),
            ("The name customers see beside it: ", "Shop"),
            (r"A short name for the account \[example\]: ", ""),
            (r"Secret for example.password \(not shown\): ", user.password),
            (r"Number \[1\]: ", "5"),
        ):
            screen.wait_for(f"^{question.rstrip()}")
            screen.press(f"{answer}\n")
        screen.wait_for("The account 'example' is saved")
        code = screen.wait_for_exit()

    saved = tomllib.loads((home / "config" / "accounts" / "example.toml").read_text())
    assert code == 0
    assert saved["address"] == user.address
    assert saved["name"] == "Shop"
    assert saved["password"] == {"file": str(home / "config" / "accounts" / "example.secret")}
    assert user.password.encode() not in screen.log


def port(servers: Sequence[str], name: str) -> str:
    return next(word.partition("=")[2] for word in servers if word.startswith(f"{name}="))

"""A third-party adapter made by ``plugin new`` outside this repository, installed from wheels.

Everything runs in an environment of its own, in which this program is installed from a wheel, so
that nothing is found only because it lies in the checkout.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.terminal import environment

pytestmark = pytest.mark.xdist_group("plugin package")  # the environment is made once

ROOT = Path(__file__).parent.parent
LIMIT_S = 300.0
"""For any one command on a busy machine; nothing is measured with it."""


@dataclass(frozen=True, slots=True)
class Place:
    """An environment with the program, and the package that was written and installed there."""

    folder: Path

    @property
    def package(self) -> Path:
        return self.folder / "agent-tui-acme"

    @property
    def python(self) -> str:
        return str(self.folder / "env" / "bin" / "python")

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        stdin: str = "",
        env: Mapping[str, str] | None = None,
    ) -> str:
        """What a command of the environment prints; it must end well."""
        done = subprocess.run(
            argv,
            cwd=cwd or self.folder,
            env=environment(self.folder / "home", **(env or {})),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )
        assert done.returncode == 0, f"{' '.join(argv)}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def agent_tui(self, *args: str, stdin: str = "") -> str:
        """What the installed program prints."""
        argv = [self.python, "-m", "agent_tui", *args]
        return self.run(argv, stdin=stdin, env={"SESAME": "sesame"})

    def rows(self, *args: str) -> list[dict[str, Any]]:
        """The objects that a command prints with ``--json``."""
        return [json.loads(line) for line in self.agent_tui(*args, "--json").splitlines()]


def missing(why: str) -> None:
    """Skip, or fail where everything must be there."""
    if os.environ.get("AGENT_TUI_REQUIRE_SERVERS"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The program and the package ``agent-tui-acme``, both installed from wheels."""
    folder = tmp_path_factory.mktemp("elsewhere")
    uv = shutil.which("uv")
    if uv is None:
        missing("needs uv: pip install uv")
        raise AssertionError
    place = Place(folder)
    (folder / "home").mkdir(mode=0o700)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
    _lend_libraries(place)
    install = [uv, "pip", "install", "-q", "--python", place.python]
    backend = subprocess.run([*install, "hatchling"], capture_output=True, text=True, check=False)
    if backend.returncode:
        missing(f"hatchling cannot be had: {backend.stderr.strip()[-300:]}")
    offline = ["--no-deps", "--no-build-isolation"]
    wheels = [uv, "build", "-q", "--wheel", "--no-build-isolation", "--python", place.python]
    subprocess.run([*wheels, "--out-dir", folder / "dist", ROOT], check=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    subprocess.run([*install, *offline, wheel], check=True)
    place.agent_tui("plugin", "new", "acme", "--into", str(folder))
    subprocess.run([*install, *offline, place.package], check=True)
    return place


def _lend_libraries(place: Place) -> None:
    """Let the environment find what this one has installed, behind its own packages."""
    find = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = Path(place.run([place.python, "-c", find]).strip())
    ours = sysconfig.get_path("purelib")
    (own / "lent.pth").write_text(f"import site; site.addsitedir({ours!r})\n")


@dataclass
class Shop:
    """A server that speaks the API over a socket: one customer has written, we may answer."""

    url: str = ""
    posted: list[Mapping[str, Any]] = field(default_factory=list)

    def answer(self, method: str, path: str, token: str, body: bytes) -> tuple[int, object]:
        """Status and JSON for a request."""
        if token != "Bearer sesame":
            return 401, {"error": "this token is not valid"}
        match method, path.partition("?")[0]:
            case "GET", "/me":
                return 200, {"name": "flowers"}
            case "GET", "/events":
                events = [] if "after=1" in path else [_message("Where is my zip?", ours=False)]
                return 200, {"events": events, "next": "1", "more": False}
            case "POST", "/tickets/t1/messages":
                self.posted.append(json.loads(body))
                return 200, _message(self.posted[-1]["text"], ours=True)
        return 404, {"error": f"there is no {path}"}


def _message(text: str, *, ours: bool) -> dict[str, object]:
    return {
        "type": "message",
        "id": "m2" if ours else "m1",
        "ticket": "t1",
        "customer": {"id": "ada", "name": "Ada"},
        "author": "Flowers" if ours else "Ada",
        "ours": ours,
        "text": text,
        "at": 1_790_000_000_000,
        "files": [],
    }


@contextmanager
def served(shop: Shop) -> Iterator[Shop]:
    """``shop`` on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = self.headers.get("Authorization", "")
            status, value = shop.answer(self.command, self.path, token, body)
            octets = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        do_POST = do_PUT = do_GET  # noqa: N815 - the library's names

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        shop.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield shop
        finally:
            server.shutdown()
            thread.join()


def test_it_is_installed_from_wheels_and_not_found_in_the_checkout(place: Place) -> None:
    for module in ("agent_tui", "agent_tui_acme"):
        where = place.run([place.python, "-c", f"import {module}; print({module}.__file__)"])
        assert Path(where.strip()).is_relative_to(place.folder / "env")


def test_it_is_listed_with_its_version_origin_and_capabilities(place: Place) -> None:
    rows = {row["name"]: row for row in place.rows("plugin", "list")}

    acme = rows["acme"]
    assert (acme["version"], acme["origin"]) == ("0.1.0", "agent-tui-acme")
    assert acme["capabilities"]["reply_limit"] == 10_000
    assert acme["problem"] == ""
    assert rows["imap"]["origin"] == "built in"


def test_listing_it_does_not_import_it(place: Place) -> None:
    source = (
        "import sys; from agent_tui.cli.main import run; run(['plugin', 'list']);"
        "print(sorted(m for m in sys.modules if m.startswith('agent_tui_acme')))"
    )

    assert place.run([place.python, "-c", source]).splitlines()[-1] == "[]"


def test_an_account_of_it_is_configured_pulled_answered_and_told_of(place: Place) -> None:
    add = ["account", "add", "--adapter", "acme", "--name", "tickets", "--password-env", "SESAME"]
    with served(Shop()) as shop:
        place.agent_tui(*add, "--set", f"url={shop.url}")
        place.agent_tui("sync", "--once")
        (ticket,) = place.rows("list")
        place.agent_tui("reply", str(ticket["id"]), stdin="On its way.")
        place.agent_tui("sync", "--once")

    assert (ticket["customer"], ticket["channel"]) == ("Ada", "chat")
    assert [one["text"] for one in shop.posted] == ["On its way."]
    rows = {row["name"]: row for row in place.rows("plugin", "list")}
    assert rows["acme"]["accounts"] == ["tickets"]


def test_it_passes_the_conformance_suite_and_its_stand_plays_everything(place: Place) -> None:
    (checked,) = place.rows("plugin", "check", "acme")

    outcomes = {claim["name"]: claim["outcome"] for claim in checked["claims"]}
    assert {k: v for k, v in outcomes.items() if v not in ("passed", "not applicable")} == {}
    assert outcomes["manifest"] == "passed"


def test_its_own_tests_pass(place: Place) -> None:
    pytest_run = [place.python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    place.run(pytest_run, cwd=place.package)


def test_its_code_is_clean(place: Place) -> None:
    ruff = [sys.executable, "-m", "ruff"]
    place.run([*ruff, "check", "--no-cache", "."], cwd=place.package)
    place.run([*ruff, "format", "--check", "--no-cache", "."], cwd=place.package)
    cache = f"--cache-dir={place.folder / 'mypy'}"
    place.run([place.python, "-m", "mypy", cache], cwd=place.package)

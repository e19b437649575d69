"""A real Synapse, its users, and an account of the adapter on it."""

import contextlib
import hashlib
import hmac
import itertools
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent_tui.adapters.contract import AccountContext
from agent_tui.adapters.matrix import MatrixAdapter
from agent_tui.adapters.matrix.settings import OPTIONS
from agent_tui.model.clock import Clock, system_clock
from tests.servers.real import (
    FaultProxy,
    answers,
    base_folder,
    eventually,
    free_ports,
    missing,
    program,
    run,
    shared,
)

DOMAIN = "shop.test"
INSTALL = "python3 -m venv DIR && DIR/bin/pip install matrix-synapse, then AGENT_TUI_SYNAPSE=DIR"

_SECRET = "test-shared"  # of the recipe
_V3 = "/_matrix/client/v3"
_NUMBERS = itertools.count()


@dataclass(slots=True)
class Person:
    """A user with a client of raw HTTP."""

    id: str
    password: str
    http: httpx.Client
    since: str = ""
    _sent: int = 0

    def room(self, *invited: "Person", **more: Any) -> str:
        """A new room that others are invited to."""
        ids = [one.id for one in invited]
        body = {"preset": "private_chat", "invite": ids, **more}
        return str(self.ask("POST", "/createRoom", json=body)["room_id"])

    def say(
        self, room: str, text: str, more: Mapping[str, Any] | None = None, *, txn: str = ""
    ) -> str:
        """Write a text with ``more`` fields; its event id."""
        content = {"msgtype": "m.text", "body": text, **(more or {})}
        return self.put(room, "m.room.message", content, txn)

    def put(self, room: str, kind: str, content: dict[str, Any], txn: str = "") -> str:
        """Any event; its id."""
        self._sent += 1
        path = f"/rooms/{room}/send/{kind}/{txn or self._sent}"
        return str(self.ask("PUT", path, json=content)["event_id"])

    def history(self, room: str) -> list[dict[str, Any]]:
        """All events of a room, oldest first."""
        found: list[dict[str, Any]] = []
        start: dict[str, str] = {}
        while True:
            params = {"dir": "b", "limit": "500", **start}
            page = self.ask("GET", f"/rooms/{room}/messages", params=params)
            found += page["chunk"]
            if not page.get("end"):
                return found[::-1]
            start = {"from": page["end"]}

    def written(self, room: str, by: "Person") -> list[dict[str, Any]]:
        """The messages of ``by``, oldest first."""
        events = self.history(room)
        return [e for e in events if e["type"] == "m.room.message" and e["sender"] == by.id]

    def ephemeral(self, room: str, kind: str) -> dict[str, Any]:
        """What is typed and read there at the moment."""
        # Synapse answers the same question from its memory for two minutes.
        self._sent += 1
        unlike = json.dumps({"room": {"timeline": {"limit": self._sent}}})
        sync = self.ask("GET", "/sync", params={"timeout": "0", "filter": unlike})
        events = sync["rooms"]["join"][room]["ephemeral"]["events"]
        return next((e["content"] for e in events if e["type"] == kind), {})

    def ask(self, method: str, path: str, **how: Any) -> dict[str, Any]:
        """The answer to a request, which must say yes; a limited rate is waited for."""
        while True:
            answer = self.http.request(method, f"{_V3}{path}", **how)
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            time.sleep(answer.json()["retry_after_ms"] / 1000)
        assert answer.is_success, answer.text
        return dict(answer.json())


@dataclass(frozen=True, slots=True)
class Synapse:
    """A homeserver that can be stopped and started again."""

    base: Path
    venv: Path
    port: int
    limits: str = "off"  # "tight": a message a second, after three
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it listens."""
        script = shared() / "servers" / "synapse" / "start.sh"
        arguments = [str(self.base), str(self.venv), str(self.port)]
        with (self.base.parent / f"{self.base.name}.log").open("w+") as log:
            command = ["bash", str(script), *arguments]
            variables = os.environ | {"PY": sys.executable, "RATELIMIT": self.limits}
            done = subprocess.run(command, env=variables, stdout=log, stderr=log, check=False)
            log.seek(0)
            if done.returncode:
                pytest.fail(f"Synapse did not start: {log.read()}")

    def stop(self) -> None:
        """Returns when it is gone."""
        run(["bash", str(shared() / "servers" / "synapse" / "stop.sh"), str(self.base)])

    def person(self, name: str) -> Person:
        """A new user, logged in."""
        local, password = f"{name}-{next(_NUMBERS)}", f"secret of {name}"
        http = httpx.Client(base_url=self.url, timeout=60)
        self.clients.append(http)
        nonce = http.get("/_synapse/admin/v1/register").json()["nonce"]
        signed = b"\0".join([nonce.encode(), local.encode(), password.encode(), b"notadmin"])
        body = {
            "nonce": nonce,
            "username": local,
            "displayname": name.capitalize(),
            "password": password,
            "admin": False,
            "mac": hmac.new(_SECRET.encode(), signed, hashlib.sha1).hexdigest(),
        }
        answer = http.post("/_synapse/admin/v1/register", json=body)
        assert answer.is_success, answer.text
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return Person(f"@{local}:{DOMAIN}", password, http)

    def adapter(
        self, us: Person, *, clock: Clock = system_clock, url: str = "", **settings: object
    ) -> MatrixAdapter:
        """An account of ``us``, by password unless ``settings`` say otherwise."""
        token = us.http.headers["Authorization"].removeprefix("Bearer ")
        secrets = {"password": us.password, "access_token": token}
        usual: dict[str, object] = {option.name: option.default for option in OPTIONS}
        usual |= {"homeserver": url or self.url, "address": us.id, "password": {"env": "P"}}
        log = logging.getLogger("agent_tui.test.matrix")
        return MatrixAdapter(
            AccountContext("chat", usual | settings, secrets.__getitem__, log, clock)
        )


@pytest.fixture(scope="session")
def synapse_venv() -> Path:
    """Where Synapse is installed."""
    if named := os.environ.get("AGENT_TUI_SYNAPSE"):
        return Path(named)
    if os.environ.get("AGENT_TUI_REQUIRE_SERVERS") != "1":
        missing(f"Synapse is missing: {INSTALL}")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    venv = cache / "agent-tui-tests" / "synapse"
    if not (venv / "bin" / "synctl").exists():
        run([sys.executable, "-m", "venv", str(venv)])
        run([str(venv / "bin" / "pip"), "install", "-q", "matrix-synapse"])
    return venv


@contextlib.contextmanager
def _running(venv: Path, limits: str = "off") -> Iterator[Synapse]:
    with base_folder("synapse") as folder:
        (port,) = free_ports(1)
        server = Synapse(folder / "server", venv, port, limits)
        server.base.mkdir()
        try:
            server.start()
            yield server
        finally:
            for client in server.clients:
                client.close()
            server.stop()


@pytest.fixture(scope="session")
def synapse(synapse_venv: Path) -> Iterator[Synapse]:
    """A running Synapse without limits of rate."""
    with _running(synapse_venv) as server:
        yield server


@pytest.fixture
def own_synapse(synapse_venv: Path) -> Iterator[Synapse]:
    """A Synapse of this test's own, that it may stop."""
    with _running(synapse_venv) as server:
        yield server


@pytest.fixture
def tight_synapse(synapse_venv: Path) -> Iterator[Synapse]:
    """A Synapse that takes a message a second, after the first three."""
    with _running(synapse_venv, "tight") as server:
        yield server


@contextlib.contextmanager
def proxy_before(target: int) -> Iterator[FaultProxy]:
    """A proxy before a port on loopback."""
    port, control = free_ports(2)
    script = shared() / "servers" / "faultproxy" / "faultproxy.py"
    command = [sys.executable, str(script), str(port), str(target), str(control)]
    with program(command, control):
        eventually(lambda: answers(port), "the proxy listens")
        yield FaultProxy(port, control)

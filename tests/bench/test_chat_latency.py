"""From accepted by the homeserver to painted: a customer's message in a chat that is being read.

What the provider itself takes is measured in the same moment by a bare client that waits in the
same room by a long poll of its own.
"""

import threading
import time
from pathlib import Path
from statistics import median, quantiles

import pytest

from tests.bench.figures import show
from tests.program import Home
from tests.servers.synapse import Person, Synapse

pytestmark = pytest.mark.bench

MESSAGES = 40
_REST_S = 0.4


class BareClient(threading.Thread):
    """Notes when each message comes out of its long poll."""

    def __init__(self, person: Person, room: str) -> None:
        super().__init__(daemon=True)
        self.heard: dict[str, float] = {}
        self._person, self._room = person, room
        self._since = person.ask("GET", "/sync", params={"timeout": "0"})["next_batch"]
        self.end = False

    def run(self) -> None:
        while not self.end:
            params = {"since": self._since, "timeout": "2000"}
            sync = self._person.ask("GET", "/sync", params=params)
            now = time.monotonic()
            self._since = sync["next_batch"]
            joined = sync.get("rooms", {}).get("join", {}).get(self._room, {})
            for event in joined.get("timeline", {}).get("events", ()):
                if event["type"] == "m.room.message":
                    self.heard[event["content"]["body"]] = now


def test_from_accepted_to_painted(synapse: Synapse, tmp_path: Path) -> None:
    us, ann, other = (synapse.person(name) for name in ("support", "ann", "other"))
    home = Home(tmp_path, {"MATRIX_PASSWORD": us.password})
    home.account(
        "chat",
        "matrix",
        homeserver=synapse.url,
        address=us.id,
        password={"env": "MATRIX_PASSWORD"},
    )
    for folder in (tmp_path, tmp_path / "config", tmp_path / "config" / "accounts"):
        folder.chmod(0o700)
    room = ann.room(us, other)
    other.ask("POST", f"/rooms/{room}/join", json={})
    ann.say(room, "is anybody there?")
    bare = BareClient(other, room)
    bare.start()
    painted, accepted = {}, {}
    with home.screen(cols=120, rows=40) as inbox:
        inbox.wait_for("is anybody there")
        inbox.press("\r")
        inbox.settle(1.0)
        for number in range(MESSAGES):
            inbox.settle_for(_REST_S)
            text = f"message number {number}."
            ann.say(room, text)
            accepted[text] = time.monotonic()
            painted[text] = inbox.read_until(lambda text=text: text in inbox.text())  # type: ignore[misc]
        inbox.press("q")
        inbox.settle()
        inbox.press("q")
        assert inbox.wait_for_exit() == 0
    bare.end = True
    bare.join()

    ours = [(painted[text] - accepted[text]) * 1000 for text in accepted]
    theirs = [(bare.heard[text] - accepted[text]) * 1000 for text in accepted]
    beyond = [one - other for one, other in zip(ours, theirs, strict=True)]
    head = ["from accepted, ms", "median", "p95", "most"]
    rows = [
        [name, f"{median(times):.0f}", f"{quantiles(times, n=20)[-1]:.0f}", f"{max(times):.0f}"]
        for name, times in (
            ("a bare client hears it", theirs),
            ("painted here", ours),
            ("beyond the provider", beyond),
        )
    ]
    show(f"Accepted to painted, {MESSAGES} messages, 120x40 (P11: 250 ms beyond)", head, rows)

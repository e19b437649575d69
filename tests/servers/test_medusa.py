"""The example plugin and the installed program against a real Medusa with its reviews plugin.

Not in the ordinary run: ``uv run pytest -m nightly -n0 tests/servers/test_medusa.py``. With
AGENT_TUI_RECORD=1 what the shop answers is written down for the plugin's own tests.
"""

import logging
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from agent_tui_medusa.adapter import MedusaAdapter
from agent_tui_medusa.recorded import day, trimmed

from agent_tui.adapters.contract import AccountContext
from agent_tui.model.clock import system_clock
from agent_tui.testing.recording import Mask, Recorder, Replay
from tests.program import Home
from tests.servers.medusa import Medusa
from tests.servers.real import eventually

pytestmark = [pytest.mark.server, pytest.mark.nightly, pytest.mark.xdist_group("medusa")]

EXCHANGES = Path(__file__).parent.parent / "plugins" / "medusa" / "tests" / "exchanges.json"


async def test_the_shop_answers_as_it_was_recorded(medusa: Medusa) -> None:
    order = medusa.order(medusa.customer("Ann", "Lee"), "Lamp", price=29.99, quantity=2)
    medusa.pay_and_refund(order, 10.5, "One was chipped")
    medusa.ship(order, "1Z999", "https://track.test/1Z999")
    medusa.review(order, "Shines <b>bright</b>", stars=5)
    recorder = Recorder(httpx.AsyncHTTPTransport(), Mask(secrets=(medusa.key,)))
    adapter = _adapter(medusa, recorder)
    try:
        await day(adapter)
    finally:
        await adapter.close()
    recorder.exchanges = [trimmed(one) for one in recorder.exchanges]
    if os.environ.get("AGENT_TUI_RECORD"):
        recorder.save(EXCHANGES)

    before = Replay(EXCHANGES).left
    assert [_shape(one.answer) for one in recorder.exchanges] == [_shape(o.answer) for o in before]


def test_in_a_terminal_a_review_is_answered_and_approved_beside_its_customers_order(
    medusa: Medusa, tmp_path: Path
) -> None:
    ann, bob = medusa.customer("Ann", "Lee"), medusa.customer("Bob", "Ray")
    order = medusa.order(ann, "Copper kettle", price=29.99, quantity=2)
    medusa.pay_and_refund(order, 10.5, "One was chipped")
    medusa.ship(order, "1Z999", "https://track.test/1Z999")
    medusa.order(bob, "Somebody else's pan", price=5)
    review = medusa.review(order, "Leaks after a week", stars=2)

    with _home(medusa, tmp_path).screen(cols=160, rows=40) as screen:
        screen.wait_for("Leaks after a week")
        screen.press("\r")
        screen.wait_for(rf"order #{order['display_id']}\b.*59\.98 EUR")
        beside = screen.wait_for(rf"refund #{order['display_id']}\b.*10\.50 EUR")
        screen.press("r")
        screen.wait_for("Send|Ctrl\\+S|C-s")
        screen.press("We are sorry, a new one is on its way", "\x13")
        eventually(lambda: _answer(medusa, review) != "", "the answer is there", 60)
        screen.press(":approve\r")
        eventually(lambda: medusa.public(review) != [], "everybody sees the review", 60)
        screen.wait_for("We are sorry, a new one is on its way")
        screen.press("q", "q", "q")
        screen.wait_for_exit()

    assert "shipped  2 x Copper kettle" in beside
    assert "Somebody else" not in beside
    (shown,) = medusa.public(review)
    assert shown["content"] == "Leaks after a week"
    assert shown["response"]["content"] == "We are sorry, a new one is on its way"


def _shape(value: Any) -> Any:
    """The names of all fields of an answer; of lists one member stands for all."""
    match value:
        case dict():
            return {name: _shape(one) for name, one in sorted(value.items())}
        case [first, *_]:
            return [_shape(first)]
        case _:
            return None


def _adapter(medusa: Medusa, network: httpx.AsyncBaseTransport) -> MedusaAdapter:
    log = logging.getLogger("agent_tui.test.medusa")
    settings = {"url": medusa.url, "ca_file": None}
    return MedusaAdapter(
        AccountContext("shop", settings, lambda _: medusa.key, log, system_clock, lambda: network)
    )


def _answer(medusa: Medusa, review: str) -> str:
    return str((medusa.shown(review)["response"] or {}).get("content", ""))


def _home(medusa: Medusa, path: Path) -> Home:
    """The program with an account of the shop, from where answers leave at once."""
    home = Home(path, {"SHOP_KEY": medusa.key})
    home.settings("[undo_seconds]\nreview = 0\n")
    home.account("shop", "medusa", url=medusa.url, api_key={"env": "SHOP_KEY"})
    for folder in (path, path / "config", path / "config" / "accounts"):
        folder.chmod(0o700)
    return home

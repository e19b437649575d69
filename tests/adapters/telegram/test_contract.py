"""Every request of the adapter conforms to the published description of the Bot API."""

import os
from pathlib import Path

import pytest

from agent_tui.model.account import EffectKind
from agent_tui.testing.stands.telegram import UNCOVERED, TelegramStand
from tests.adapters.telegram.visit import change, reply, target, visit

METHODS = (
    "getMe",
    "getWebhookInfo",
    "getUpdates",
    "sendMessage",
    "sendPhoto",
    "sendDocument",
    "editMessageText",
    "deleteMessage",
    "setMessageReaction",
    "sendChatAction",
    "getFile",
)


async def test_all_methods_that_are_called_conform_and_only_files_are_not_covered(
    tmp_path: Path,
) -> None:
    if not TelegramStand().contract:
        why = "set AGENT_TUI_SHARED to the folder that holds contracts/"
        if os.environ.get("AGENT_TUI_REQUIRE_SERVERS") == "1":
            pytest.fail(why)
        pytest.skip(why)
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    files = [str(tmp_path / "a.png"), str(tmp_path / "a.pdf")]
    async with visit() as made:
        await made.adapter.check()
        await made.stand.write("Hello", files=[("scan.bin", b"abc")])
        asked, scan = await made.news()
        receipt = await made.adapter.deliver(reply(asked, "Here", *files), made.commit)
        assert receipt.remote_id is not None
        for effect in (
            change(EffectKind.TYPING, asked.remote_id),
            change(EffectKind.REACT, asked.remote_id, emoji="👍"),
            change(EffectKind.EDIT, receipt.remote_id, "There"),
            change(EffectKind.DELETE, receipt.remote_id),
        ):
            await made.adapter.deliver(effect, made.commit)
        assert await made.adapter.fetch(target(scan), scan.files[0].part) == b"abc"
        held = made.stand.held
        assert held is not None
        assert held.covered == {f"POST /bot{{token}}/{method}" for method in METHODS}
        assert set(held.passed) == set(UNCOVERED)
        assert held.violations == []

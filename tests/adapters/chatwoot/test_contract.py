"""Every request is one of the published contract, or of the short list of those it lacks."""

from pathlib import Path

import pytest

from agent_tui.adapters.chatwoot.routes import UNCOVERED
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Priority, Status
from agent_tui.testing.contract import ContractViolation
from tests.adapters.chatwoot.visit import Visit, effect, target, triage, visit, written


def _held(here: Visit) -> None:
    if here.stand.held is None:
        pytest.skip("set AGENT_TUI_SHARED to the folder that holds contracts/")


async def _everything(here: Visit, folder: Path) -> None:
    """All that the adapter can ask for."""
    (folder / "x.txt").write_bytes(b"x")
    ours = here.api.say(11, "Oops", 1, sender={"id": 1, "type": "user"})
    here.api.say(11, "Hello", files=[("x.pdf", b"x", "application/pdf")])
    await here.adapter.check()
    [message] = [one for one in await here.news() if one.files]
    await here.adapter.fetch(target(int(message.remote_id)), message.files[0].part)
    for one in (
        written("Hi"),
        written("Hi", EffectKind.NOTE),
        written("Hi", files=(str(folder / "x.txt"),)),
        triage(EffectKind.STATUS, status=Status.SNOOZED, snoozed_until=1_800_000_000_000),
        triage(EffectKind.ASSIGN, assignee="bob"),
        triage(EffectKind.ASSIGN),
        triage(EffectKind.LABELS, labels=("a", "b")),
        triage(EffectKind.LABELS),
        triage(EffectKind.PRIORITY, priority=Priority.NORMAL),
        effect(EffectKind.READ),
        effect(EffectKind.UNREAD),
        effect(EffectKind.TYPING),
        effect(EffectKind.DELETE, targets=(target(ours.id),)),
    ):
        await here.deliver(one)
    await here.adapter.settle(written("Hi"))
    await here.pull()


async def test_every_request_conforms_and_nothing_is_excused_that_is_not_asked(
    tmp_path: Path,
) -> None:
    async with visit() as here:
        _held(here)
        await _everything(here, tmp_path)
        assert here.stand.held is not None
        assert here.stand.held.violations == []
        assert here.stand.held.passed == UNCOVERED
        known = "/api/v1/accounts/{account_id}/conversations/{conversation_id}"
        assert here.stand.held.covered >= {
            "GET /api/v1/profile",
            "GET /api/v1/accounts/{account_id}/agents",
            "GET /api/v1/accounts/{account_id}/canned_responses",
            "GET /api/v1/accounts/{account_id}/conversations",
            "GET /api/v1/accounts/{account_id}/inboxes",
            f"GET {known}",
            f"GET {known}/messages",
            f"POST {known}/assignments",
            f"POST {known}/labels",
            f"POST {known}/messages",
            f"POST {known}/toggle_priority",
            f"POST {known}/toggle_status",
            f"POST {known}/toggle_typing_status",
            f"DELETE {known}/messages/{{message_id}}",
        }


@pytest.mark.parametrize(
    ("what", "body", "words"),
    [
        ("messages", {"content": "x", "echo_id": "1"}, "echo_id: unknown"),
        ("toggle_status", {"status": "closed"}, "closed"),
        ("labels", {"labels": "refund"}, "refund"),
        ("mute", {}, "no such operation"),
    ],
)
async def test_what_the_contract_does_not_know_is_caught(
    what: str, body: dict[str, object], words: str
) -> None:
    async with visit() as here:
        _held(here)
        assert here.stand.held is not None
        here.api.say(11, "Hello")
        with pytest.raises(ContractViolation, match=words):
            await here.adapter._api.change(11, what, body)
        here.stand.held.violations.clear()

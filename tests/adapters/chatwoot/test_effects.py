"""What agents decide, carried out at the server."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent_tui.adapters.contract import (
    AccountProblem,
    Deferred,
    Effect,
    Refused,
    Settled,
    Severity,
    Unreachable,
)
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import MINUTE, SECOND
from agent_tui.model.conversation import Priority, Status
from agent_tui.testing.server import answer_json
from agent_tui.testing.stand import Fault
from tests.adapters.chatwoot.visit import KEY, Visit, effect, target, triage, visit, written

ANN = {"id": 1, "name": "Ann Agent", "type": "user"}


def _last(here: Visit) -> httpx.Request:
    return here.api.requests[-1]


async def test_a_reply_carries_its_key_and_comes_back_as_ours() -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        receipt = await here.deliver(written("Hi **Ann**"))
        row = here.api.talks[11].rows[-1]
        assert (row.content, row.private, row.kind) == ("Hi **Ann**", False, 1)
        assert row.attributes == {"agent_tui_key": KEY}
        assert receipt.remote_id == str(row.id)
        assert here.commits == 1
        echo = (await here.news())[-1]
        assert (echo.remote_id, echo.message_id) == (receipt.remote_id, KEY)


async def test_a_note_is_private() -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        await here.deliver(written("Careful", EffectKind.NOTE))
        assert here.api.talks[11].rows[-1].private


async def test_files_leave_with_the_text_and_keep_key_and_privacy(tmp_path: Path) -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        (tmp_path / "label.pdf").write_bytes(b"%PDF")
        await here.deliver(written("Look", EffectKind.NOTE, files=(str(tmp_path / "label.pdf"),)))
        row = here.api.talks[11].rows[-1]
        assert row.files == [("label.pdf", b"%PDF", "application/pdf")]
        assert (row.private, row.attributes) == (True, {"agent_tui_key": KEY})


async def test_more_files_than_chatwoot_takes_are_refused_before_anything_leaves(
    tmp_path: Path,
) -> None:
    async with visit() as here:
        (tmp_path / "x").write_bytes(b"x")
        with pytest.raises(Refused, match="takes 15 files"):
            await here.deliver(written("Look", files=(str(tmp_path / "x"),) * 16))
        assert here.commits == 0


@pytest.mark.parametrize(
    "text",
    [
        "{{ contact.email }} and {% if x %}y{% endif %}",
        "{{{ three }}} {{{{ four",
        "code `{{ left.alone }}` and {{ not }}",
        "one { brace } and {} none",
    ],
)
async def test_braces_come_out_of_the_servers_templates_as_they_went_in(text: str) -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        await here.deliver(written(text))
        assert here.api.talks[11].rows[-1].content == text


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (Status.OPEN, {"status": "open"}),
        (Status.PENDING, {"status": "pending"}),
        (Status.RESOLVED, {"status": "resolved"}),
        (Status.ON_HOLD, {"status": "open"}),
        (Status.SPAM, {"status": "resolved"}),
        (Status.SNOOZED, {"status": "snoozed"}),
    ],
)
async def test_each_status_has_a_word(status: Status, body: dict[str, Any]) -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        await here.deliver(triage(EffectKind.STATUS, status=status))
        assert json.loads(_last(here).content) == body
        assert here.commits == 0


async def test_a_snooze_ends_at_a_second_that_is_not_too_early() -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        until = 1_800_000_000_001
        await here.deliver(triage(EffectKind.STATUS, status=Status.SNOOZED, snoozed_until=until))
        assert json.loads(_last(here).content)["snoozed_until"] == 1_800_000_001


async def test_an_agent_is_assigned_by_handle_and_taken_off_again() -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        await here.deliver(triage(EffectKind.ASSIGN, assignee="Bob"))
        assert here.api.talks[11].assignee == 2
        await here.deliver(triage(EffectKind.ASSIGN, assignee=None))
        assert here.api.talks[11].assignee is None


async def test_an_unknown_agent_is_refused_with_those_that_exist() -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        with pytest.raises(Refused, match=r"no agent 'carl' .* there are ann, bob"):
            await here.deliver(triage(EffectKind.ASSIGN, assignee="carl"))


async def test_labels_replace_those_there_were() -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        here.api.decide(11, labels=["old"])
        await here.deliver(triage(EffectKind.LABELS, labels=("refund", "vip")))
        assert here.api.talks[11].labels == ["refund", "vip"]


@pytest.mark.parametrize(
    ("priority", "word"),
    [
        (Priority.LOW, "low"),
        (Priority.NORMAL, "medium"),
        (Priority.HIGH, "high"),
        (Priority.URGENT, "urgent"),
    ],
)
async def test_each_priority_has_a_word(priority: Priority, word: str) -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        await here.deliver(triage(EffectKind.PRIORITY, priority=priority))
        assert here.api.talks[11].priority == word


async def test_reading_and_its_opposite_are_told() -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        await here.deliver(effect(EffectKind.READ))
        assert here.api.talks[11].seen_at == here.clock.now / SECOND
        await here.deliver(effect(EffectKind.UNREAD))
        assert here.api.talks[11].seen_at < here.clock.now / SECOND


@pytest.mark.parametrize("on", [True, False])
async def test_writing_is_told(on: bool) -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        await here.deliver(effect(EffectKind.TYPING, on=on))
        assert here.api.talks[11].typing is on


async def test_a_message_on_the_website_is_deleted() -> None:
    async with visit() as here:
        row = here.api.say(11, "Oops", 1, sender=ANN)
        await here.deliver(effect(EffectKind.DELETE, targets=(target(row.id),)))
        assert here.api.talks[11].rows[-1].attributes == {"deleted": True}


async def test_nothing_is_deleted_that_the_customer_would_keep() -> None:
    async with visit() as here:
        here.api.inboxes[0]["channel_type"] = "Channel::Whatsapp"
        row = here.api.say(11, "Oops", 1, sender=ANN)
        with pytest.raises(Refused, match="cannot take a message back from WhatsApp"):
            await here.deliver(effect(EffectKind.DELETE, targets=(target(row.id),)))
        assert here.api.talks[11].rows[-1].content == "Oops"


@pytest.mark.parametrize("asked", [effect(EffectKind.REACT), effect(EffectKind.EDIT)])
async def test_what_chatwoot_cannot_do_is_refused(asked: Effect) -> None:
    async with visit() as here:
        with pytest.raises(Refused, match="cannot do this"):
            await here.deliver(asked)


async def test_a_conversation_of_another_provider_is_refused() -> None:
    async with visit() as here:
        with pytest.raises(Refused, match="did not come from Chatwoot"):
            await here.deliver(Effect(EffectKind.READ, KEY, thread_key="!room:hs"))


@pytest.mark.parametrize(("fault", "settled"), [
    (Fault.CUT_BEFORE, Settled.NOT_SENT),
    (Fault.CUT_AFTER, Settled.SENT),
])  # fmt: skip
async def test_a_cut_at_the_send_is_settled_from_the_conversation(
    fault: Fault, settled: Settled
) -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        reply = written("Hi", date=here.clock.now)
        here.stand.fault(fault)
        with pytest.raises(Unreachable):
            await here.deliver(reply)
        for _ in range(30):
            here.api.say(11, "And more")
        assert await here.adapter.settle(reply) is settled


@pytest.mark.parametrize(
    ("row", "settled"),
    [
        ({"sender": ANN}, Settled.SENT),
        ({"sender": {**ANN, "id": 2}}, Settled.NOT_SENT),
        ({"sender": ANN, "private": True}, Settled.NOT_SENT),
        ({"sender": ANN, "attributes": {"agent_tui_key": "other"}}, Settled.NOT_SENT),
    ],
)
async def test_without_the_key_the_same_text_by_us_settles(
    row: dict[str, Any], settled: Settled
) -> None:
    async with visit() as here:
        here.api.say(11, "Hi", 1, **row)
        assert await here.adapter.settle(written("Hi", date=here.clock.now)) is settled


async def test_the_same_text_from_before_the_try_settles_nothing() -> None:
    async with visit() as here:
        here.api.say(11, "Hi", 1, sender=ANN)
        here.later(1)
        assert await here.adapter.settle(written("Hi", date=here.clock.now)) is Settled.NOT_SENT


async def test_a_conversation_that_is_gone_settles_nothing() -> None:
    async with visit() as here:
        assert await here.adapter.settle(written("Hi", date=here.clock.now)) is Settled.UNKNOWN


async def test_a_flood_is_put_off_for_a_minute() -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        here.api.flooded = True
        with pytest.raises(Deferred, match="no more messages") as raised:
            await here.deliver(written("Hi"))
        assert raised.value.retry_after == MINUTE


async def test_a_right_that_is_missing_for_one_conversation_stops_no_account() -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        here.api.forbidden.add(11)
        with pytest.raises(Refused, match="lacks the right"):
            await here.deliver(effect(EffectKind.READ))


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (401, {"error": "Invalid Access Token"}, AccountProblem, "Invalid Access Token"),
        (401, {"errors": ["You need to sign in"]}, AccountProblem, "You need to sign in"),
        (403, {"error": "Access denied"}, AccountProblem, "Access denied"),
        (404, {"error": "Resource could not be found"}, Refused, "could not be found"),
        (422, {"message": "Content is too long", "attributes": ["content"]}, Refused, "too long"),
        (422, {"errors": [{"message": "is invalid"}, "bad"]}, Refused, "is invalid, bad"),
        (402, {"error": "Not on your plan"}, Refused, "Not on your plan"),
        (429, {"error": "slow"}, Deferred, "slow down"),
        (500, {"error": "boom"}, Unreachable, "problem of its own"),
        (200, {"unexpected": True}, Unreachable, "not what its API promises"),
    ],
)
async def test_each_no_is_said_in_words(
    status: int, body: dict[str, Any], error: type[Exception], words: str
) -> None:
    async with visit() as here:
        here.stand.weather._inner = httpx.MockTransport(lambda _: answer_json(body, status))
        with pytest.raises(error, match=words):
            await here.deliver(written("Hi"))


@pytest.mark.parametrize(
    "asked",
    [triage(EffectKind.LABELS, labels=("a",)), effect(EffectKind.DELETE, targets=(target(1),))],
)
async def test_a_page_in_place_of_a_yes_is_none(asked: Effect) -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        await here.pull()
        found = here.api.of_talk(here.api.talks[11])

        def portal(request: httpx.Request) -> httpx.Response:
            return answer_json(found) if request.method == "GET" else httpx.Response(200, html="Hi")

        here.stand.weather._inner = httpx.MockTransport(portal)
        with pytest.raises(Unreachable, match="something else answers in its place"):
            await here.deliver(asked)


async def test_a_check_says_who_where_and_what() -> None:
    async with visit() as here:
        found = {one.what: (one.severity, one.detail) for one in await here.adapter.check()}
        assert found == {
            "Log-in": (Severity.OK, "as Ann Agent"),
            "Account": (Severity.OK, "Shop (7)"),
            "Inboxes": (Severity.OK, "Website"),
            "Push (websocket)": (Severity.OK, ""),
        }


async def test_a_check_with_a_wrong_token_ends_at_the_log_in() -> None:
    async with visit() as here:
        here.stand.fault(Fault.NO_ENTRY)
        [found] = await here.adapter.check()
        assert found.severity is Severity.ERROR
        assert "renew the account's token" in found.detail


async def test_a_check_of_an_account_of_others_names_ours() -> None:
    async with visit(account_id=8) as here:
        found = (await here.adapter.check())[-1]
        assert found.severity is Severity.ERROR
        assert "they belong to Shop (7)" in found.detail


async def test_a_check_without_push_warns() -> None:
    async with visit() as here:
        here.api.cable.turned_away = {"type": "disconnect", "reason": "unauthorized"}
        found = (await here.adapter.check())[-1]
        assert (found.what, found.severity) == ("Push (websocket)", Severity.WARNING)


async def test_a_reply_with_files_says_nothing_that_could_be_taken_for_private(
    tmp_path: Path,
) -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        (tmp_path / "x").write_bytes(b"x")
        await here.deliver(written("Look", files=(str(tmp_path / "x"),)))
        assert b'name="private"' not in _last(here).content

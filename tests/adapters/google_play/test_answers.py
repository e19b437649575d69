"""Our answers in Google Play: one a review, replaced in its place, within the limit."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from agent_tui.adapters.contract import Refused, Settled, Target
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import HOUR
from agent_tui.testing.contract import ContractViolation
from agent_tui.testing.stands.google_play import GooglePlayStand
from tests.adapters.reviewing import desk
from tests.adapters.shared_contracts import contract_of


async def test_an_answer_takes_the_place_of_the_one_that_was_there() -> None:
    async with desk(GooglePlayStand()) as made:
        where = await made.asked()
        receipt = await made.deliver(made.reply(where, "Sorry."))
        ours = Target(where.mailbox, receipt.remote_id or "")
        await made.deliver(made.reply(ours, "Very sorry.", EffectKind.EDIT))
        assert made.stand.review(where.remote_id).answer == "Very sorry."
        assert made.commits == 0


async def test_350_characters_are_taken_and_351_refused_before_anything_is_asked() -> None:
    async with desk(GooglePlayStand()) as made:
        where = await made.asked()
        await made.deliver(made.reply(where, "\N{WHITE MEDIUM STAR}" * 350))
        before = len(made.stand.api.requests)
        error = await made.failing(made.reply(where, "x" * 351))
        assert isinstance(error, Refused)
        assert "351 characters" in str(error)
        assert len(made.stand.api.requests) == before


async def test_a_review_that_is_gone_cannot_be_answered() -> None:
    async with desk(GooglePlayStand()) as made:
        where = await made.asked()
        made.stand.api.apps[where.mailbox].clear()
        error = await made.failing(made.reply(where, "Sorry."))
        assert isinstance(error, Refused)
        assert "not in Google Play any more" in str(error)


async def test_an_app_that_was_taken_out_of_the_settings_is_not_answered() -> None:
    async with desk(GooglePlayStand()) as made:
        where = await made.asked()
        error = await made.failing(made.reply(replace(where, mailbox="org.example.gone"), "Hi"))
        assert isinstance(error, Refused)


async def test_an_older_answer_of_somebody_else_is_no_sign_of_ours() -> None:
    async with desk(GooglePlayStand()) as made:
        where = await made.asked()
        effect = made.reply(where, "Sorry.")
        assert await made.adapter.settle(effect) is Settled.NOT_SENT
        made.stand.api.answer(made.stand.review(where.remote_id), "Theirs.")
        assert await made.adapter.settle(effect) is Settled.UNKNOWN
        made.clock.advance(HOUR)
        later = made.reply(where, "Sorry.")
        assert await made.adapter.settle(later) is Settled.NOT_SENT


async def test_all_requests_are_held_to_googles_description() -> None:
    contract_of(GooglePlayStand())
    async with desk(GooglePlayStand()) as made:
        where = await made.asked()
        await made.deliver(made.reply(where, "Sorry."))
        await made.adapter.settle(made.reply(where, "Sorry."))
        base = "/androidpublisher/v3/applications/{packageName}/reviews"
        assert made.stand.held is not None
        assert made.stand.held.covered == {
            f"GET {base}",
            f"GET {base}/{{reviewId}}",
            f"POST {base}/{{reviewId}}:reply",
        }
        assert made.stand.held.passed == {}


DEFECTS: dict[str, dict[str, Any]] = {
    "a field of another name": {"json": {"text": "Sorry."}},
    "a number for the text": {"json": {"replyText": 7}},
    "a form": {"data": {"replyText": "Sorry."}},
    "an unknown parameter": {"json": {"replyText": "Sorry."}, "params": {"force": "1"}},
}


@pytest.mark.parametrize("defect", DEFECTS)
async def test_a_request_against_the_description_is_caught(defect: str) -> None:
    contract_of(GooglePlayStand())
    stand = GooglePlayStand()
    await stand.start()
    where = "/androidpublisher/v3/applications/org.example.app/reviews/gp:1:reply"
    async with httpx.AsyncClient(
        transport=stand.weather, base_url="https://androidpublisher.googleapis.com"
    ) as client:
        with pytest.raises(ContractViolation):
            await client.post(where, **DEFECTS[defect])
    with pytest.raises(ContractViolation):
        await stand.stop()

"""Our answers on Google Business Profile: one a review, replaced, taken back, within the limit."""

from typing import Any

import httpx
import pytest

from agent_tui.adapters.contract import Refused, Target
from agent_tui.adapters.google_business.business import REVIEWS
from agent_tui.model.account import EffectKind
from agent_tui.testing.contract import ContractViolation
from agent_tui.testing.stands.google_business import GoogleBusinessStand
from tests.adapters.reviewing import desk
from tests.adapters.shared_contracts import contract_of

BASE = "/v4/accounts/{accountId}/locations/{locationId}/reviews"


async def test_an_answer_is_changed_in_its_place_and_taken_back() -> None:
    async with desk(GoogleBusinessStand()) as made:
        where = await made.asked()
        receipt = await made.deliver(made.reply(where, "Sorry."))
        ours = Target(where.mailbox, receipt.remote_id or "")
        await made.deliver(made.reply(ours, "Very sorry.", EffectKind.EDIT))
        assert made.stand.review(where.remote_id).answer == "Very sorry."
        for _ in range(2):  # what is not there any more cannot be taken back twice, and need not
            await made.deliver(made.reply(ours, "", EffectKind.DELETE))
            assert made.stand.review(where.remote_id).answer is None
        assert made.commits == 0


async def test_4096_bytes_are_taken_and_more_refused_before_anything_is_asked() -> None:
    async with desk(GoogleBusinessStand()) as made:
        where = await made.asked()
        await made.deliver(made.reply(where, "\N{GRINNING FACE}" * 1024))
        before = len(made.stand.api.requests)
        error = await made.failing(made.reply(where, "\N{GRINNING FACE}" * 1024 + "!"))
        assert isinstance(error, Refused)
        assert "4097 bytes" in str(error)
        assert len(made.stand.api.requests) == before


async def test_a_review_that_is_gone_cannot_be_answered() -> None:
    async with desk(GoogleBusinessStand()) as made:
        where = await made.asked()
        await made.stand.delete(where.remote_id)
        error = await made.failing(made.reply(where, "Sorry."))
        assert isinstance(error, Refused)


async def test_all_requests_are_held_to_the_descriptions() -> None:
    contract_of(GoogleBusinessStand())
    async with desk(GoogleBusinessStand()) as made:
        where = await made.asked()
        await made.deliver(made.reply(where, "Sorry."))
        await made.adapter.settle(made.reply(where, "Sorry."))
        await made.deliver(made.reply(where, "", EffectKind.DELETE))
        found = {name for held in made.stand.held.values() for name in held.covered}
        assert found == {
            "GET /v1/accounts",
            "GET /v1/accounts/{accountId}/locations",
            f"GET {BASE}",
            f"GET {BASE}/{{reviewId}}",
            f"PUT {BASE}/{{reviewId}}/reply",
            f"DELETE {BASE}/{{reviewId}}/reply",
        }


DEFECTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a field of another name": ("PUT", "reviews/r/reply", {"json": {"text": "Sorry."}}),
    "no body": ("PUT", "reviews/r/reply", {}),
    "another method": ("POST", "reviews/r/reply", {"json": {"comment": "Sorry."}}),
    "another order": ("GET", "reviews", {"params": {"orderBy": "updateTime"}}),
    "too large a page": ("GET", "reviews", {"params": {"pageSize": "51"}}),
}


@pytest.mark.parametrize("defect", DEFECTS)
async def test_a_request_against_the_description_is_caught(defect: str) -> None:
    contract_of(GoogleBusinessStand())
    stand = GoogleBusinessStand()
    await stand.start()
    method, path, how = DEFECTS[defect]
    async with httpx.AsyncClient(transport=stand.weather, base_url=REVIEWS) as client:
        with pytest.raises(ContractViolation):
            await client.request(method, f"/v4/accounts/11/locations/22/{path}", **how)
    with pytest.raises(ContractViolation):
        await stand.stop()

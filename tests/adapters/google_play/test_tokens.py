"""Tokens for Google: kept for their time, made anew when refused, problems in words."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.adapters.contract import AccountProblem, AdapterError
from agent_tui.model.clock import HOUR, MINUTE
from agent_tui.testing.clock import FakeClock
from agent_tui.testing.stands.google_play import GooglePlayStand
from agent_tui.testing.stands.google_play_tokens import key_file
from tests.adapters.reviewing import desk, made_by


async def test_a_token_is_used_until_shortly_before_its_end() -> None:
    async with desk(GooglePlayStand()) as made:
        await made.pull()
        made.clock.advance(58 * MINUTE)
        await made.pull()
        assert len(made.stand.tokens.given) == 1
        made.clock.advance(MINUTE)
        await made.pull()
        assert len(made.stand.tokens.given) == 2
        assert set(made.stand.tokens.scopes) == {"https://www.googleapis.com/auth/androidpublisher"}


async def test_a_token_that_is_refused_before_its_end_is_made_anew() -> None:
    async with desk(GooglePlayStand()) as made:
        where = await made.asked()
        made.stand.tokens.valid.clear()
        await made.deliver(made.reply(where, "Sorry."))
        assert made.stand.review(where.remote_id).answer == "Sorry."


async def test_a_key_that_was_withdrawn_is_an_account_problem_in_words() -> None:
    async with desk(GooglePlayStand()) as made:
        made.stand.tokens.revoked = True
        error = await made.pulling_fails()
        assert isinstance(error, AccountProblem)
        assert "invalid_grant" in str(error)
        assert "make a new one" in str(error)


async def test_a_clock_that_is_off_is_named() -> None:
    async with desk(GooglePlayStand()) as made:
        there = made.clock.now
        made.stand.tokens._now = lambda: there
        made.clock.advance(HOUR)
        error = await made.pulling_fails()
        assert isinstance(error, AccountProblem)
        assert "clock" in str(error)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("hello", "no key of a Google service account"),
        ("[1]", "no key of a Google service account"),
        (json.dumps({"client_email": "a@b.test", "private_key": "nonsense"}), "cannot be read"),
    ],
)
async def test_a_key_that_is_none_is_said_to_be(key: str, words: str) -> None:
    error = await _with_key(key)
    assert isinstance(error, AccountProblem)
    assert words in str(error)


async def test_the_key_may_lie_in_a_file_that_only_we_can_read(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(json.loads(key_file()), indent=2))
    path.chmod(0o644)
    async with desk(GooglePlayStand(), key_file=str(path)) as made:
        error = await made.pulling_fails()
        assert "chmod 600" in str(error)
        path.chmod(0o600)
        await made.pull()
    async with desk(GooglePlayStand(), key_file=str(tmp_path / "gone.json")) as made:
        assert "cannot be read" in str(await made.pulling_fails())


async def _with_key(key: str) -> AdapterError:
    stand = GooglePlayStand()
    await stand.start()
    adapter = made_by(stand, replace(stand.context(FakeClock()), secret=lambda _: key))
    with pytest.raises(AdapterError) as raised:
        async for _ in adapter.pull({}):
            pass
    await adapter.close()
    return raised.value

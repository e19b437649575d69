"""What else agents do to messages at Telegram, files that are fetched, and the account's check."""

import logging

import pytest

from agent_tui.adapters.contract import AccountProblem, Refused, Severity, Target
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import DAY
from agent_tui.testing.stand import Fault
from agent_tui.testing.stands.telegram import TOKEN
from tests.adapters.telegram.visit import Visit, change, failing, reply, visit


async def _sent(made: Visit) -> str:
    """The remote id of an answer."""
    receipt = await made.adapter.deliver(reply(await made.asked(), "Hello"), made.commit)
    assert receipt.remote_id is not None
    return receipt.remote_id


async def test_an_edit_changes_the_text_and_may_be_repeated() -> None:
    async with visit() as made:
        effect = change(EffectKind.EDIT, await _sent(made), "Goodbye")
        for _ in range(2):
            await made.adapter.deliver(effect, made.commit)
        assert made.api.sent[0].text == "Goodbye"
        assert made.commits == 1  # of the answer itself


async def test_a_deletion_takes_all_parts_away_and_may_be_repeated() -> None:
    async with visit() as made:
        effect = change(EffectKind.DELETE, await _sent(made))
        for _ in range(2):
            await made.adapter.deliver(effect, made.commit)
        assert made.api.sent[0].deleted


async def test_what_is_too_old_to_be_deleted_is_refused_in_words() -> None:
    async with visit() as made:
        effect = change(EffectKind.DELETE, await _sent(made))
        made.clock.advance(3 * DAY)
        error = await failing(made, effect)
        assert isinstance(error, Refused)
        assert "48 hours" in str(error)


async def test_an_edit_of_what_is_gone_is_refused_in_words() -> None:
    async with visit() as made:
        remote_id = await _sent(made)
        await made.adapter.deliver(change(EffectKind.DELETE, remote_id), made.commit)
        error = await failing(made, change(EffectKind.EDIT, remote_id, "Goodbye"))
        assert isinstance(error, Refused)
        assert "no longer at Telegram" in str(error)


async def test_a_reaction_is_put_and_taken_off() -> None:
    async with visit() as made:
        asked = await made.asked()
        chat, number = map(int, asked.remote_id.split(":"))
        heart = change(EffectKind.REACT, asked.remote_id, emoji="❤\ufe0f")
        await made.adapter.deliver(heart, made.commit)
        assert made.api.ours_on(chat, number) == ["❤"]
        off = change(EffectKind.REACT, asked.remote_id, emoji="❤\ufe0f", on=False)
        await made.adapter.deliver(off, made.commit)
        assert made.api.ours_on(chat, number) == []


async def test_an_emoji_that_is_no_reaction_is_refused_in_words() -> None:
    async with visit() as made:
        asked = await made.asked()
        error = await failing(made, change(EffectKind.REACT, asked.remote_id, emoji="🧦"))
        assert isinstance(error, Refused)
        assert "choose another" in str(error)


async def test_typing_is_shown_without_a_commit() -> None:
    async with visit() as made:
        asked = await made.asked()
        await made.adapter.deliver(change(EffectKind.TYPING, asked.remote_id), made.commit)
        assert await made.stand.seen_typing()
        await made.adapter.deliver(
            change(EffectKind.TYPING, asked.remote_id, on=False), made.commit
        )
        assert made.commits == 0


@pytest.mark.parametrize("kind", [EffectKind.EDIT, EffectKind.DELETE, EffectKind.REACT])
async def test_effects_on_messages_that_are_none_of_telegrams_are_refused(
    kind: EffectKind,
) -> None:
    async with visit() as made:
        assert isinstance(await failing(made, change(kind, "5:u7", "text")), Refused)


async def test_a_file_comes_byte_for_byte() -> None:
    octets = bytes(range(256))
    async with visit() as made:
        await made.stand.write("Look", files=[("scan.bin", octets)])
        message = (await made.news())[-1]
        target = Target("updates", message.remote_id)
        assert await made.adapter.fetch(target, message.files[0].part) == octets


async def test_a_file_that_is_too_big_for_bots_is_refused_in_words() -> None:
    async with visit() as made:
        await made.stand.write("Look", files=[("film.mp4", bytes(20_000_001))])
        message = (await made.news())[-1]
        with pytest.raises(Refused, match="too big for a bot"):
            await made.adapter.fetch(Target("updates", "1:1"), message.files[0].part)


async def test_the_check_names_the_bot_and_what_it_sees_in_groups() -> None:
    async with visit() as made:
        found = await made.adapter.check()
        assert {finding.severity for finding in found} == {Severity.OK}
        assert found[0].detail == "@help_bot"
        assert "privacy mode" in found[2].detail


async def test_the_check_tells_of_a_webhook_but_not_its_path() -> None:
    async with visit() as made:
        made.api.webhook = "https://old.example/hook/s3cret"
        [error] = [one for one in await made.adapter.check() if one.severity is Severity.ERROR]
        assert "old.example" in error.detail
        assert "s3cret" not in error.detail


async def test_the_check_says_that_a_token_is_not_known() -> None:
    async with visit() as made:
        made.stand.fault(Fault.NO_ENTRY)
        [error] = await made.adapter.check()
        assert error.severity is Severity.ERROR
        assert "@BotFather" in error.detail


async def test_a_renewed_token_is_read_once_the_old_one_is_refused() -> None:
    async with visit() as made:
        await made.pull()
        made.api.token = "77:another_token_altogether"  # the stand's secret is that one now
        with pytest.raises(AccountProblem):
            await made.pull()
        assert await made.pull() == []


@pytest.mark.parametrize("token", ["", "abc", "123", "12:a/../b", "12:" + "a" * 300])
async def test_what_is_no_token_is_sent_to_nobody(token: str) -> None:
    async with visit() as made:
        made.api.token = token
        with pytest.raises(AccountProblem, match="does not look like one"):
            await made.pull()
        assert made.api.requests == []


@pytest.mark.parametrize("fault", list(Fault))
async def test_the_token_is_in_no_log_and_no_error(
    fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with visit() as made:
        made.stand.weather._silence_s = 0
        effect = reply(await made.asked(), "Hello")
        made.fault(fault, "sendMessage")
        error = await failing(made, effect)
        said = [str(error), error.detail]
        chain: BaseException | None = error
        while chain is not None:
            said += [str(chain), str(getattr(chain, "_request", ""))]
            chain = chain.__cause__
        assert TOKEN not in "\n".join([*said, caplog.text])


async def test_an_unencrypted_server_elsewhere_gets_no_token() -> None:
    async with visit(api="http://api.example:8081") as made:
        with pytest.raises(AccountProblem, match="not encrypted"):
            await made.pull()
        assert made.api.requests == []

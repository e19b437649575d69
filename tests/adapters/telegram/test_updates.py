"""Updates are confirmed only once they are committed, come once, and one request at a time."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import pytest

from agent_tui.adapters.contract import AccountProblem, Hint, MailboxProblem, Unreachable
from agent_tui.adapters.node import Node
from agent_tui.testing.stand import Fault
from tests.adapters.telegram.visit import Visit, visit

SOON = 10
"""Seconds that anything may take; nothing takes them."""


async def _hint(made: Visit) -> Hint:
    async with aclosing(made.adapter.watch()) as hints:
        return await asyncio.wait_for(anext(hints), SOON)


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(SOON):
        while not condition():  # noqa: ASYNC110 - the fake has no event for it
            await asyncio.sleep(0)


async def test_what_was_pulled_and_not_committed_stays_at_telegram() -> None:
    async with visit() as made:
        await made.stand.write("one")
        first = [batch async for batch in made.adapter.pull({})]
        again = [batch async for batch in made.adapter.pull({})]
        assert first == again
        assert made.api.unconfirmed


async def test_the_next_pull_confirms_what_was_committed() -> None:
    async with visit() as made:
        await made.stand.write("one")
        assert len(await made.news()) == 1
        assert await made.news() == []
        assert made.api.unconfirmed == []


async def test_a_backlog_of_more_than_a_hundred_comes_in_order_in_several_pulls() -> None:
    async with visit() as made:
        for number in range(250):
            await made.stand.write(f"text {number}")
        texts: list[str] = []
        while news := await made.news():
            assert len(news) <= 100
            texts += [message.body.text for message in news]
        assert texts == [f"text {number}" for number in range(250)]


async def test_a_watch_asks_for_pulls_until_a_backlog_is_through() -> None:
    async with visit() as made:
        for number in range(150):
            await made.stand.write(f"text {number}")
        count = len(await made.news())
        async with aclosing(made.adapter.watch()) as hints:
            async for _ in hints:
                fresh = len(await made.news())
                count += fresh
                if count == 150 and not fresh:
                    break
        assert made.api.unconfirmed == []


async def test_the_watch_hints_when_somebody_has_written() -> None:
    async with visit() as made:
        await made.pull()
        waiting = asyncio.ensure_future(_hint(made))
        await _until(lambda: made.api._poll)
        await made.stand.write("hello")
        assert await waiting == Hint("updates")
        assert [message.body.text for message in await made.news()] == ["hello"]


async def test_each_update_crosses_the_wire_once() -> None:
    async with visit() as made:
        await made.pull()
        async with aclosing(made.adapter.watch()) as hints:
            for number in range(5):
                waiting = asyncio.ensure_future(anext(hints))
                await _until(lambda: made.api._poll)
                await made.stand.write(f"text {number}")
                await asyncio.wait_for(waiting, SOON)
                assert len(await made.news()) == 1
                await asyncio.wait_for(anext(hints), SOON)
                assert await made.news() == []
        crossed = [update for crossing in made.api.crossings for update in crossing]
        assert len(crossed) == len(set(crossed)) == 5


async def test_a_watch_does_not_confirm_what_the_last_pull_gave_out() -> None:
    async with visit() as made:
        await made.stand.write("one")
        before = [batch async for batch in made.adapter.pull({})]
        async with aclosing(made.adapter.watch()) as hints:
            await asyncio.wait_for(anext(hints), SOON)  # asks for the pull that tells
            waiting = asyncio.ensure_future(anext(hints))
            await asyncio.sleep(0)
            assert len(made.api.unconfirmed) == 1
            # The store failed; the same cursor comes again.
            assert [batch async for batch in made.adapter.pull({})] == before
            waiting.cancel()
            await asyncio.wait({waiting})


async def test_a_pull_breaks_off_the_long_poll_and_is_answered_at_once() -> None:
    async with visit() as made:
        await made.pull()
        waiting = asyncio.ensure_future(_hint(made))
        await _until(lambda: made.api._poll)
        assert await asyncio.wait_for(made.pull(), SOON) == []
        await _until(lambda: made.api._poll)  # and it goes on
        await made.stand.write("hello")
        await waiting


async def test_a_watch_waits_for_the_first_pull() -> None:
    async with visit() as made:
        await made.stand.write("hello")
        waiting = asyncio.ensure_future(_hint(made))
        await asyncio.sleep(0)
        assert made.api.crossings == []
        assert len(await made.news()) == 1
        await waiting


async def test_a_webhook_is_an_account_problem_and_is_not_removed() -> None:
    async with visit() as made:
        made.api.webhook = "https://old.example/hook"
        with pytest.raises(AccountProblem, match="webhook") as raised:
            await made.pull()
        assert not isinstance(raised.value, MailboxProblem)
        assert made.api.webhook


async def test_another_program_that_keeps_fetching_is_named_while_pulls_go_on() -> None:
    async with visit() as made:
        await made.pull()
        for _ in range(2):
            waiting = asyncio.ensure_future(_hint(made))
            await _until(lambda: made.api._poll)
            made.api._poll.set()  # type: ignore[union-attr]
            with pytest.raises(AccountProblem, match="Another program"):
                await waiting
        await made.stand.write("hello")
        pull = made.adapter.pull(made.cursors)
        assert len((await anext(pull)).messages) == 1
        with pytest.raises(MailboxProblem, match="Another program"):
            await anext(pull)


async def test_an_end_of_the_poll_by_chance_is_no_problem() -> None:
    async with visit() as made:
        await made.pull()
        waiting = asyncio.ensure_future(_hint(made))
        await _until(lambda: made.api._poll)
        made.api._poll.set()  # type: ignore[union-attr]
        with pytest.raises(AccountProblem):
            await waiting
        assert await made.pull() == []


async def test_a_server_that_repeats_itself_is_not_asked_in_a_circle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def same(offset: int | None, wait_s: int) -> list[Node]:
        return [Node({"update_id": 5, "message": {}})]

    async with visit() as made:
        monkeypatch.setattr(made.adapter._bot, "updates", same)
        assert len(await made.pull()) == 1
        with pytest.raises(Unreachable, match="repeats"):
            await made.pull()


async def test_updates_of_no_use_to_us_move_the_cursor() -> None:
    async with visit() as made:
        await made.api.tell("unheard_of", {"a": 1})
        [batch] = await made.pull()
        assert batch.messages == ()
        await made.pull()
        assert made.api.unconfirmed == []


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.CUT_AFTER, Fault.GARBAGE])
async def test_a_pull_that_fails_loses_nothing(fault: Fault) -> None:
    async with visit() as made:
        await made.stand.write("hello")
        made.stand.fault(fault)
        with pytest.raises(Unreachable):
            await made.pull()
        assert [message.body.text for message in await made.news()] == ["hello"]

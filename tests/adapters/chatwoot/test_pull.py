"""What a first sync takes in, and that nothing is lost or doubled afterwards."""

import pytest

from agent_tui.adapters.contract import AccountProblem
from agent_tui.model.clock import HOUR
from agent_tui.model.conversation import Status
from agent_tui.testing.stands.chatwoot_world import Json, Talk, World
from tests.adapters.chatwoot.visit import Visit, visit


def _talks(api: World, count: int, words: str = "Hello") -> set[str]:
    """Customers who write once each, in so many conversations."""
    texts = {f"{words} {number}" for number in range(1, count + 1)}
    for number in range(1, count + 1):
        api.say(number, f"{words} {number}")
    return texts


async def test_a_first_sync_takes_all_pages_of_conversations_and_of_messages() -> None:
    async with visit() as here:
        texts = _talks(here.api, 60)
        texts |= {here.api.say(3, f"More {n}").content or "" for n in range(70)}
        came = await here.texts()
        assert sorted(came) == sorted(texts)


async def test_the_messages_of_a_conversation_come_oldest_first() -> None:
    async with visit() as here:
        for number in range(45):
            here.api.say(11, f"{number}")
        assert await here.texts() == [f"{number}" for number in range(45)]


async def test_a_first_sync_leaves_out_what_is_old_and_resolved_only() -> None:
    async with visit(days=30) as here:
        for number, status in enumerate(("open", "pending", "snoozed", "resolved"), 1):
            here.api.say(number, f"Old and {status}")
            here.api.decide(number, status=status)
        here.later(24 * 40)
        here.api.say(5, "Recent and resolved")
        here.api.decide(5, status="resolved")
        came = await here.texts()
        assert sorted(came) == [
            "Old and open",
            "Old and pending",
            "Old and snoozed",
            "Recent and resolved",
        ]


async def test_with_no_bound_all_of_the_past_is_taken_in() -> None:
    async with visit(days=0) as here:
        here.api.say(1, "Long ago")
        here.api.decide(1, status="resolved")
        here.later(24 * 2000)
        assert await here.texts() == ["Long ago"]


async def test_an_old_conversation_that_comes_alive_brings_what_was_said_before() -> None:
    async with visit(days=30) as here:
        here.api.say(1, "Long ago")
        here.api.decide(1, status="resolved")
        here.later(24 * 40)
        assert await here.texts() == []
        here.api.say(1, "It broke again")
        assert await here.texts() == ["Long ago", "It broke again"]
        here.later(1)
        here.api.say(1, "Hello?")
        assert await here.texts() == ["Hello?"]


async def test_a_first_sync_that_is_cut_at_every_batch_loses_and_doubles_nothing() -> None:
    async with visit() as here:
        texts = _talks(here.api, 60)
        came: list[str] = []
        while True:
            here.restart()
            pulling = here.adapter.pull(dict(here.cursors))
            batch = await anext(pulling, None)
            if batch is None:
                break
            await pulling.aclose()  # type: ignore[attr-defined]
            here.cursors[batch.mailbox] = batch.cursor
            came += [one.body.text for one in batch.messages]
            if not here.cursors[batch.mailbox].count('"first"'):
                break
            await here.adapter.close()
        came += await here.texts()
        assert sorted(came) == sorted(texts)


@pytest.mark.parametrize("hours", [0.01, 1, 23, 24 * 3, 24 * 400])
async def test_a_gap_of_any_length_loses_and_doubles_nothing(hours: float) -> None:
    async with visit() as here:
        _talks(here.api, 60)
        await here.pull()
        await here.adapter.close()
        texts = _talks(here.api, 55, "Just after")
        here.later(hours)
        texts |= _talks(here.api, 60, "At the end")
        texts |= {here.api.say(7, f"And {n}").content or "" for n in range(41)}
        here.restart()
        assert sorted(await here.texts()) == sorted(texts)
        assert await here.texts() == []


async def test_what_a_colleague_decides_comes_without_a_message() -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        await here.pull()
        here.later(0.5)
        here.api.decide(11, status="pending", labels=["vip"])
        state = await here.state()
        assert (state.status, state.labels) == (Status.PENDING, ("vip",))


@pytest.mark.parametrize("hours", [-5, 5])
async def test_a_wrong_clock_of_ours_loses_nothing(hours: int) -> None:
    async with visit() as here:
        here.api._now = lambda: (here.clock.now + hours * HOUR) / 1000
        here.api.say(11, "One")
        assert await here.texts() == ["One"]
        here.later(0.3)
        here.api.say(11, "Two")
        assert await here.texts() == ["Two"]


async def test_a_clock_that_was_put_back_meanwhile_loses_nothing() -> None:
    async with visit() as here:
        server = here.clock.now / 1000
        here.api._now = lambda: server
        here.api.say(11, "One")
        assert await here.texts() == ["One"]
        server += 1800
        here.api.say(11, "Two")
        server += 1800
        here.clock.advance(-HOUR)
        assert await here.texts() == ["Two"]


async def test_only_the_named_inboxes_are_served() -> None:
    async with visit(inboxes=["Telegram", "3"]) as here:
        here.api.inboxes += [
            {"id": 2, "name": "Telegram", "channel_type": "Channel::Telegram"},
            {"id": 3, "name": "Line", "channel_type": "Channel::Line"},
        ]
        for number in (1, 2, 3):
            here.api.talk(number, inbox=number)
            here.api.say(number, f"By inbox {number}")
        assert sorted(await here.texts()) == ["By inbox 2", "By inbox 3"]
        here.api.say(1, "Again")
        assert await here.texts() == []


async def test_a_single_inbox_is_asked_for_by_its_number() -> None:
    async with visit(inboxes=["Website"]) as here:
        here.api.say(11, "Hello")
        assert await here.texts() == ["Hello"]
        lists = [one for one in here.api.requests if one.url.path.endswith("/conversations")]
        assert {one.url.params.get("inbox_id") for one in lists} == {"1"}


async def test_an_inbox_that_nobody_knows_is_named_with_those_that_exist() -> None:
    async with visit(inboxes=["Web"]) as here:
        with pytest.raises(AccountProblem, match=r"no inbox 'Web' .* there are Website \(1\)"):
            await here.pull()


async def test_a_wrong_account_is_a_problem_of_the_settings() -> None:
    async with visit(account_id=8) as here:
        with pytest.raises(AccountProblem, match=r"no account 8 .* 'account_id'"):
            await here.pull()


async def test_a_conversation_that_vanishes_while_it_is_read_is_passed_over() -> None:
    async with visit() as here:
        here.api.say(11, "Gone")
        here.api.say(12, "There")
        listed = here.api.of_talk

        def listed_last(talk: Talk) -> Json:
            here.api.forbidden.add(11)
            return listed(talk)

        here.api.of_talk = listed_last  # type: ignore[method-assign]
        assert await here.texts() == ["There"]


async def test_a_cursor_of_nobody_is_a_problem_in_words() -> None:
    async with visit() as here:
        here.cursors["chatwoot"] = "{}"
        with pytest.raises(AccountProblem, match="remove the account and add it again"):
            await here.pull()


async def test_progress_is_told_during_a_first_sync_only() -> None:
    async with visit() as here:
        _talks(here.api, 30)
        told = [one.progress for one in await here.pull() if one.progress is not None]
        assert (told[0].total, told[-1].done) == (30, 30)
        here.api.say(1, "News")
        assert all(one.progress is None for one in await here.pull())


async def _heard(here: Visit) -> None:
    here.adapter._pull.hearing(on=True)
    await here.pull()


async def test_a_named_message_is_looked_at_however_old_it_is() -> None:
    async with visit() as here:
        first = here.api.say(11, "First")
        for number in range(50):
            here.api.say(11, f"{number}")
        await _heard(here)
        here.later(2)
        await here.pull()
        here.api.erase(11, first.id)
        here.adapter._pull.touch(11, first.id)
        gone = [one.remote_id for batch in await here.pull() for one in batch.deletions]
        assert gone == [str(first.id)]
        assert await here.pull() == []


async def test_changes_that_nobody_heard_of_are_found_while_nobody_listens() -> None:
    async with visit() as here:
        first = here.api.say(11, "Frist")
        await here.pull()
        await here.adapter.close()
        here.later(2)
        here.api.change(11, first.id, content="First")
        here.restart()
        edits = [one for batch in await here.pull() for one in batch.edits]
        assert [(one.remote_id, one.body.text) for one in edits] == [(str(first.id), "First")]


async def test_nothing_is_looked_through_while_somebody_listens() -> None:
    async with visit() as here:
        for number in range(1, 20):
            here.api.say(number, "Hello")
        await _heard(here)
        here.later(1)
        await here.pull()
        asked = len(here.api.requests)
        await here.pull()
        assert len(here.api.requests) == asked + 1


async def test_colleagues_and_canned_replies_come_once_and_again_when_they_change() -> None:
    async with visit() as here:
        [first, *_] = await here.pull()
        assert [(one.handle, one.name) for one in first.colleagues] == [
            ("ann", "Ann"),
            ("bob", "Bob Builder"),
        ]
        assert first.canned == ()
        here.restart()
        assert all(one.canned is None for one in await here.pull())
        here.api.canned.append({"id": 1, "short_code": "hi", "content": "Hi {{contact.name}}"})
        here.later(1)
        [news] = [one.canned for one in await here.pull() if one.canned is not None]
        assert [(one.name, one.text) for one in news] == [("hi", "Hi {{customer.name}}")]

"""Answers reach Telegram once, in whole, or it is said what became of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.adapters.contract import (
    AccountProblem,
    Deferred,
    NeverLeft,
    Refused,
    Settled,
    Target,
    Unreachable,
)
from agent_tui.adapters.telegram.sending import text_of
from agent_tui.testing.server import answer_json
from agent_tui.testing.stand import Fault
from tests.adapters.telegram.visit import ANN, GROUP, GROUP_ID, failing, reply, visit


async def test_a_text_is_sent_plainly_after_one_commit() -> None:
    async with visit() as made:
        asked = await made.asked()
        receipt = await made.adapter.deliver(reply(asked, "*Not* bold_ [x](y)"), made.commit)
        [sent] = made.api.sent
        assert sent.text == "*Not* bold_ [x](y)"
        assert set(sent.fields) == {"chat_id", "text"}
        assert receipt.remote_id == f"{sent.chat}:{sent.number}"
        assert receipt.files_copy
        assert made.commits == 1


async def test_the_text_goes_first_then_pictures_and_other_files(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    (tmp_path / "invoice.pdf").write_bytes(b"%PDF")
    files = [str(tmp_path / "photo.png"), str(tmp_path / "invoice.pdf")]
    async with visit() as made:
        asked = await made.asked()
        receipt = await made.adapter.deliver(reply(asked, "Here", *files), made.commit)
        assert [sent.method for sent in made.api.sent] == [
            "sendMessage",
            "sendPhoto",
            "sendDocument",
        ]
        assert made.api.sent[1].files == (("photo.png", b"\x89PNG"),)
        assert made.api.sent[2].files == (("invoice.pdf", b"%PDF"),)
        assert len(receipt.parts) == 2
        assert made.commits == 1


async def test_files_alone_need_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    async with visit() as made:
        effect = reply(await made.asked(), "", str(tmp_path / "a.pdf"))
        receipt = await made.adapter.deliver(effect, made.commit)
        assert receipt.remote_id
        assert receipt.parts == ()


async def test_in_a_group_the_answer_names_its_question_and_stays_in_its_topic() -> None:
    async with visit() as made:
        await made.api.chat(GROUP)
        number = await made.api.say(
            GROUP_ID, ANN, text="hi", message_thread_id=40, is_topic_message=True
        )
        [asked] = await made.news()
        await made.adapter.deliver(reply(asked, "Hello"), made.commit)
        fields = made.api.sent[0].fields
        assert fields["message_thread_id"] == 40
        assert fields["reply_parameters"]["message_id"] == number


@pytest.mark.parametrize(
    ("text", "fits"),
    [("x" * 4096, True), ("x" * 4097, False), ("😀" * 2048, True), ("😀" * 2049, False)],
)
async def test_the_limit_counts_utf16_and_nothing_is_committed_beyond_it(
    text: str, fits: bool
) -> None:
    async with visit() as made:
        asked = await made.asked()
        if fits:
            await made.adapter.deliver(reply(asked, text), made.commit)
        else:
            error = await failing(made, reply(asked, text))
            assert isinstance(error, Refused)
            assert "too long" in str(error)
        assert made.commits == int(fits)
        assert len(made.api.sent) == int(fits)


def test_an_edit_may_not_be_longer_either() -> None:
    with pytest.raises(Refused):
        text_of("x" * 5000)


async def test_a_file_that_cannot_go_is_refused_before_anything_has_left(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    huge = tmp_path / "huge.bin"
    with huge.open("wb") as file:
        file.truncate(50_000_001)
    async with visit() as made:
        asked = await made.asked()
        for path in (tmp_path / "empty.txt", tmp_path / "gone.txt", huge):
            error = await failing(made, reply(asked, "Here", str(path), key=path.name))
            assert isinstance(error, Refused)
            assert path.name in str(error)
        assert made.commits == 0
        assert made.api.sent == []


async def test_a_server_of_ones_own_takes_larger_files(tmp_path: Path) -> None:
    huge = tmp_path / "huge.bin"
    with huge.open("wb") as file:
        file.truncate(50_000_001)
    async with visit(api="http://localhost:8081") as made:
        asked = await made.asked()
        await made.adapter.deliver(reply(asked, "", str(huge)), made.commit)
        assert len(made.api.sent) == 1


async def test_a_picture_that_is_none_to_telegram_goes_as_a_document(tmp_path: Path) -> None:
    (tmp_path / "wide.png").write_bytes(b"\x89PNG")
    async with visit() as made:
        made.api.refuse["sendPhoto"] = (400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
        asked = await made.asked()
        await made.adapter.deliver(reply(asked, "", str(tmp_path / "wide.png")), made.commit)
        [sent] = made.api.sent
        assert sent.method == "sendDocument"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.REFUSED, NeverLeft),
        (Fault.SLOW_DOWN, Deferred),
        (Fault.NO_ENTRY, AccountProblem),
    ],
)
async def test_a_clear_no_after_the_commit_is_settled_as_not_sent(
    fault: Fault, error: type[Exception]
) -> None:
    async with visit() as made:
        effect = reply(await made.asked(), "Hello")
        made.fault(fault, "sendMessage")
        assert isinstance(await failing(made, effect), error)
        assert await made.adapter.settle(effect) is Settled.NOT_SENT
        await made.adapter.deliver(effect, made.commit)
        assert len(made.api.sent) == 1


@pytest.mark.parametrize(
    "fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.GARBAGE, Fault.SERVER_ERROR]
)
async def test_what_breaks_off_after_the_commit_stays_in_doubt(fault: Fault) -> None:
    async with visit() as made:
        effect = reply(await made.asked(), "Hello")
        made.fault(fault, "sendMessage")
        error = await failing(made, effect)
        assert type(error) is Unreachable
        assert "nobody but the customer knows" in str(error)
        assert await made.adapter.settle(effect) is Settled.UNKNOWN


async def test_nobody_knows_of_a_message_of_before_the_start() -> None:
    async with visit() as made:
        assert await made.adapter.settle(reply(await made.asked(), "Hello")) is Settled.UNKNOWN


async def test_telegrams_own_time_to_wait_is_kept() -> None:
    async with visit() as made:
        effect = reply(await made.asked(), "Hello")
        made.fault(Fault.SLOW_DOWN, "sendMessage")
        error = await failing(made, effect)
        assert isinstance(error, Deferred)
        assert error.retry_after == 1000


async def test_who_sends_too_fast_can_still_be_written_to() -> None:
    async with visit() as made:
        asked = await made.asked()
        long = {"ok": False, "error_code": 429, "description": "Too Many Requests"}
        made.stand.weather._slow_down = lambda: answer_json(
            long | {"parameters": {"retry_after": 3600}}, 429
        )
        made.fault(Fault.SLOW_DOWN, "sendMessage")
        assert isinstance(await failing(made, reply(asked, "Hello")), Deferred)
        await made.stand.write("Still here")
        assert len(await made.news()) == 1


@pytest.mark.parametrize("fault", [Fault.SLOW_DOWN, Fault.REFUSED])
async def test_a_passing_no_between_two_parts_is_waited_out(fault: Fault, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    async with visit() as made:
        effect = reply(await made.asked(), "Here", str(tmp_path / "a.pdf"))
        made.fault(fault, "sendDocument")
        await made.adapter.deliver(effect, made.commit)
        assert [sent.method for sent in made.api.sent] == ["sendMessage", "sendDocument"]
        assert len(made.rests) == 1


async def test_a_lasting_no_between_two_parts_is_left_to_the_agent(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    async with visit() as made:
        effect = reply(await made.asked(), "Here", str(tmp_path / "a.pdf"))
        made.fault(Fault.REFUSED, "sendDocument", times=10_000)
        error = await failing(made, effect)
        assert type(error) is Unreachable  # nothing that says "nothing happened"
        assert "a.pdf" in str(error)
        assert await made.adapter.settle(effect) is Settled.UNKNOWN


async def test_a_cut_between_two_parts_names_the_part_and_the_first_never_goes_twice(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    async with visit() as made:
        effect = reply(await made.asked(), "Here", str(tmp_path / "a.pdf"))
        made.fault(Fault.CUT_BEFORE, "sendDocument")
        error = await failing(made, effect)
        assert type(error) is Unreachable
        assert "a.pdf" in str(error)
        assert await made.adapter.settle(effect) is Settled.UNKNOWN
        # The agent says: send again.
        receipt = await made.adapter.deliver(effect, made.commit)
        assert [sent.method for sent in made.api.sent] == ["sendMessage", "sendDocument"]
        assert receipt.remote_id
        assert len(receipt.parts) == 1


async def test_a_file_refused_after_its_text_has_arrived_is_named_and_the_rest_goes_on(
    tmp_path: Path,
) -> None:
    for name in ("a.pdf", "b.pdf", "c.png"):
        (tmp_path / name).write_bytes(b"%PDF")
    files = [str(tmp_path / name) for name in ("a.pdf", "c.png")]
    async with visit() as made:
        made.api.refuse["sendDocument"] = (400, "Bad Request: file is too big")
        effect = reply(await made.asked(), "Here", *files)
        receipt = await made.adapter.deliver(effect, made.commit)
        [(what, why)] = receipt.refused
        assert "a.pdf" in what
        assert "too big" in why
        assert [sent.method for sent in made.api.sent] == ["sendMessage", "sendPhoto"]


async def test_a_repeated_delivery_of_what_has_arrived_sends_nothing() -> None:
    async with visit() as made:
        effect = reply(await made.asked(), "Hello")
        first = await made.adapter.deliver(effect, made.commit)
        assert await made.adapter.settle(effect) is Settled.SENT
        assert await made.adapter.deliver(effect, made.commit) == first
        assert len(made.api.sent) == 1


async def test_a_group_that_became_a_supergroup_is_followed() -> None:
    async with visit() as made:
        await made.api.chat(GROUP)
        await made.api.chat({"id": -5, "type": "group", "title": "Old"})
        await made.api.say(-5, ANN, text="hi")
        [asked] = await made.news()
        made.api.migrated[-5] = GROUP_ID
        receipt = await made.adapter.deliver(reply(asked, "Hello"), made.commit)
        assert made.api.sent[0].chat == GROUP_ID
        assert receipt.remote_id == f"{GROUP_ID}:{made.api.sent[0].number}"


@pytest.mark.parametrize(
    ("code", "description", "words"),
    [
        (403, "Forbidden: bot was blocked by the user", "has blocked this bot"),
        (403, "Forbidden: user is deactivated", "is gone"),
        (403, "Forbidden: bot was kicked from the group chat", "taken out of the group"),
        (403, "Forbidden: bot can't initiate conversation with a user", "write first"),
        (400, "Bad Request: chat not found", "no such chat"),
        (400, "Bad Request: TOPIC_CLOSED", "topic is closed"),
        (400, "Bad Request: not enough rights to send text messages to the chat", "admins"),
        (400, "Bad Request: something new", "Bad Request: something new"),
    ],
)
async def test_refusals_are_said_in_words(code: int, description: str, words: str) -> None:
    async with visit() as made:
        effect = reply(await made.asked(), "Hello")
        made.api.refuse["sendMessage"] = (code, description)
        error = await failing(made, effect)
        assert isinstance(error, Refused)
        assert words in str(error)


async def test_a_conversation_that_is_none_of_telegrams_is_refused() -> None:
    async with visit() as made:
        effect = reply(await made.asked(), "Hello")
        for targets, key in ((), "somewhere"), ((Target("updates", "x:y"),), None):
            error = await failing(made, replace(effect, targets=targets, thread_key=key))
            assert isinstance(error, Refused)


async def test_who_blocked_the_bot_last_is_still_the_chat_to_answer() -> None:
    async with visit() as made:
        asked = await made.asked()
        chat = int(asked.thread_key or 0)
        await made.api.block(chat, made.stand.person("one"))
        [told] = await made.news()
        error = await failing(made, reply(told, "Hello"))
        assert "has blocked this bot" in str(error)

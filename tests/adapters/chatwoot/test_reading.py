"""Messages and conversations of Chatwoot as the contract hands them in."""

from typing import Any

import pytest

from agent_tui.model.clock import HOUR, SECOND
from agent_tui.model.conversation import Channel, Priority, Status
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import Incoming
from agent_tui.model.message import Delivery, Direction
from tests.adapters.chatwoot.visit import Visit, visit

BOB = {"id": 2, "name": "Bob Builder", "type": "user"}
BOT = {"id": 9, "name": "Helper", "type": "agent_bot"}
GONE = {"id": 99, "name": "Gone Away", "type": "user"}


async def _said(here: Visit, text: str | None, kind: int = 0, **more: Any) -> Incoming:
    here.api.say(11, text, kind, **more)
    [message] = await here.news()
    return message


def _inbox(here: Visit, channel: str, **more: Any) -> None:
    here.api.inboxes[0] |= {"channel_type": channel, **more}


async def test_a_customer_is_known_by_number_and_what_they_say_is_a_claim() -> None:
    async with visit() as here:
        here.api.talk(
            11, name="Ann Lee", email="ann@x.example", phone_number="+4912345", identifier="C-7"
        )
        message = await _said(here, "Hello")
        sender = message.sender
        assert (sender.kind, sender.name) == (IdentityKind.HANDLE, "Ann Lee")
        assert sender.value == f"chatwoot:{here.stand.url.removeprefix('http://')}/7/111"
        assert sender.claims == (
            (IdentityKind.EMAIL, "ann@x.example"),
            (IdentityKind.PHONE, "+4912345"),
            (IdentityKind.SHOP, "C-7"),
        )
        assert message.customer == sender
        assert (message.direction, message.thread_key) == (Direction.INBOUND, "11")


@pytest.mark.parametrize(
    ("kind", "more", "direction", "author", "automatic"),
    [
        (1, {"sender": BOB}, Direction.OUTBOUND, "bob", False),
        (1, {"sender": BOB, "private": True}, Direction.NOTE, "bob", False),
        (1, {"sender": BOT}, Direction.OUTBOUND, "chatwoot", False),
        (1, {"sender": GONE}, Direction.OUTBOUND, "gone-away", False),
        (2, {}, Direction.NOTE, "chatwoot", True),
        (3, {}, Direction.OUTBOUND, "chatwoot", True),
        (17, {}, Direction.NOTE, "chatwoot", True),
    ],
)
async def test_each_type_of_message_goes_its_way(
    kind: int, more: dict[str, Any], direction: Direction, author: str, automatic: bool
) -> None:
    async with visit() as here:
        here.stand.weather._inner = here.api  # the contract knows four types only
        message = await _said(here, "Text", kind, **more)
        assert (message.direction, message.sender.value) == (direction, author)
        assert message.automatic is automatic
        assert message.customer is not None
        assert message.customer.value.endswith("/7/111")


async def test_our_own_echo_is_told_by_its_key_and_nobody_elses() -> None:
    async with visit() as here:
        ours = {"agent_tui_key": "k1@example.test"}
        assert (await _said(here, "x", 1, sender=BOB, attributes=ours)).message_id == ours[
            "agent_tui_key"
        ]
        assert (await _said(here, "x", 0, attributes=ours)).message_id is None


async def test_an_answer_names_the_message_it_answers() -> None:
    async with visit() as here:
        message = await _said(here, "That one", attributes={"in_reply_to": 1001})
        assert message.answers == "1001"


async def test_a_deleted_message_has_no_text_and_a_deletion() -> None:
    async with visit() as here:
        row = here.api.say(11, "Secret", files=[("x.txt", b"x", "text/plain")])
        here.api.erase(11, row.id)
        batches = await here.pull()
        [message] = [one for batch in batches for one in batch.messages]
        assert (message.body.text, message.files) == ("", ())
        assert [one.remote_id for batch in batches for one in batch.deletions] == [str(row.id)]


@pytest.mark.parametrize(
    ("status", "attributes", "delivery", "problem"),
    [
        ("sent", {}, Delivery.SENT, ""),
        ("delivered", {}, Delivery.DELIVERED, ""),
        ("read", {}, Delivery.READ, ""),
        (
            "failed",
            {"external_error": "131047:\x1b closed"},
            Delivery.FAILED,
            "131047:\ufffd closed",
        ),
        ("failed", {}, Delivery.FAILED, "Chatwoot could not hand it over and does not say why"),
    ],
)
async def test_how_far_a_message_of_ours_has_come_is_marked(
    status: str, attributes: dict[str, Any], delivery: Delivery, problem: str
) -> None:
    async with visit() as here:
        here.api.say(11, "Note", 1, sender=BOB, private=True)
        row = here.api.say(11, "Hi", 1, sender=BOB, status=status, attributes=attributes)
        marks = [mark for batch in await here.pull() for mark in batch.marks]
        assert [(one.remote_id, one.delivery, one.problem) for one in marks] == [
            (str(row.id), delivery, problem)
        ]


async def test_a_mail_keeps_its_page_subject_and_automatic_reply() -> None:
    async with visit() as here:
        _inbox(here, "Channel::Email")
        here.api.talk(11).attributes = {"mail_subject": "Broken\nzip"}
        page = {"full": "<p>See <b>below</b></p><script>x</script>"}
        mail = {"html_content": page, "text_content": {"full": "See below"}, "auto_reply": True}
        message = await _said(
            here, "See", attributes={"email": mail}, content_type="incoming_email"
        )
        assert message.channel is Channel.MAIL
        assert message.subject == "Broken zip"
        assert message.body.text == "See **below**"
        assert message.automatic


async def test_a_place_and_a_card_are_text_and_a_file_is_a_file() -> None:
    async with visit() as here:
        row = here.api.say(11, None, files=[("two words.pdf", b"12345", "application/pdf")])
        files = here.api.of_message(row, here.api.talk(11))["attachments"]
        place = {"file_type": "location", "coordinates_lat": 52.5, "coordinates_long": 13.4}
        card = {"file_type": "contact", "fallback_title": "+49 30 1"}
        files += [place | {"fallback_title": "Office"}, card]
        listed = here.api.of_message
        here.api.of_message = lambda *of: {**listed(*of), "attachments": files}  # type: ignore[method-assign]
        [message] = await here.news()
        assert message.body.text == "Office: 52.5, 13.4\n+49 30 1"
        assert [(one.name, one.type, one.size) for one in message.files] == [
            ("two words.pdf", "application/pdf", 5)
        ]


async def test_what_is_offered_and_answered_in_forms_is_shown() -> None:
    async with visit() as here:
        items = [{"title": "Red", "value": "r"}, {"title": "Blue", "value": "b"}]
        picked = {"items": items, "submitted_values": [{"title": "Blue", "value": "b"}]}
        chosen = await _said(here, "Which one?", 3, attributes=picked)
        assert chosen.body.text == "Which one?\n- Red\n- Blue\n> Blue"
        survey = {"csat_survey_response": {"rating": 4, "feedback_message": "Nice"}}
        rated = await _said(here, "Rate us", 3, attributes={"submitted_values": survey})
        assert rated.body.text == "Rate us\n> 4 of 5\n> Nice"


async def test_what_chatwoot_could_not_take_in_is_said() -> None:
    async with visit() as here:
        _inbox(here, "Channel::Instagram")
        message = await _said(here, None, attributes={"is_unsupported": True})
        assert message.notes == (
            "Chatwoot could not take in this message; read it in Instagram itself.",
        )


async def test_what_agents_have_decided_is_handed_on() -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        until = here.clock.now // SECOND + 3600
        here.api.decide(
            11, status="snoozed", snoozed_until=until, labels=["vip"], priority="urgent", assignee=2
        )
        state = await here.state()
        assert (state.status, state.snoozed_until) == (Status.SNOOZED, until * SECOND)
        assert (state.assignee, state.labels) == ("bob", ("vip",))
        assert state.priority is Priority.URGENT


@pytest.mark.parametrize(
    ("word", "priority"),
    [
        (None, Priority.NORMAL),
        ("low", Priority.LOW),
        ("medium", Priority.NORMAL),
        ("high", Priority.HIGH),
    ],
)
async def test_no_priority_is_a_normal_one(word: str | None, priority: Priority) -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        here.api.decide(11, priority=word)
        assert (await here.state()).priority is priority


@pytest.mark.parametrize(
    ("channel", "medium", "via", "limit", "hours"),
    [
        ("Channel::WebWidget", None, "website", 10_000, None),
        ("Channel::Api", None, "api", 10_000, None),
        ("Channel::Whatsapp", None, "whatsapp", 4096, 24),
        ("Channel::TwilioSms", "whatsapp", "whatsapp", 1600, 24),
        ("Channel::TwilioSms", "sms", "sms", 320, None),
        ("Channel::Sms", None, "sms", 320, None),
        ("Channel::FacebookPage", None, "facebook", 2000, 24),
        ("Channel::Instagram", None, "instagram", 1000, 24),
        ("Channel::Telegram", None, "telegram", 4096, None),
        ("Channel::Line", None, "line", 2000, None),
        ("Channel::Tiktok", None, "tiktok", 6000, 48),
        ("Channel::BrandNew", None, "brandnew", 10_000, None),
    ],
)
async def test_each_kind_of_inbox_keeps_its_limits(
    channel: str, medium: str | None, via: str, limit: int, hours: int | None
) -> None:
    async with visit() as here:
        _inbox(here, channel, **({"medium": medium} if medium else {}))
        wrote = here.clock.now
        here.api.say(11, "Hello")
        for _ in range(30):
            here.api.say(11, "Answer", 1, sender=BOB)
        batches = await here.pull()
        [state] = [one for batch in batches for one in batch.conversations]
        assert (state.via, state.reply_limit) == (via, limit)
        assert state.reply_until == (None if hours is None else wrote + hours * HOUR)
        assert {one.channel for batch in batches for one in batch.messages} == {Channel.CHAT}


async def test_a_closed_window_lies_in_the_past() -> None:
    async with visit() as here:
        _inbox(here, "Channel::Whatsapp")
        wrote = here.clock.now
        here.api.say(11, "Hello")
        here.later(30)
        assert (await here.state()).reply_until == wrote + 24 * HOUR < here.clock.now


async def test_metas_window_of_seven_days_is_told_by_the_servers_word() -> None:
    async with visit() as here:
        _inbox(here, "Channel::Instagram")
        wrote = here.clock.now
        here.api.say(11, "Hello")
        here.later(30)
        here.api._can_reply = lambda *_: True  # type: ignore[method-assign]
        assert (await here.state()).reply_until == wrote + 7 * 24 * HOUR


async def test_a_window_that_an_inbox_sets_for_itself_counts() -> None:
    async with visit() as here:
        _inbox(here, "Channel::Api", additional_attributes={"agent_reply_time_window": "6"})
        wrote = here.clock.now
        here.api.say(11, "Hello")
        assert (await here.state()).reply_until == wrote + 6 * HOUR


async def test_what_an_agent_has_seen_is_seen() -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        here.api.decide(11, seen_at=here.clock.now / SECOND + 1)
        batches = await here.pull()
        assert [one.flags.seen for batch in batches for one in batch.messages] == [True]


async def test_two_agents_of_one_name_have_handles_of_their_own() -> None:
    async with visit() as here:
        here.api.agents += [
            {"id": 3, "name": "Ann Two", "email": "Ann@other.example"},
            {"id": 4, "name": "No Mail"},
        ]
        [first, *_] = await here.pull()
        assert [one.handle for one in first.colleagues] == [
            "ann",
            "bob",
            "ann-other.example",
            "agent-4",
        ]

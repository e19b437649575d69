"""What customers send, as agents read it."""

from typing import Any

import pytest

from agent_tui.adapters.node import Node
from agent_tui.adapters.telegram.reading import batch_of
from agent_tui.adapters.telegram.telling import UNKNOWN, with_links
from agent_tui.content.safe import safe_text
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import ConversationState, IncomingFile
from agent_tui.model.message import Direction
from tests.adapters.telegram.visit import ANN, GROUP, GROUP_ID, visit

FILE = {"file_id": "F1", "file_unique_id": "U1", "file_size": 9}


async def test_a_private_message_is_a_chat_with_its_writer() -> None:
    async with visit() as made:
        remote_id = await made.stand.write("Hello there", thread="ann")
        [batch] = await made.pull()
        [message] = batch.messages
        chat = remote_id.partition(":")[0]
        assert message.remote_id == remote_id
        assert message.thread_key == chat
        assert (message.channel, message.direction) == (Channel.CHAT, Direction.INBOUND)
        assert (message.sender.kind, message.sender.value) == (
            IdentityKind.HANDLE,
            f"telegram:{chat}",
        )
        assert message.sender.name == "Ann Doe"
        assert message.sender.claims == ((IdentityKind.HANDLE, f"@u{chat}"),)
        assert message.at == made.clock.now // 1000 * 1000
        assert message.body.text == "Hello there"
        assert batch.conversations == (ConversationState(chat, via="telegram"),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"text": "/start"}, "/start"),
        ({"text": "/start order-4711"}, "/start order-4711"),
        (
            {"sticker": FILE | {"emoji": "👍", "is_animated": False, "is_video": False}},
            "Sticker 👍.",
        ),
        ({"voice": FILE | {"duration": 72}}, "Voice message, 1:12."),
        ({"video_note": FILE | {"duration": 5, "length": 10}}, "Video message, 0:05."),
        ({"audio": FILE | {"duration": 5, "title": "Song", "performer": "Band"}}, "Band, Song"),
        ({"location": {"latitude": 52.5, "longitude": 13.4}}, "Location: 52.5, 13.4"),
        (
            {
                "venue": {
                    "location": {"latitude": 1.0, "longitude": 2.0},
                    "title": "Shop",
                    "address": "High St",
                },
                "location": {"latitude": 1.0, "longitude": 2.0},
            },
            "Place: Shop, High St (1, 2)",
        ),
        ({"contact": {"phone_number": "+441", "first_name": "Bo"}}, "Contact: Bo, +441"),
        ({"poll": {"question": "Red?", "options": [{"text": "Yes"}]}}, "Poll: Red?\n- Yes"),
        ({"dice": {"emoji": "🎲", "value": 4}}, "🎲 came out as 4."),
        ({"checklist": {"title": "Buy", "tasks": [{"text": "Eggs"}]}}, "Checklist: Buy\n- Eggs"),
        ({"story": {"id": 1, "chat": {"id": 1}}}, "only Telegram's own apps can show it"),
        ({"game": {"title": "Chess"}}, "Game: Chess."),
        ({"new_chat_members": [ANN]}, "Ann joined the group."),
        ({"left_chat_member": ANN}, "Ann left the group."),
        ({"new_chat_title": "Us"}, "named the group 'Us'."),
        ({"pinned_message": {"message_id": 1}}, "pinned a message."),
        ({"migrate_to_chat_id": -1009}, "goes on in a new conversation"),
        ({"forum_topic_created": {"name": "Bugs"}}, "opened the topic 'Bugs'."),
        (
            {"successful_payment": {"currency": "EUR", "total_amount": 500}},
            "paid 500 (smallest units of EUR).",
        ),
        (
            {"rich_message": {"blocks": [{"text": ["A ", {"text": "rich"}]}, {"text": "text"}]}},
            "A rich\ntext",
        ),
        ({"forward_origin": {"sender_user": ANN}, "text": "hi"}, "Forwarded from Ann Lee:\nhi"),
        ({"never_heard_of": {"x": 1}}, UNKNOWN),
    ],
)
def test_every_kind_of_message_is_said_in_words(content: dict[str, Any], said: str) -> None:
    about = {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "from": ANN}
    [message] = batch_of([Node({"update_id": 1, "message": about | content})]).messages
    assert said in message.body.text


async def test_service_messages_are_automatic_and_a_customers_words_are_not() -> None:
    async with visit() as made:
        assert (await made.said(new_chat_title="Us")).automatic
        assert not (await made.said(text="hello")).automatic


async def test_of_a_photo_the_largest_size_is_offered() -> None:
    sizes = [
        {"file_id": f"P{width}", "file_unique_id": "x", "width": width, "height": width}
        for width in (90, 1280, 320)
    ]
    async with visit() as made:
        message = await made.said(photo=sizes, caption="Look")
        assert message.body.text == "Look"
        assert [file.part for file in message.files] == ["P1280"]
        assert message.files[0].type == "image/jpeg"


async def test_an_animation_is_one_file_although_it_comes_as_a_document_too() -> None:
    animation = FILE | {"width": 1, "height": 1, "duration": 1, "mime_type": "video/mp4"}
    async with visit() as made:
        message = await made.said(animation=animation, document=FILE)
        assert len(message.files) == 1


async def test_a_document_keeps_its_name_made_harmless() -> None:
    document = FILE | {"file_name": "../../.bashrc\u202egnp.exe", "mime_type": "text/plain"}
    async with visit() as made:
        [file] = (await made.said(document=document)).files
        assert file == IncomingFile("F1", file.name, "text/plain", 9)
        assert "/" not in file.name
        assert "\u202e" not in file.name
        assert not file.name.startswith(".")


def test_addresses_behind_words_are_shown_counted_in_utf16() -> None:
    text = "😀😀 your bank, really"
    link = {"type": "text_link", "offset": 5, "length": 9, "url": "https://evil.example/x"}
    assert with_links(text, [Node(link)]) == "😀😀 your bank (https://evil.example/x), really"


@pytest.mark.parametrize(("offset", "length"), [(-1, 3), (0, 99), (2, 0), (10**9, 10**9)])
def test_entities_that_lie_are_left_out(offset: int, length: int) -> None:
    link = {"type": "text_link", "offset": offset, "length": length, "url": "https://x.example"}
    assert with_links("hello", [Node(link)]) == "hello"


async def test_links_are_numbered_with_their_host() -> None:
    entity = {"type": "text_link", "offset": 0, "length": 4, "url": "https://evil.example/x"}
    async with visit() as made:
        message = await made.said(text="here", entities=[entity])
        assert [link.host for link in message.body.links] == ["evil.example"]


async def test_an_answer_names_what_it_answers() -> None:
    async with visit() as made:
        first = await made.asked("one")
        number = int(first.remote_id.partition(":")[2])
        chat = {"id": int(first.thread_key or 0), "type": "private"}
        answered = {"message_id": number, "date": 1, "chat": chat}
        message = await made.said(text="two", reply_to_message=answered)
        assert message.answers == first.remote_id


async def test_a_forum_topic_is_the_topic_and_its_root_is_not_answered() -> None:
    async with visit() as made:
        await made.api.chat(GROUP | {"is_forum": True})
        root = {"message_id": 40, "date": 1, "chat": GROUP}
        await made.api.say(
            GROUP_ID,
            ANN,
            text="hi",
            message_thread_id=40,
            is_topic_message=True,
            reply_to_message=root,
        )
        await made.api.say(GROUP_ID, ANN, text="a", message_thread_id=41)
        inside, outside = await made.news()
        assert (inside.topic, inside.answers) == ("40", None)
        assert outside.topic is None
        assert inside.subject == "Garden club"
        assert inside.thread_key == str(GROUP["id"])


async def test_a_group_admin_who_writes_in_its_name_is_not_mistaken_for_a_person() -> None:
    async with visit() as made:
        await made.api.chat(GROUP)
        bot = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
        await made.api.say(GROUP_ID, bot, text="hi", sender_chat=GROUP)
        [message] = await made.news()
        assert message.sender.name == "Garden club"
        assert message.sender.value == f"telegram:{GROUP['id']}"


async def test_a_phone_number_is_a_claim_only_if_it_is_the_senders_own() -> None:
    async with visit() as made:
        await made.stand.chat("one")
        me = made.stand.person("one")["id"]
        contact = {"phone_number": "49 (30) 123", "first_name": "One"}
        own = await made.said(contact=contact | {"user_id": me})
        others = await made.said(contact=contact | {"user_id": 12})
        assert (IdentityKind.PHONE, "+4930123") in own.sender.claims
        assert [kind for kind, _ in others.sender.claims] == [IdentityKind.HANDLE]


async def test_an_edit_is_an_edit_of_the_same_message() -> None:
    async with visit() as made:
        message = await made.asked("one")
        made.clock.advance(60_000)
        await made.stand.edit(message.remote_id, "two")
        [batch] = await made.pull()
        assert batch.messages == ()
        [edit] = batch.edits
        assert (edit.remote_id, edit.body.text) == (message.remote_id, "two")
        assert edit.at == made.clock.now // 1000 * 1000


async def test_reactions_come_and_go() -> None:
    async with visit() as made:
        message = await made.asked("one")
        await made.stand.react(message.remote_id, "👍")
        await made.stand.react(message.remote_id, "❤")
        changes = [change for batch in await made.pull() for change in batch.reactions]
        assert [(one.emoji, one.removed) for one in changes] == [
            ("👍", False),
            ("👍", True),
            ("❤", False),
        ]
        assert {one.message for one in changes} == {message.remote_id}
        assert not any(one.ours for one in changes)


async def test_who_blocks_the_bot_is_said_and_cannot_be_answered_until_they_write() -> None:
    async with visit() as made:
        message = await made.asked("one")
        chat, person = int(message.thread_key or 0), made.stand.person("one")
        await made.api.block(chat, person)
        [batch] = await made.pull()
        [told] = batch.messages
        assert "blocked the bot" in told.body.text
        assert told.automatic
        assert batch.conversations[0].reply_until == told.at
        await made.api.block(chat, person, on=False)
        [batch] = await made.pull()
        assert batch.messages == ()
        assert batch.conversations[0].reply_until is None


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1, "message": {"chat": {"id": "x"}}},
        {"update_id": 1, "message": {"message_id": 1, "date": "x", "chat": {"id": 7}, "text": 5}},
        {"update_id": 1, "message": {"message_id": 1, "chat": {"id": 7}, "photo": "x", "poll": 1}},
        {"update_id": 1, "edited_message": {"message_id": None}},
        {"update_id": 1, "message_reaction": {"chat": 1, "old_reaction": 5}},
        {"update_id": 1, "my_chat_member": {"chat": {"id": 1}, "new_chat_member": 7}},
        {"update_id": 1, "message": {"message_id": 1, "chat": {"id": 7}, "venue": {"location": 1}}},
    ],
)
def test_what_is_of_another_type_than_promised_does_no_harm(update: dict[str, Any]) -> None:
    assert batch_of([Node(update)]).cursor == "1"


def test_hostile_text_is_made_safe_wherever_it_stands() -> None:
    evil = "\x1b]52;c;aGk=\x07\u202eabc\r\nx"
    person = {"id": 1, "is_bot": False, "first_name": evil, "last_name": evil, "username": evil}
    chat = {"id": -5, "type": "group", "title": evil}
    content: list[dict[str, Any]] = [
        {"text": evil},
        {"poll": {"question": evil, "options": [{"text": evil}]}},
        {"document": FILE | {"file_name": evil, "mime_type": evil}},
        {"new_chat_title": evil},
        {"contact": {"phone_number": evil, "first_name": evil}},
        {"forward_origin": {"sender_user_name": evil}, "text": evil},
    ]
    updates = [
        Node(
            {
                "update_id": number,
                "message": {"message_id": number, "date": 1, "chat": chat, "from": person} | one,
            }
        )
        for number, one in enumerate(content, 1)
    ]
    batch = batch_of(updates)
    assert len(batch.messages) == len(content)
    for message in batch.messages:
        texts = [message.body.text, message.subject, message.sender.name]
        texts += [value for _, value in message.sender.claims]
        texts += [f"{file.name} {file.type}" for file in message.files]
        for text in texts:
            assert safe_text(text) == text
            assert "\x1b" not in text

"""What is done here shows on a real server once: sent, filed, answered, archived, back."""

import re
from collections.abc import Sequence
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from agent_tui.adapters.contract import (
    WHOLE,
    Deferred,
    Effect,
    Receipt,
    Refused,
    Settled,
    Target,
    Unreachable,
)
from agent_tui.adapters.imap import ImapAdapter
from agent_tui.adapters.imap.client import Client
from agent_tui.content.mime import read_mail
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Status, Triage
from agent_tui.model.message import Address, Recipients
from tests.servers.imap_account import (
    adapter,
    batches,
    cursors,
    mail,
    messages,
    nothing,
    reply,
    target,
)
from tests.servers.real import Dovecot, FaultProxy, Sink, User

pytestmark = pytest.mark.server


async def test_a_reply_reaches_its_recipients_once_and_says_what_it_answers(
    dovecot: Dovecot, user: User, sink: Sink
) -> None:
    account = adapter(dovecot, user, sink)
    effect = reply(user, in_reply_to="first@shop.test", references=("first@shop.test",))

    receipt = await account.deliver(effect, nothing)

    (sent,) = sink.mails_of(effect.key)
    assert receipt.refused == ()
    assert sent["X-Rcpt-To"] == "ada@shop.test"
    assert sent["In-Reply-To"] == sent["References"] == "<first@shop.test>"
    assert sent.get_payload() == "It left *today*.\r\n\r\n.\r\n..two dots\r\n"
    await account.close()


async def test_blind_copies_are_in_the_envelope_and_nowhere_in_the_mail(
    dovecot: Dovecot, user: User, sink: Sink
) -> None:
    account = adapter(dovecot, user, sink)
    blind = Recipients((Address("", "ada@shop.test"),), bcc=(Address("", "boss@secret.test"),))
    effect = reply(user, recipients=blind)

    await account.deliver(effect, nothing)

    (sent,) = sink.mails_of(effect.key)
    assert sent["X-Rcpt-To"] == "ada@shop.test, boss@secret.test"
    del sent["X-Rcpt-To"]
    assert b"boss" not in sent.as_bytes()
    await account.close()


async def test_a_refused_recipient_is_named_and_the_others_get_it(
    dovecot: Dovecot, user: User, sink: Sink
) -> None:
    account = adapter(dovecot, user, sink)
    effect = reply(user, to=("ada@shop.test", "reject@shop.test", "bob@shop.test"))

    receipt = await account.deliver(effect, nothing)

    assert receipt.refused == (("reject@shop.test", "550 5.1.1 no such user"),)
    (sent,) = sink.mails_of(effect.key)
    assert sent["X-Rcpt-To"] == "ada@shop.test, bob@shop.test"
    await account.close()


@pytest.mark.parametrize(("to", "error"), [("reject", Refused), ("defer", Deferred)])
async def test_a_mail_that_nobody_may_get_is_not_committed(
    dovecot: Dovecot, user: User, sink: Sink, to: str, error: type[Exception]
) -> None:
    account = adapter(dovecot, user, sink)
    committed: list[bool] = []
    effect = reply(user, to=(f"{to}@shop.test",))

    with pytest.raises(error, match=f"{to}@shop.test"):
        await account.deliver(effect, _noted(committed))

    assert committed == []
    assert sink.mails_of(effect.key) == []
    await account.close()


async def test_a_copy_is_filed_in_sent_once(dovecot: Dovecot, user: User, sink: Sink) -> None:
    account = adapter(dovecot, user, sink)
    effect = reply(user)
    await account.deliver(effect, nothing)

    await account.file_copy(effect)
    await account.file_copy(effect)

    with dovecot.session(user, "Sent") as other:
        assert other.search(None, "ALL")[1] == [b"1"]
        assert other.search(None, "SEEN")[1] == [b"1"]
    (filed,) = messages(await batches(account), "Sent")
    assert filed.message_id == effect.key
    await account.close()


async def test_a_provider_that_files_sent_mail_itself_gets_no_second_copy(
    dovecot: Dovecot, user: User, sink: Sink
) -> None:
    account = adapter(dovecot, user, sink, file_sent="no")
    effect = reply(user)

    await account.deliver(effect, nothing)
    await account.file_copy(effect)

    with dovecot.session(user, "Sent") as other:
        assert other.search(None, "ALL")[1] == [b""]
    await account.close()


async def test_what_is_in_doubt_is_settled_by_its_copy_in_sent(
    dovecot: Dovecot, user: User, sink: Sink
) -> None:
    account = adapter(dovecot, user, sink)
    effect = reply(user)

    before = await account.settle(effect)
    await account.file_copy(effect)
    after = await account.settle(effect)

    assert (before, after) == (Settled.UNKNOWN, Settled.SENT)
    await account.close()


async def test_the_answered_mail_is_marked_once_the_answer_is_on_record(
    dovecot: Dovecot, user: User, sink: Sink
) -> None:
    dovecot.deliver(mail("Order 1001"), user)
    account = adapter(dovecot, user, sink)
    (question,) = messages(await batches(account))
    answer = replace(reply(user), targets=(target(question),))

    await account.deliver(answer, nothing)
    await account.file_copy(answer)

    with dovecot.session(user) as other:
        assert other.search(None, "ANSWERED UNSEEN")[1] == [b"1"]
    await account.close()


@pytest.mark.parametrize("lacking", [(), ("MOVE",), ("MOVE", "UIDPLUS")])
async def test_resolved_mail_is_archived_and_comes_back_when_reopened(
    dovecot: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch, lacking: Sequence[str]
) -> None:
    offered = Client.has_capability
    monkeypatch.setattr(
        Client, "has_capability", lambda self, one: one not in lacking and offered(self, one)
    )
    for number in range(3):
        dovecot.deliver(mail(f"Order {number}"), user)
    account = adapter(dovecot, user)
    pulled = await batches(account)
    places = tuple(target(one) for one in messages(pulled)[:2])

    archived = await _with_status(account, places, resolved=True)
    moved = tuple(new for _, new in archived.targets)
    with dovecot.session(user, "Archive") as other:
        in_archive = other.uid("SEARCH", "UNSEEN")[1]
    back = await _with_status(account, moved, resolved=False)

    assert [old for old, _ in archived.targets] == list(places)
    uids = sorted(int(one.remote_id.partition(":")[2]) for one in moved)
    assert in_archive == [" ".join(map(str, uids)).encode()]
    with dovecot.session(user) as other:
        subjects = other.search(None, "UNDELETED")[1][0].split()
    assert len(subjects) == 3
    assert {new.mailbox for _, new in back.targets} == {"INBOX"}
    await account.close()


async def test_our_own_move_is_told_as_gone_and_the_way_back_as_the_known_mail(
    dovecot: Dovecot, user: User
) -> None:
    dovecot.deliver(mail("Order"), user)
    account = adapter(dovecot, user)
    first = await batches(account)
    (message,) = messages(first)

    archived = await _with_status(account, (target(message),), resolved=True)
    second = await batches(account, cursors(first))
    await _with_status(account, tuple(new for _, new in archived.targets), resolved=False)
    third = await batches(account, cursors(first) | cursors(second))

    assert [batch.gone for batch in second if batch.gone] == [(message.remote_id,)]
    (again,) = messages(third)
    assert (again.message_id, again.content_hash) == (message.message_id, message.content_hash)
    await account.close()


async def test_mail_moved_away_by_somebody_else_is_left_alone(dovecot: Dovecot, user: User) -> None:
    dovecot.deliver(mail("Order"), user)
    account = adapter(dovecot, user)
    (message,) = messages(await batches(account))
    renumbered = Target("INBOX", f"1:{message.remote_id.partition(':')[2]}", message.message_id)
    nowhere = Target("Vanished", "1:1", None)

    receipt = await _with_status(account, (renumbered, nowhere), resolved=True)

    assert receipt.targets == ()
    with dovecot.session(user) as other:
        assert other.search(None, "ALL")[1] == [b"1"]
    await account.close()


@pytest.mark.parametrize(
    ("setting", "mailbox"), [("archive", "Archive"), ("move:Done", "Done"), ("nothing", "INBOX")]
)
async def test_on_resolve_says_where_mail_goes(
    dovecot: Dovecot, user: User, setting: str, mailbox: str
) -> None:
    dovecot.deliver(mail("Order"), user)
    account = adapter(dovecot, user, on_resolve=setting)
    (message,) = messages(await batches(account))

    await _with_status(account, (target(message),), resolved=True)

    with dovecot.session(user, mailbox) as other:
        assert other.search(None, "ALL")[1] == [b"1"]
    await account.close()


@pytest.mark.parametrize("mark_seen", [True, False])
async def test_reading_marks_a_mail_seen_only_where_set(
    dovecot: Dovecot, user: User, *, mark_seen: bool
) -> None:
    dovecot.deliver(mail("Order"), user)
    account = adapter(dovecot, user, mark_seen=mark_seen)
    (message,) = messages(await batches(account))

    await account.deliver(Effect(EffectKind.READ, "k1", targets=(target(message),)), nothing)
    with dovecot.session(user) as other:
        seen = other.search(None, "SEEN")[1] == [b"1"]
    await account.deliver(Effect(EffectKind.UNREAD, "k2", targets=(target(message),)), nothing)
    with dovecot.session(user) as other:
        seen_after = other.search(None, "SEEN")[1] == [b"1"]

    assert (seen, seen_after) == (mark_seen, False)
    await account.close()


@pytest.mark.parametrize("size", [2_000, 600_000])
async def test_an_attachment_is_fetched_on_demand(dovecot: Dovecot, user: User, size: int) -> None:
    contents = bytes(index * 7 % 256 for index in range(size))
    dovecot.deliver(_with_files(contents), user)
    account = adapter(dovecot, user)

    (message,) = messages(await batches(account))

    assert message.body.text.strip() == "See the pictures: äöü"
    picture, table = message.files
    assert (picture.name, picture.type, picture.inline) == (
        "Zip kaputt – 1.png",
        "image/png",
        False,
    )
    assert await account.fetch(target(message), picture.part) == contents
    assert (await account.fetch(target(message), table.part)).decode() == "a;b\r\n1;ü\r\n"
    whole = read_mail(await account.fetch(target(message), WHOLE))
    assert (whole.subject, len(whole.attachments)) == (message.subject, 2)
    await account.close()


async def test_a_big_mail_is_read_without_its_files(
    dovecot: Dovecot, user: User, fault_proxy: FaultProxy
) -> None:
    dovecot.deliver(_with_files(bytes(2_000_000)), user)
    account = adapter(dovecot, user, port=fault_proxy.port)

    (message,) = messages(await batches(account))

    down = fault_proxy.say("stat").partition("down=")[2]
    assert message.body.text.strip() == "See the pictures: äöü"
    assert int(down) < 40_000
    await account.close()


async def test_big_and_small_copies_of_a_mail_have_the_same_hash(
    dovecot: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(_with_files(bytes(50_000)), user)
    account = adapter(dovecot, user)
    (whole,) = messages(await batches(account))
    monkeypatch.setattr("agent_tui.adapters.imap.reading._SMALL", 1000)

    (in_parts,) = messages(await batches(account))

    assert in_parts == whole
    await account.close()


@pytest.mark.parametrize("small", [256_000, 100])
async def test_a_mail_that_the_server_cannot_take_apart_shows_its_text_and_files(
    dovecot: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr("agent_tui.adapters.imap.reading._SMALL", small)
    monkeypatch.setattr("agent_tui.adapters.imap.reading._BEGINNING", 2_000)
    continued = "boundary*0*=us-ascii''%3D_885;\r\n boundary*1*=24f3"  # beyond Dovecot
    made = _with_files(b"\x89PNG" * 50).as_bytes()
    boundary = re.search(rb'boundary="(.*)"', made)
    assert boundary
    made = made.replace(boundary[0], continued.encode()).replace(boundary[1], b"=_88524f3")
    dovecot.deliver(made, user)
    account = adapter(dovecot, user)

    (message,) = messages(await batches(account))

    assert message.body.text.strip() == "See the pictures: äöü"
    picture, table = message.files
    assert await account.fetch(target(message), picture.part) == b"\x89PNG" * 50
    assert (await account.fetch(target(message), table.part)).decode() == "a;b\r\n1;ü\r\n"
    await account.close()


async def test_an_attachment_of_a_mail_that_left_is_asked_for_again_later(
    dovecot: Dovecot, user: User
) -> None:
    dovecot.deliver(_with_files(b"x"), user)
    account = adapter(dovecot, user)
    (message,) = messages(await batches(account))
    with dovecot.session(user) as other:
        other.store("1", "+FLAGS", "\\Deleted")
        other.expunge()

    with pytest.raises(Unreachable, match="no longer in 'INBOX'"):
        await account.fetch(target(message), "2")
    await account.close()


async def test_an_attached_file_arrives_as_it_is_on_disk(
    dovecot: Dovecot, user: User, sink: Sink, tmp_path: Path
) -> None:
    path = tmp_path / "Rückgabe.pdf"
    path.write_bytes(bytes(range(256)) * 100)
    account = adapter(dovecot, user, sink)
    effect = reply(user, files=(str(path),))

    await account.deliver(effect, nothing)

    (sent,) = sink.mails_of(effect.key)
    (file,) = (part for part in sent.walk() if part.get_content_type() == "application/pdf")
    assert file.get_filename() == "Rückgabe.pdf"
    assert file.get_payload(decode=True) == path.read_bytes()
    await account.close()


async def _with_status(
    account: ImapAdapter, targets: tuple[Target, ...], *, resolved: bool
) -> Receipt:
    triage = Triage(Status.RESOLVED if resolved else Status.OPEN)
    effect = Effect(EffectKind.STATUS, "key", triage=triage, targets=targets)
    return await account.deliver(effect, nothing)


def _noted(committed: list[bool]):  # type: ignore[no-untyped-def]
    async def commit() -> None:
        committed.append(True)

    return commit


def _with_files(picture: bytes) -> EmailMessage:
    made = mail("Broken zip", "See the pictures: äöü")
    made.add_attachment(picture, maintype="image", subtype="png", filename="Zip kaputt – 1.png")
    made.add_attachment("a;b\r\n1;ü\r\n".encode(), maintype="text", subtype="csv", filename="t.csv")
    return made

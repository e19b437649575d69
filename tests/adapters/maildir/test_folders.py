"""A Maildir tree is taken in once, kept up with, and left as it is."""

import os
from pathlib import Path

import pytest

from agent_tui.adapters.contract import WHOLE, AccountProblem, Refused, Target
from agent_tui.adapters.maildir import pull
from agent_tui.adapters.maildir.cursor import Importing, Whole, loads
from agent_tui.model.incoming import FlagChange, Flags
from agent_tui.model.message import Direction
from tests.adapters.maildir.tree import NOON, Account, folder, put, times, with_file


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return folder(tmp_path / "mail")


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull, "BATCH", 3)


async def test_the_first_import_is_newest_first(root: Path, small_batches: None) -> None:
    for number in range(8):
        put(root, number, sub="new" if number % 2 else "cur")
    assert await Account(root).subjects() == [f"Mail {number}" for number in range(7, -1, -1)]


async def test_folders_of_maildirplusplus_and_nested_ones_are_mailboxes(root: Path) -> None:
    put(root, 1)
    put(folder(root / ".Clients.North"), 2)
    put(folder(root / "archive" / "2024"), 3)
    batches = await Account(root).pull()
    found = {
        batch.mailbox: [m.subject for m in batch.messages] for batch in batches if batch.messages
    }
    assert found == {
        "INBOX": ["Mail 1"],
        ".Clients.North": ["Mail 2"],
        "archive/2024": ["Mail 3"],
    }


async def test_a_folder_of_maildirs_without_mails_of_its_own_works(tmp_path: Path) -> None:
    put(folder(tmp_path / "all" / "Support"), 1)
    assert await Account(tmp_path / "all").subjects() == ["Mail 1"]


@pytest.mark.parametrize("name", [".Drafts", "Trash", ".INBOX.Spam", "Junk"])
async def test_drafts_spam_and_trash_are_left_out(root: Path, name: str) -> None:
    put(folder(root / name), 1)
    put(root, 2, flags=":2,T")
    put(root, 3, flags=":2,DS")
    assert await Account(root).news() == []


@pytest.mark.parametrize("stop", range(1, 7))
async def test_an_import_that_stops_after_any_batch_goes_on_without_loss_or_double(
    root: Path, small_batches: None, stop: int
) -> None:
    for number in range(14):
        put(root, number)
    account = Account(root)
    before = [m.remote_id for batch in await account.pull(stop) for m in batch.messages]
    put(root, 50)  # comes while the import is broken off
    after = [m.remote_id for m in await account.news()]
    assert len(set(before + after)) == len(before + after) == 15
    assert await account.pull() == []


async def test_an_import_whose_mails_changed_meanwhile_misses_none(
    root: Path, small_batches: None
) -> None:
    for number in range(9):
        put(root, number)
    account = Account(root)
    taken = {m.subject for batch in await account.pull(2) for m in batch.messages}
    put(root, 20, seconds=1_600_000_007)  # among those that were taken already
    taken.update(await account.subjects())
    assert taken == {f"Mail {number}" for number in [*range(9), 20]}


async def test_a_mail_copied_in_under_an_old_name_is_found(root: Path) -> None:
    put(root, 5)
    account = Account(root)
    await account.news()
    put(root, 6, seconds=1_500_000_000)
    assert await account.subjects() == ["Mail 6"]


async def test_a_mail_that_is_read_and_answered_elsewhere_changes_its_flags_only(
    root: Path,
) -> None:
    new = put(root, 1, sub="new")
    account = Account(root)
    [message] = await account.news()
    new.rename(root / "cur" / f"{new.name}:2,RS")
    [batch] = await account.pull()
    assert batch.messages == ()
    assert batch.gone == ()
    assert batch.flags == (FlagChange(message.remote_id, Flags(seen=True, answered=True)),)


async def test_a_mail_that_is_deleted_is_gone(root: Path) -> None:
    first = put(root, 1)
    put(root, 2)
    account = Account(root)
    ids = {message.subject: message.remote_id for message in await account.news()}
    first.unlink()
    [batch] = await account.pull()
    assert batch.gone == (ids["Mail 1"],)
    assert batch.messages == ()


async def test_a_folder_that_did_not_change_is_not_listed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, 1)
    account = Account(root)
    await account.news()
    monkeypatch.setattr(pull, "entries", None)
    assert await account.pull() == []


async def test_a_folder_that_changed_just_now_is_looked_at_again(root: Path) -> None:
    put(root, 1)
    stamp = (root / "cur").stat()
    account = Account(root, now=stamp.st_mtime_ns // 1_000_000)
    await account.news()
    put(root, 2)
    os.utime(root / "cur", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # a clock of coarse steps
    assert await account.subjects() == ["Mail 2"]


async def test_a_mail_from_our_own_address_is_outbound(root: Path) -> None:
    put(root, 1)
    [message] = await Account(root, settings={"aliases": ["Ada@post.example"]}).news()
    assert message.direction is Direction.OUTBOUND


async def test_a_file_that_cannot_be_read_is_listed_with_the_reason(root: Path) -> None:
    put(root, 1)
    loop = root / "cur" / "1600000002.M2.host:2,"
    loop.symlink_to(loop)
    unreadable, readable = sorted(await Account(root).news(), key=lambda m: m.subject)
    assert readable.subject == "Mail 1"
    assert "cannot be read: too many levels of symbolic links" in unreadable.notes[0]


async def test_an_attachment_is_fetched_after_its_mail_has_moved(root: Path) -> None:
    file = root / "new" / "1600000001.M1.host"
    file.write_bytes(with_file(1, "forty-two"))
    account = Account(root)
    [message] = await account.news()
    file.rename(root / "cur" / f"{file.name}:2,S")
    target = Target("INBOX", message.remote_id)
    assert await account.adapter().fetch(target, message.files[0].part) == b"forty-two"


async def test_a_mail_is_fetched_whole_as_it_lies_there(root: Path) -> None:
    file = put(root, 1)
    account = Account(root)
    [message] = await account.news()
    got = await account.adapter().fetch(Target("INBOX", message.remote_id), WHOLE)
    assert got == file.read_bytes()


async def test_an_attachment_of_a_deleted_mail_is_refused_in_words(root: Path) -> None:
    file = put(root, 1)
    account = Account(root)
    [message] = await account.news()
    file.unlink()
    with pytest.raises(Refused, match="no longer in INBOX"):
        await account.adapter().fetch(Target("INBOX", message.remote_id), "2")


async def test_nothing_in_the_tree_is_changed(root: Path) -> None:
    put(root, 1, sub="new")
    put(folder(root / ".Sub"), 2)
    before = times(root)
    account = Account(root)
    await account.news()
    await account.adapter().check()
    assert times(root) == before


async def test_the_cursor_of_an_import_stays_small(root: Path, small_batches: None) -> None:
    for number in range(30):
        put(root, number)
    batches = await Account(root).pull()
    assert all(len(batch.cursor) < 120 for batch in batches[:-1])


@pytest.mark.parametrize("text", ["", "whole 1 2 %%%", "import 1 2", "from another version"])
async def test_a_cursor_that_is_not_understood_begins_again(root: Path, text: str) -> None:
    put(root, 1)
    assert await Account(root, cursors={"INBOX": text}).subjects() == ["Mail 1"]


@pytest.mark.parametrize(
    "cursor",
    [
        Importing((5, 1 << 63), (3, 4), 77),
        Whole((1, 2), frozenset({4, (1 << 64) - 1})),
        Whole((-1, -1), frozenset()),
    ],
)
def test_a_cursor_reads_as_it_was_written(cursor: Importing | Whole) -> None:
    assert loads(str(cursor)) == cursor


async def test_a_path_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(AccountProblem, match="cannot be read: no such file or directory"):
        await Account(tmp_path / "none").pull()


async def test_a_folder_without_maildirs_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(AccountProblem, match="There is no Maildir in"):
        await Account(tmp_path).pull()


async def test_the_check_counts_the_mails_of_each_folder(root: Path) -> None:
    put(root, 1)
    findings = await Account(root, now=NOON).adapter().check()
    assert [(one.what, one.detail) for one in findings] == [(str(root), "1 mails")]

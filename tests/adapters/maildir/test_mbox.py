"""An mbox file is split where its mails begin, however big it is, and taken in once."""

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.adapters.contract import WHOLE, Refused, Target
from agent_tui.adapters.maildir import mbox, mbox_pull
from agent_tui.adapters.maildir.mbox import Span
from agent_tui.model.incoming import Flags
from tests.adapters.maildir.tree import NOON, Account, append, mail, replace, times, with_file

FROM = b"From ada@post.example Mon Oct 10 17:50:37 2022\n"


def stored(*mails: bytes) -> bytes:
    """``mails`` as mboxrd keeps them: From quoted, a blank line behind each."""
    return b"".join(FROM + _quoted(raw) + b"\n" for raw in mails)


def _quoted(raw: bytes) -> bytes:
    lines = raw.splitlines(keepends=True)
    return b"".join(b">" + row if row.lstrip(b">").startswith(b"From ") else row for row in lines)


def spans(data: bytes) -> list[Span]:
    return list(mbox.spans_back(io.BytesIO(data), len(data)))


_ROWS = st.sampled_from(
    [b"", b"Hello", b"From here on", b">From ada", FROM.strip(), b"x" * 900, b"From: a@b.example"]
)


@settings(deadline=None)
@given(st.lists(st.lists(_ROWS, min_size=1, max_size=6), min_size=1, max_size=8))
def test_mails_come_back_as_they_went_in_last_one_first(bodies: list[list[bytes]]) -> None:
    mails = [b"Subject: x\n\n" + b"\n".join(rows) + b"\n" for rows in bodies]
    file = io.BytesIO(stored(*mails))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mbox, "BLOCK", 700)
        found = [mbox.mail(file, span).raw for span in mbox.spans_back(file, len(file.getvalue()))]
    assert found == mails[::-1]


@settings(deadline=None)
@given(st.lists(st.lists(_ROWS, min_size=1, max_size=6), min_size=1, max_size=8))
def test_a_mail_is_found_again_at_its_place(bodies: list[list[bytes]]) -> None:
    data = stored(*(b"Subject: x\n\n" + b"\n".join(rows) + b"\n" for rows in bodies))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mbox, "BLOCK", 700)
        assert all(mbox.span_at(io.BytesIO(data), one.start) == one for one in spans(data))


def test_every_mail_is_found_once_wherever_blocks_end(monkeypatch: pytest.MonkeyPatch) -> None:
    data = stored(*(mail(number) for number in range(5)))
    whole = spans(data)
    for block in range(100, 700):
        monkeypatch.setattr(mbox, "BLOCK", block)
        assert spans(data) == whole


def test_a_sentence_that_begins_with_from_begins_no_mail() -> None:
    data = FROM + mail(1, "Hello,\n\nFrom here on it goes wrong.\n\nFrom 2022 on as well.") + b"\n"
    assert spans(data) == [Span(0, len(data))]


@pytest.mark.parametrize(
    "line",
    [
        b"From 1771234567890123456@xxx Mon Oct 10 17:50:37 +0000 2022",
        b"From - Mon Oct 10 17:50:37 2022",
        b"From ada at post.example  Mon Oct  3 07:50:37 2022",
        b"From ada@post.example Mon Oct 10 17:50 CEST 2022 remote from uucp",
    ],
)
def test_from_lines_of_many_programs_begin_a_mail(line: bytes) -> None:
    data = stored(mail(1)) + line + b"\n" + mail(2) + b"\n"
    assert len(spans(data)) == 2


def test_files_of_windows_are_split_too() -> None:
    data = stored(mail(1), mail(2)).replace(b"\n", b"\r\n")
    file = io.BytesIO(data)
    assert [mbox.mail(file, span).raw for span in spans(data)] == [
        mail(number).replace(b"\n", b"\r\n") for number in (2, 1)
    ]


def test_no_more_than_a_block_is_held_of_a_big_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "BLOCK", 4096)
    file = _Greedless(stored(*(mail(number, "words " * 300) for number in range(60))))
    assert len(list(mbox.spans_back(file, len(file.getvalue())))) == 60
    assert mbox.about(file, len(file.getvalue())) == 60
    assert file.most <= 4096 + 1024


class _Greedless(io.BytesIO):
    """Remembers the most that was read at once."""

    most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.most = max(self.most, len(data))
        return data


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(mbox_pull, "BATCH", 3)
    path = tmp_path / "inbox.mbox"
    path.write_bytes(stored(*(mail(number) for number in range(8))))
    return path


async def test_the_first_import_is_newest_first_with_progress(box: Path) -> None:
    batches = await Account(box).pull()
    subjects = [message.subject for batch in batches for message in batch.messages]
    assert subjects == [f"Mail {number}" for number in range(7, -1, -1)]
    assert batches[-1].progress is not None
    assert batches[-1].progress.done == batches[-1].progress.total == 8


@pytest.mark.parametrize("stop", [1, 2, 3])
async def test_an_import_that_stops_after_any_batch_goes_on_without_loss_or_double(
    box: Path, stop: int
) -> None:
    account = Account(box)
    before = [m.subject for batch in await account.pull(stop) for m in batch.messages]
    append(box, stored(mail(8)))
    after = await account.subjects()
    assert sorted(before + after) == [f"Mail {number}" for number in range(9)]


async def test_what_was_added_is_taken_alone(box: Path) -> None:
    account = Account(box)
    await account.news()
    assert await account.pull() == []
    append(box, stored(mail(8), mail(9)))
    assert await account.subjects() == ["Mail 8", "Mail 9"]


async def test_a_file_that_was_rewritten_is_taken_again(box: Path) -> None:
    account = Account(box)
    await account.news()
    replace(box, stored(*(mail(number) for number in range(1, 8))))
    first, *_ = batches = await account.pull()
    assert first.reset
    assert sum(len(batch.messages) for batch in batches) == 7
    assert not any(batch.reset for batch in batches[1:])


async def test_a_mail_that_is_being_written_waits_for_its_end(box: Path) -> None:
    append(box, FROM + mail(8)[:-3])
    account = Account(box, now=times(box)[box] // 1_000_000)
    assert "Mail 8" not in await account.subjects()
    append(box, mail(8)[-3:] + b"\n")
    assert await account.subjects() == ["Mail 8"]


async def test_the_last_mail_of_an_old_file_needs_no_blank_line(box: Path) -> None:
    append(box, FROM + mail(8)[:-1])
    assert (await Account(box, now=NOON).subjects())[0] == "Mail 8"


async def test_status_fields_are_flags(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(stored(b"Status: RO\nX-Status: A\n" + mail(1), mail(2, "Status: RO")))
    second, first = await Account(path).news()
    assert first.flags == Flags(seen=True, answered=True)
    assert second.flags == Flags()


async def test_a_mail_without_a_date_has_that_of_its_delivery(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(stored(b"From: ada@post.example\nSubject: x\n\nHello\n"))
    [message] = await Account(path).news()
    assert message.at == 1_665_424_237_000


async def test_an_attachment_is_fetched_from_its_place_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(stored(mail(1), with_file(2, "forty-two"), mail(3)))
    account = Account(path)
    message = next(m for m in await account.news() if m.files)
    target = Target("mbox", message.remote_id)
    assert await account.adapter().fetch(target, message.files[0].part) == b"forty-two"


async def test_a_mail_is_fetched_whole_without_the_line_before_it(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(stored(mail(1), mail(2)))
    account = Account(path)
    message = next(m for m in await account.news() if m.subject == "Mail 1")
    assert await account.adapter().fetch(Target("mbox", message.remote_id), WHOLE) == mail(1)


async def test_an_attachment_of_a_mail_that_moved_is_refused(box: Path) -> None:
    with pytest.raises(Refused, match="no longer in mbox"):
        await Account(box).adapter().fetch(Target("mbox", "17"), "1")


async def test_an_empty_file_holds_no_mail(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.touch()
    assert await Account(path).news() == []


async def test_the_file_is_not_changed(box: Path) -> None:
    before = times(box)
    await Account(box).news()
    assert times(box) == before


async def test_the_check_tells_a_file_that_is_no_mbox(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary")
    [finding] = await Account(path).adapter().check()
    assert "is no mbox file" in finding.detail

"""Canned replies load one by one, and the best match comes first."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.config.canned import CannedCache, CannedReply, rank
from agent_tui.model.conversation import Channel

REFUND = """\
+++
name = "refund"
title = "Refund on its way"
channels = ["mail", "chat"]
language = "en"
tags = ["money"]
+++

Dear {{ customer.name }},

your refund is on its way.
"""


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_front_matter_and_body_are_taken_apart(tmp_path: Path) -> None:
    path = write(tmp_path, "r.md", REFUND)

    assert CannedCache().load([tmp_path]).replies == (
        CannedReply(
            name="refund",
            title="Refund on its way",
            channels=frozenset({Channel.MAIL, Channel.CHAT}),
            language="en",
            body="Dear {{ customer.name }},\n\nyour refund is on its way.",
            path=path,
            tags=("money",),
        ),
    )


def test_without_front_matter_the_file_is_the_reply(tmp_path: Path) -> None:
    write(tmp_path, "thanks.md", "Thank you!\n")

    (reply,) = CannedCache().load([tmp_path]).replies

    assert (reply.name, reply.title, reply.body) == ("thanks", "thanks", "Thank you!")
    assert reply.channels == frozenset()


def test_front_matter_may_end_its_lines_as_windows_does(tmp_path: Path) -> None:
    (tmp_path / "r.md").write_bytes(REFUND.replace("\n", "\r\n").encode("utf-8-sig"))

    (reply,) = CannedCache().load([tmp_path]).replies

    assert reply.body == "Dear {{ customer.name }},\n\nyour refund is on its way."


def test_folders_are_read_to_the_bottom_and_missing_ones_are_empty(tmp_path: Path) -> None:
    write(tmp_path / "team", "a.md", "A")
    write(tmp_path / "team" / "shipping", "b.md", "B")
    write(tmp_path / "team", ".hidden.md", "C")
    write(tmp_path / "team", "notes.txt", "D")

    loaded = CannedCache().load([tmp_path / "team", tmp_path / "missing"])

    assert [reply.name for reply in loaded.replies] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("+++\nname = \n+++\nx", ", line 2"),
        ('+++\nname = "x"\nx', ", line 1: the front matter has no second line '+++'"),
        (
            "\n".join(["+++", "", 'titel = "x"', "+++"]),
            ", line 3: 'titel' is not a key of a canned",
        ),
        (
            '+++\ntitle = "x"\nchannels = "mail"\n+++',
            ", line 3: 'channels' must be a list of texts",
        ),
        (
            '+++\nchannels = ["mial"]\n+++',
            ", line 2: 'channels' must be one of 'mail', 'chat', 'review', 'form', 'social', "
            "'call', not 'mial'; did you mean 'mail'?",
        ),
        ('+++\nname = "two words"\n+++', ", line 2: 'name' must be one word without blanks"),
    ],
)
def test_a_bad_file_is_a_problem_with_its_line_and_the_others_load(
    tmp_path: Path, text: str, problem: str
) -> None:
    write(tmp_path, "good.md", "Good")
    bad = write(tmp_path, "bad.md", text)

    loaded = CannedCache().load([tmp_path])

    assert [reply.name for reply in loaded.replies] == ["good"]
    assert len(loaded.problems) == 1
    assert loaded.problems[0].startswith(f"{bad}{problem}")


def test_a_file_in_another_encoding_is_told_by_line(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_bytes("Hallo\nGrüße".encode("latin-1"))

    assert "line 2: not UTF-8" in CannedCache().load([tmp_path]).problems[0]


def test_a_huge_file_is_no_reply(tmp_path: Path) -> None:
    write(tmp_path, "huge.md", "x" * 300_000)

    assert "longer than 256 kB" in CannedCache().load([tmp_path]).problems[0]


def test_a_dangling_link_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere")

    assert "gone.md cannot be read: no such file" in CannedCache().load([tmp_path]).problems[0]


def test_only_changed_files_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same = write(tmp_path, "same.md", "Same")
    changed = write(tmp_path, "changed.md", "Before")
    cache = CannedCache()
    cache.load([tmp_path])
    same_before = cache.load([tmp_path]).replies[1]
    changed.write_text("After, and longer")

    after = cache.load([tmp_path]).replies

    assert after[0].body == "After, and longer"
    assert after[1] is same_before
    assert after[1].path == same


def test_a_removed_file_is_gone_on_reload(tmp_path: Path) -> None:
    path = write(tmp_path, "a.md", "A")
    cache = CannedCache()
    cache.load([tmp_path])
    path.unlink()

    assert cache.load([tmp_path]).replies == ()


def reply(name: str, title: str = "", *tags: str, channels: str = "") -> CannedReply:
    on = frozenset(Channel(word) for word in channels.split())
    return CannedReply(name, title or name, on, "", "", Path(name), tags)


def test_the_nearest_match_comes_first() -> None:
    replies = [
        reply("late-refund"),
        reply("unrelated"),
        reply("r-e-f-u-n-d"),
        reply("refund-partial"),
        reply("money", "Your refund"),
        reply("refund"),
        reply("prerefunded"),
    ]

    assert [found.name for found in rank(replies, "Refund", None)] == [
        "refund",
        "refund-partial",
        "late-refund",
        "money",
        "prerefunded",
        "r-e-f-u-n-d",
    ]


def test_no_text_keeps_the_order() -> None:
    replies = [reply("b"), reply("a")]

    assert rank(replies, " ", None) == replies


def test_a_tag_finds_a_reply() -> None:
    assert rank([reply("refund", "Refund", "money")], "mon", None)


def test_replies_for_other_channels_are_left_out() -> None:
    replies = [reply("a", channels="mail"), reply("b", channels="chat review"), reply("c")]

    assert [found.name for found in rank(replies, "", Channel.REVIEW)] == ["b", "c"]


def test_equal_matches_are_ordered_by_language_and_none_fits_everybody() -> None:
    german, english, plain = (replace(reply("refund"), language=code) for code in ("de", "en", ""))
    brazilian = replace(reply("refund"), language="pt-BR")

    assert rank([german, english, plain], "ref", None, ["en", "de"]) == [english, plain, german]
    assert rank([german, brazilian], "", None, ["pt", "en"]) == [brazilian, german]


# Stars


def starred(name: str, stars: range | None) -> CannedReply:
    return replace(reply(name, channels="review"), stars=stars)


def test_replies_for_other_stars_are_left_out_and_those_for_these_come_first() -> None:
    replies = [
        starred("any", None),
        starred("sorry", range(1, 3)),
        starred("thanks", range(4, 6)),
    ]

    assert [r.name for r in rank(replies, "", Channel.REVIEW, rating=2)] == ["sorry", "any"]
    assert [r.name for r in rank(replies, "", Channel.REVIEW, rating=3)] == ["any"]
    assert [r.name for r in rank(replies, "", Channel.MAIL)] == []


@pytest.mark.parametrize(("text", "stars"), [("5", range(5, 6)), ("1-2", range(1, 3))])
def test_stars_are_one_number_or_two(tmp_path: Path, text: str, stars: range) -> None:
    write(tmp_path, "r.md", f'+++\nstars = "{text}"\n+++\nHello')

    (found,) = CannedCache().load([tmp_path]).replies

    assert found.stars == stars


@pytest.mark.parametrize("text", ["0", "6", "3-1", "few", "1-9"])
def test_stars_that_mean_nothing_are_a_problem_with_a_line(tmp_path: Path, text: str) -> None:
    write(tmp_path, "r.md", f'+++\nname = "r"\nstars = "{text}"\n+++\nHello')

    loaded = CannedCache().load([tmp_path])

    assert loaded.replies == ()
    assert f", line 3: 'stars' must be such as 5 or 1-2, not '{text}'." in loaded.problems[0]

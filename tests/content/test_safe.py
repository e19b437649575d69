"""What ``content.safe`` lets through, what it marks, and that a second pass changes nothing."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.content.safe import MARK, safe_line, safe_name, safe_text

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]"
)
SHARED = os.environ.get("AGENT_TUI_SHARED")

_PIECES = (
    *("\x1b", "\x1b]52;c;AAAA\x07", "\x9b2J", "\r", "\r\n", "\n", "\t", "\x00", "\x7f", "\x85"),
    *("[", "]", "[/]", "a", "é", "e\u0301", "👩\u200d💻", "🏳️\u200d🌈", "🏴", "\U000e0067"),
    *("\U000e007f", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "👍🏽"),
    *("שלום", "مرحبا", "\u202e", "\u2066", "\u2029", "\ud800", "\udfff", "\u0301", "\u200d", " "),
    *("\u00a0", "\u3000", "\ufff9", "1\ufe0f\u20e3", "🇩🇪", ".", "/", "\\", ":", "con", "-", "~"),
)
texts = st.lists(st.sampled_from(_PIECES) | st.characters(), max_size=40).map("".join)
floods = st.builds(
    lambda mark, n, t: t + mark * n + t,
    st.sampled_from("\u0301\u0e49\u200d"),
    st.integers(0, 60),
    texts,
)


@given(texts | floods)
@settings(max_examples=500)
def test_safe_text_leaves_nothing_a_terminal_obeys(text: str) -> None:
    assert FORBIDDEN.search(safe_text(text)) is None


@given(texts | floods)
@settings(max_examples=300)
def test_safe_text_is_idempotent(text: str) -> None:
    once = safe_text(text)
    assert safe_text(once) == once


@given(texts | floods, st.none() | st.integers(0, 50))
@settings(max_examples=300)
def test_safe_line_is_one_line_within_its_limit_and_idempotent(
    text: str, limit: int | None
) -> None:
    line = safe_line(text, limit)
    assert "\n" not in line
    assert "\t" not in line
    assert FORBIDDEN.search(line) is None
    assert limit is None or len(line) <= limit
    assert safe_line(line, limit) == line


@given(texts | floods)
@settings(max_examples=300)
def test_safe_name_is_a_plain_file_name_and_idempotent(text: str) -> None:
    name = safe_name(text)
    assert name
    assert Path("/folder", name).resolve().parent == Path("/folder")
    assert name[0] not in ".-~ "
    assert name[-1] not in ". "
    assert not set(name) & set('/\\:*?"<>|\n\t')
    assert len(name.encode()) <= 150
    assert safe_name(name) == name


@pytest.mark.parametrize(
    "text",
    [
        "Grüße, 你好, שלום, مرحبا, สวัสดี ที่นี่",
        "👩\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈 👍🏽 1\ufe0f\u20e3 🇩🇪",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "می\u200cخواهم \u200fשלום\u200e",
        "two\n\tlines",
        "[bold]not markup[/]",
    ],
)
def test_honest_text_is_left_as_it_is(text: str) -> None:
    assert safe_text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b]0;owned\x07b", f"a{MARK}]0;owned{MARK}b"),
        ("\x9b31mred", f"{MARK}31mred"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("invoice\u202efdp.exe", f"invoice{MARK}fdp.exe"),
        ("x\U000e0041\U000e0042y", f"x{MARK}y"),
        ("🏴\U000e0041y", f"🏴{MARK}y"),
        ("\ud83d", MARK),
        ("\x00\x00\x00", MARK),
        ("Z" + "\u0301" * 3000, "Z" + "\u0301" * 8),
    ],
)
def test_hostile_text_is_marked(text: str, shown: str) -> None:
    assert safe_text(text) == shown


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("  Where \r\n is\tmy   order? ", None, "Where is my order?"),
        ("Where is my order?", 9, "Where is…"),
        ("Order", 5, "Order"),
        ("ab👩\u200d💻", 4, "ab…"),
        ("abc", 0, ""),
    ],
)
def test_safe_line_folds_blanks_and_cuts_between_characters(
    text: str, limit: int | None, shown: str
) -> None:
    assert safe_line(text, limit) == shown


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/cron.d/x", "x"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\Users\\me\\photo.jpg", "photo.jpg"),
        ("..", "attachment"),
        ("", "attachment"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("~root", "root"),
        ("con", "_con"),
        ("COM1.txt", "_COM1.txt"),
        ("C:con", "C_con"),
        ("a|b", "a_b"),
        ("a\x00b\nc.pdf", "a_b c.pdf"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
        ("invoice.pdf          .exe", "invoice.pdf .exe"),
        ("evil\uff0f..\uff0fname", "name"),
        ("Rechnung März.pdf", "Rechnung März.pdf"),
        ("חשבונית.pdf", "חשבונית.pdf"),
        ("a" * 400 + ".pdf", "a" * 146 + ".pdf"),
        ("%2e%2e", "%2e%2e"),
    ],
)
def test_file_names_cannot_leave_their_folder_or_lie(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.skipif(SHARED is None, reason="AGENT_TUI_SHARED names no folder with Unicode data")
def test_every_emoji_of_unicode_is_left_as_it_is() -> None:
    lines = Path(SHARED or "", "corpus/unicode/txt/emoji-test.txt").read_text("utf-8").splitlines()
    emoji = [
        "".join(chr(int(code, 16)) for code in line.split(";")[0].split())
        for line in lines
        if line and not line.startswith("#")
    ]
    assert len(emoji) > 3000
    assert [e for e in emoji if safe_text(e) != e] == []

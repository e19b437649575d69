"""Every mail we could get hold of, honest, broken and hostile, goes through the reader.

The rules are those of a mailbox that must not stop at any mail: nothing raises, nothing takes a
second, nothing a terminal obeys comes out, and what the mail says is not lost.
"""

import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest

from agent_tui.content.mail import Mail
from agent_tui.content.mime import read_mail
from tests.cpu import takes_at_most_a_second

SHARED = os.environ.get("AGENT_TUI_SHARED")
pytestmark = [
    pytest.mark.skipif(SHARED is None, reason="AGENT_TUI_SHARED names no folder with mails"),
    pytest.mark.xdist_group("corpus"),
]
HOSTILE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
WORD = re.compile(r"\w+")


def mails(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in Path(SHARED or "", folder).rglob("*")]
    return sorted(p for p in found if p.suffix in {".eml", ".txt", ".mbox", ".html"})


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from strings(getattr(value, name))


def test_no_mail_raises_takes_a_second_or_lets_control_characters_through() -> None:
    paths = mails("corpus", "attacks")
    assert len(paths) > 2000
    slow, unsafe, huge = [], [], []
    for path in paths:
        raw = path.read_bytes()
        begun = time.process_time()
        mail = read_mail(raw)
        if time.process_time() - begun > 1 and not takes_at_most_a_second(partial(read_mail, raw)):
            slow.append(path)
        text = "\n".join(strings(mail))
        if HOSTILE.search(text):
            unsafe.append(path)
        if len(text) > 2_000_000:
            huge.append(path)
    assert (slow, unsafe, huge) == ([], [], [])


def test_a_mail_cut_at_any_place_is_still_read() -> None:
    for path in mails("corpus/mime4j", "corpus/enmime", "attacks")[::7]:
        raw = path.read_bytes()[:20_000]
        for length in range(0, len(raw), max(1, len(raw) // 25)):
            assert isinstance(read_mail(raw[:length]), Mail)


def test_folds_and_links_fit_their_text() -> None:
    for path in mails("corpus"):
        body = read_mail(path.read_bytes()).body
        lines = body.text.split("\n")
        position = 0
        for fold in body.folds:
            assert position <= fold.start < fold.end <= len(lines), path
            position = fold.end
        assert [link.number for link in body.links] == list(range(1, len(body.links) + 1))


def test_the_words_of_a_mail_are_not_lost(record_property: Callable[[str, object], None]) -> None:
    said = kept = counted = 0
    for path in mails("corpus"):
        if path.parent.name != "eml":
            continue
        raw = path.read_bytes()
        shown = Counter(WORD.findall(read_mail(raw).body.text))
        wordings = [Counter(WORD.findall(text)) for text in wordings_of(raw) if text.strip()]
        if wordings:
            best = max(wordings, key=lambda words: (words & shown).total() / (words.total() or 1))
            said += best.total()
            kept += (best & shown).total()
            counted += 1
    record_property("recall", kept / said)
    sys.stdout.write(f"recall: {kept / said:.4f} of {said} words in {counted} mails\n")
    assert counted > 1400
    assert kept / said >= 0.98


def wordings_of(raw: bytes) -> list[str]:
    """What the standard library finds a mail to say: in plain text, and in HTML."""
    try:
        parts = list(message_from_bytes(raw).walk())
    except RecursionError:
        return []
    if any(part.get_content_type() == "message/partial" for part in parts):
        return []  # a piece of a mail, in no way a text
    leaves = [part for part in parts if not part.is_multipart()]
    by_type: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    for part in leaves:
        kind = part.get_content_type()
        if kind in by_type and not part.get_filename() and is_meant_to_be_read(part):
            text = decoded(part)
            if text is None:
                return []
            by_type[kind].append(text)
    pages = "\n".join(VisibleText.of(page) for page in by_type["text/html"])
    return ["\n".join(by_type["text/plain"]), pages]


def is_meant_to_be_read(part: "Message[str, str]") -> bool:
    return part.get_content_disposition() != "attachment"


def decoded(part: "Message[str, str]") -> str | None:
    """The text of a part; None where the standard library cannot tell what it says."""
    octets = part.get_payload(decode=True)
    try:
        return octets.decode(part.get_content_charset("ascii")) if isinstance(octets, bytes) else ""
    except (LookupError, UnicodeError):
        return None


class VisibleText(HTMLParser):
    """The text of a page but scripts, styles and what is not displayed."""

    @classmethod
    def of(cls, page: str) -> str:
        reader = cls()
        reader.feed(page)
        reader.close()
        return "".join(reader.out)

    def __init__(self) -> None:
        super().__init__()
        self.out: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inline = {"b", "i", "a", "u", "em", "span", "strong", "font", "wbr"}
        self.out.append("" if tag in inline else " ")
        if tag in {"br", "img", "hr", "meta", "link", "input", "area", "base", "col", "wbr"}:
            return
        style = "".join((dict(attrs).get("style") or "").lower().split())
        hidden = tag in {"script", "style", "title", "head"} or bool(
            re.search("display:none|visibility:hidden|max-height:0|mso-hide:all", style)
        )
        self.open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self.open) - 1, -1, -1):
            if self.open[index][0] == tag:
                del self.open[index:]
                return

    def handle_data(self, data: str) -> None:
        if not any(hidden for _, hidden in self.open):
            self.out.append(data)

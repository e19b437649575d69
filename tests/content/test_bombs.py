"""Mails made to stop a reader: each within a second of CPU, the limit that was set for them."""

import base64
from collections.abc import Callable
from functools import partial

import pytest

from agent_tui.content.mime import prepare_html, prepare_text, read_mail
from tests.cpu import takes_at_most_a_second

MILLION = 1_000_000


def repeated(start: str, piece: str, end: str = "") -> bytes:
    """A piece as often as makes a megabyte, in a mail that begins and ends so."""
    one = piece.encode("latin-1" if piece == "\xd8" else "utf-8")
    return start.encode() + one * (MILLION // len(one)) + end.encode()


def nested() -> bytes:
    """Parts within parts, each with a boundary of its own."""
    parts = (f"Content-Type: multipart/mixed; boundary=a{n}\n\n--a{n}\n" for n in range(20_000))
    return "".join(parts).encode()


def coded() -> bytes:
    """A text of ten megabytes."""
    return BASE64.encode() + base64.encodebytes(bytes(range(256)) * 40_000)


BASE64 = "Content-Transfer-Encoding: base64\n\n"
HEADERS = {
    "header fields": ("", "X: y\n"),
    "folded header": ("Subject: x\n", " z\n"),
    "long subject": ("Subject: ", "x"),
    "encoded words": ("Subject: ", "=?utf-8?q?a?= "),
    "half encoded words": ("Subject: ", "=?"),
    "recipients": ("To: ", '"a b" <a@b.c>, '),
    "comments": ("To: ", "("),
    "open quotes": ("To: ", '"\\'),
    "groups": ("To: ", "a:b;"),
    "references": ("References: ", "<a@b> "),
    "date comments": ("Date: ", "("),
    "parameters": ("Content-Type: text/plain", "; a=b"),
    "open parameters": ("Content-Type: text/plain", '; a="'),
    "pieces of a parameter": ("Content-Type: text/plain", "; a*1*=%41"),
    "non-ascii domain": ("From: a@", "\u00fc"),
    "slips": ("X: y\n", "slip\nx: y\n"),
}
BODIES = {
    "same boundary": ("", "Content-Type: multipart/mixed; boundary=a\n\n--a\n"),
    "nested mails": ("", "Content-Type: message/rfc822\n\n"),
    "parts": ("Content-Type: multipart/mixed; boundary=a\n\n", "--a\n\nx\n"),
    "digest": ("Content-Type: multipart/digest; boundary=a\n\n", "--a\n\nSubject: x\n\ntext\n"),
    "dashes": ("Content-Type: multipart/mixed; boundary=-\n\n", "\n---"),
    "padding": (BASE64, "="),
    "pieces of base64": (BASE64, "QQ=="),
    "flowed": ("Content-Type: text/plain; format=flowed\n\n", "x \n"),
    "surrogates": ("Content-Type: text/plain; charset=utf-16\n\n", "\xd8"),
}
MAILS: dict[str, Callable[[], bytes]] = {
    **{name: partial(repeated, *parts, "\n\nx") for name, parts in HEADERS.items()},
    **{name: partial(repeated, *parts) for name, parts in BODIES.items()},
    "nested parts": nested,
    "text in base64": coded,
}


@pytest.mark.parametrize("name", MAILS)
def test_no_mail_takes_a_second(name: str) -> None:
    raw = MAILS[name]()
    assert takes_at_most_a_second(lambda: read_mail(raw))


@pytest.mark.parametrize(
    "piece",
    "<div>|<b>|<table><tr><td>|<td>x|<tr><td>a<td>b|<a href=x>|<blockquote>|<ul><li>|<li>|<p>|<hr>"
    "|<h1>x|<!--|<|&|&#|<script>|<select>|</td>|<div></p>|<a x=\"|<a x='y|<a =|</|<!|<br>|<b> </b>"
    "|\t|&nbsp;|\u200b|<img alt=x>|<pre>x |<a href='http://x.y/a'>b</a> |<i>x</i>|<div><b></div>"
    "|<p style='display:none'>x|<div class=signature>x|<style>|a.b.c.|\u0301|<table>x".split("|"),
)
def test_no_page_takes_a_second(piece: str) -> None:
    page = piece * (MILLION // len(piece))
    assert takes_at_most_a_second(lambda: prepare_html(page))


@pytest.mark.parametrize(
    "piece",
    ">|> x\n|>\n\n|\n|\r|-- \n|On x wrote:\n|a@b wrote\n|a@|____\n"
    "|On 1.1.2026 <a@b.c> wrote:\n|From: a@b.c\n|Sent from \n|http://x.y/a "
    "|From: a@b.c\nSent: 1.1.2026 10:00\nTo: x\n"
    "|http://x.y/)))))) |www.|:|x:\n|----- Original Message -----\n".split("|"),
)
def test_no_text_takes_a_second(piece: str) -> None:
    text = piece * (MILLION // len(piece))
    assert takes_at_most_a_second(lambda: prepare_text(text))

"""Mails made to stop a reader: each within a second of CPU, the limit that was set for them."""

import base64
import time
from collections.abc import Callable, Iterator

import pytest

from agent_tui.content.mime import prepare_html, prepare_text, read_mail

MILLION = 1_000_000


def takes_at_most_a_second(read: Callable[[], object]) -> bool:
    """Whether it does in one of five tries: on a machine that others keep busy a second of CPU
    is worth less than elsewhere, and what a bomb costs is ten times that."""
    for _ in range(5):
        begun = time.process_time()
        read()
        if time.process_time() - begun <= 1:
            return True
    return False


def bombs() -> Iterator[tuple[str, bytes]]:
    """Names and raw mails, about a megabyte each."""
    repeated = {
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
        "non-ascii domain": ("From: a@", "ü"),
        "slips": ("X: y\n", "slip\nx: y\n"),
    }
    for name, (start, piece) in repeated.items():
        yield name, f"{start}{piece * (MILLION // len(piece))}\n\nx".encode()
    nested = (f"Content-Type: multipart/mixed; boundary=a{n}\n\n--a{n}\n" for n in range(20_000))
    yield "nested parts", "".join(nested).encode()
    yield "same boundary", b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 20_000
    yield "nested mails", b"Content-Type: message/rfc822\n\n" * 30_000
    yield "parts", b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * 150_000
    digest = b"--a\n\nSubject: x\n\ntext\n" * 50_000
    yield "digest", b"Content-Type: multipart/digest; boundary=a\n\n" + digest
    dashes = b"Content-Type: multipart/mixed; boundary=-\n\n" + b"\n---" * 300_000
    yield "dashes", dashes
    big = base64.encodebytes(bytes(range(256)) * 40_000)
    coded = b"Content-Transfer-Encoding: base64\n\n"
    yield "ten megabytes of text", coded + big
    yield "padding", coded + b"=" * MILLION
    yield "pieces of base64", coded + b"QQ==" * (MILLION // 4)
    yield "flowed", b"Content-Type: text/plain; format=flowed\n\n" + b"x \n" * 300_000
    yield "surrogates", b"Content-Type: text/plain; charset=utf-16\n\n" + b"\xd8" * MILLION


@pytest.mark.parametrize(
    ("name", "raw"), list(bombs()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_no_mail_takes_a_second(name: str, raw: bytes) -> None:
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

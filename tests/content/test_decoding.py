"""Addresses, header words, character sets and wrapped text, honest and broken."""

import pytest

from agent_tui.content.addresses import addresses
from agent_tui.content.charset import decoded_octets, decoded_text, decoded_words
from agent_tui.content.headers import parameterised
from agent_tui.content.mime import prepare_text
from agent_tui.content.text import enriched_as_html, unflowed


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a@b.example", [("", "a@b.example")]),
        ("<a@b.example>", [("", "a@b.example")]),
        ("Ann Lee <a@b.example>", [("Ann Lee", "a@b.example")]),
        (
            '"Lee, Ann" <a@b.example>, c@d.example',
            [("Lee, Ann", "a@b.example"), ("", "c@d.example")],
        ),
        ("a@b.example (Ann (the) Lee)", [("Ann the Lee", "a@b.example")]),
        ('"Ann \\"A\\" Lee" <a@b.example>', [('Ann "A" Lee', "a@b.example")]),
        ("=?utf-8?q?M=C3=BCller=2C_Ann?= <a@b.example>", [("Müller, Ann", "a@b.example")]),
        ("=?utf-8?q?Ann_=3Ca=40b=2Eexample=3E?=", [("Ann", "a@b.example")]),
        ("Team: a@b.example, Ann <c@d.example>;", [("", "a@b.example"), ("Ann", "c@d.example")]),
        ("undisclosed-recipients:;", []),
        ("a@b.example; c@d.example", [("", "a@b.example"), ("", "c@d.example")]),
        ('"a b"@c.example', [("", "a b@c.example".replace(" ", ""))]),
        ("<@relay.example:a@b.example>", [("", "a@b.example")]),
        ("mailto:a@b.example", [("", "a@b.example")]),
        ("Ann Lee", [("Ann Lee", "")]),
        ("service@bank.example <a@evil.example>", [("service@bank.example", "a@evil.example")]),
        ("Ann <a@bücher.example>", [("Ann", "a@xn--bcher-kva.example")]),
        ("Ann\x1b[2J <a@b.example>", [("Ann\ufffd[2J", "a@b.example")]),
        ("<a@b.example", [("", "a@b.example")]),
        ("", []),
        ("(((((", []),
        ("<>", []),
    ],
)
def test_address_lists_are_read(value: str, found: list[tuple[str, str]]) -> None:
    assert [(box.name, box.email) for box in addresses(value, 10)] == found


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?Q?gr=C3=BC=C3=9Fe?= you", "grüße you"),
        ("=?utf-8?B?Z3LDvMOfZQ==?=", "grüße"),
        ("=?utf-8?B?Z3LD?= =?utf-8?B?vMOfZQ==?=", "grüße"),
        ("=?utf-8?q?a?= =?iso-8859-1?q?=FC?= b", "aü b"),
        ("=?utf-8*de?q?=C3=BC?=", "ü"),
        ("=?x-unknown?q?=C3=BC?=", "ü"),
        ("=?utf-8?q?a_b?=c", "a bc"),
        ("=?utf-8?b?broken", "=?utf-8?b?broken"),
        ("=?utf-8?b?w7x?=", "ü"),
        ("a =? b ?= c", "a =? b ?= c"),
    ],
)
def test_encoded_words_are_decoded(value: str, text: str) -> None:
    assert decoded_words(value) == text


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (b"\xe4\xf6", "iso-8859-1", "äö"),
        (b"\x93x\x94", "iso-8859-1", "“x”"),
        ("ä".encode(), "iso-8859-1", "ä"),
        ("你好".encode("gb18030"), "gb2312", "你好"),
        ("你好，我".encode(), "gb2312", "你好，我"),
        ("日本".encode("iso2022_jp"), "ISO-2022-JP", "日本"),
        ("日本語で".encode("euc_jp"), "iso-2022-jp", "日本語で"),
        ("한글".encode("cp949"), "ks_c_5601-1987", "한글"),
        ("שלום".encode("iso8859_8"), "iso-8859-8-i", "שלום"),
        (b"abc", "zlib", "abc"),
        (b"abc", "unicode_escape", "abc"),
        (b"abc", "x" * 3000, "abc"),
        (b"abc", "nul\0", "abc"),
        (b"ok \xff", "utf-8", "ok ÿ"),
        ("grüße ähm ".encode() + b"\xff", "utf-8", "grüße ähm \ufffd"),
    ],
)
def test_character_sets_are_read_as_they_were_meant(data: bytes, charset: str, text: str) -> None:
    assert decoded_text(data, charset) == text


@pytest.mark.parametrize(
    ("data", "encoding", "octets", "whole"),
    [
        (b"aGk=\r\n", "base64", b"hi", True),
        (b" aGk=", "BASE64 ", b"hi", True),
        (b"aGk", "base64", b"hi", False),
        (b"aGk=aGk=", "base64", b"hihi", False),
        (b"this is plain text, not base64", "base64", b"this is plain text, not base64", False),
        (b"a=3Db=\n c", "quoted-printable", b"a=b c", True),
        (b"begin 644 x\n#:&D*\n`\nend\n", "x-uuencode", b"hi\n", True),
        (b"as is", "8bit", b"as is", True),
        (b"as is", "nonsense", b"as is", True),
    ],
)
def test_transfer_encodings_are_undone(
    data: bytes, encoding: str, octets: bytes, whole: bool
) -> None:
    found = decoded_octets(data, encoding)
    assert (found.data, found.whole) == (octets, whole)


def test_parameters_are_put_together() -> None:
    value = 'text/Plain (note); Charset=UTF-8; name*1=b; name*0=a; x="q;\\"r"; y*=utf-8\'de\'%C3%BC'
    found = parameterised(value)
    assert found.value == "text/plain"
    assert found.parameters == {"charset": "UTF-8", "name": "ab", "x": 'q;"r', "y": "ü"}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one \ntwo\nthree", "one two\nthree"),
        ("> one \n> two\nmine", "> one two\nmine"),
        (">> a \n> b", ">> a \n> b"),
        ("end\n-- \nAnn", "end\n-- \nAnn"),
        (" >stuffed", ">stuffed"),
    ],
)
def test_flowed_text_is_unwrapped(text: str, lines: str) -> None:
    assert unflowed(text, delete_space=False) == lines


def test_flowed_text_may_lose_its_soft_blanks() -> None:
    assert unflowed("日本 \n語", delete_space=True) == "日本語"


def test_enriched_text_is_read_as_a_page() -> None:
    assert enriched_as_html("<bold>a</bold>\nb\n\nc <<x") == "<bold>a</bold> b<br>c &lt;x"


def test_plain_text_is_safe_and_keeps_its_shape() -> None:
    body = prepare_text("\n\nHello,\r\n\tindented \r\n\x1b[31mred\x1b[0m\n[/bold]\n")
    assert body.text == "Hello,\n\tindented\n\ufffd[31mred\ufffd[0m\n[/bold]"

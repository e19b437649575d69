"""What is read out of a mail, whole or broken, and what never happens while reading one."""

import base64
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.content.headers import read_headers
from agent_tui.content.mail import Mail
from agent_tui.content.mime import assembled, read_header, read_mail, read_part
from agent_tui.content.parts import Part, texts
from agent_tui.model.message import Address, FoldKind


def mail(header: str, body: str = "hello") -> Mail:
    return read_mail(f"{header.strip()}\n\n{body}".encode())


def multipart(kind: str, *parts: str, header: str = "") -> bytes:
    inside = "".join(f"--b1\n{part}\n" for part in parts)
    return f'{header}Content-Type: multipart/{kind}; boundary="b1"\n\n{inside}--b1--\n'.encode()


def plain(text: str) -> str:
    return f"Content-Type: text/plain; charset=utf-8\n\n{text}"


def page(html: str) -> str:
    return f"Content-Type: text/html; charset=utf-8\n\n{html}"


def test_an_ordinary_mail_is_read_in_full() -> None:
    message = EmailMessage()
    message["From"] = "Ada Lovelace <Ada@Example.com>"
    message["To"] = "Support <help+returns@shop.example>, second@shop.example"
    message["Cc"] = "third@shop.example"
    message["Reply-To"] = "ada@home.example"
    message["Subject"] = "Größe falsch"
    message["Date"] = "Tue, 03 Mar 2026 10:15:00 +0100"
    message["Message-ID"] = "<m1@example.com>"
    message["In-Reply-To"] = "<m0@shop.example>"
    message["References"] = "<r1@shop.example> <m0@shop.example>"
    message.set_content("The lamp is too large.\n\n-- \nAda\n")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="lämpchen.png")
    raw = message.as_bytes(policy=SMTP)

    read = read_mail(raw)

    assert read.message_id == "m1@example.com"
    assert read.in_reply_to == ("m0@shop.example",)
    assert read.references == ("r1@shop.example", "m0@shop.example")
    assert read.subject == "Größe falsch"
    assert read.sender == Address("Ada Lovelace", "Ada@Example.com")
    assert read.reply_to == (Address("", "ada@home.example"),)
    assert [box.email for box in read.to] == ["help+returns@shop.example", "second@shop.example"]
    assert [box.email for box in read.cc] == ["third@shop.example"]
    assert read.sent_at == 1_772_529_300_000
    assert read.body.text == "The lamp is too large.\n\n--\nAda"
    assert [fold.kind for fold in read.body.folds] == [FoldKind.SIGNATURE]
    (file,) = read.attachments
    assert (file.part, file.name, file.type) == ("2", "lämpchen.png", "image/png")
    assert read_part(raw, "2") == b"\x89PNG"
    assert (read.automatic, read.bounce, read.notes) == (False, False, ())


# Alternatives


@pytest.mark.parametrize(
    ("text", "html", "shown"),
    [
        ("My lamp broke.", "<p>My <b>lamp</b> broke.</p>", "My lamp broke."),
        ("", "<p>My lamp broke.</p>", "My lamp broke."),
        ("View this mail in your browser.", "<p>" + "Our lamps are new. " * 30, "Our lamps"),
        ("<div>My</div><p>lamp<br><b>x</b></p>" * 3, "<p>My lamp</p>", "My lamp"),
        ("Real text. " * 60, "<p>" + "Other text. " * 90, "Real text."),
    ],
)
def test_of_two_renderings_the_real_one_is_shown(text: str, html: str, shown: str) -> None:
    read = read_mail(multipart("alternative", plain(text), page(html)))
    assert read.body.text.startswith(shown)
    assert read.attachments == ()


def test_a_file_beside_the_page_of_an_alternative_is_kept() -> None:
    related = multipart("related", page("<p>See <img alt='photo'></p>")).decode()
    related = related.replace("b1", "b2").replace(
        "--b2--", '--b2\nContent-Type: image/png; name="p.png"\nContent-ID: <p1>\n\nx\n--b2--'
    )
    read = read_mail(multipart("alternative", plain(""), related))
    assert read.body.text == "See photo"
    (file,) = read.attachments
    assert (file.part, file.name, file.content_id, file.inline) == ("2.2", "p.png", "p1", True)


# Numbers of parts (RFC 3501, 6.4.5)


def test_parts_are_numbered_as_imap_numbers_them() -> None:
    inner = multipart("mixed", plain("deep"), "Content-Type: image/gif\n\nGIF").decode()
    forwarded = f"Content-Type: message/rfc822\n\nSubject: inner\n{inner.replace('b1', 'b2')}"
    single = "Content-Type: message/rfc822\n\nSubject: single\n\njust text"
    nested = multipart("mixed", "Content-Type: image/png\n\nPNG").decode().replace("b1", "b3")
    raw = multipart("mixed", plain("top"), forwarded, single, nested)
    found = {file.part: file.type for file in read_mail(raw).attachments}
    assert found == {
        "2": "message/rfc822",
        "2.2": "image/gif",
        "3": "message/rfc822",
        "4.1": "image/png",
    }
    assert read_part(raw, "2.1") == b"deep"
    assert read_part(raw, "2.2") == b"GIF"
    assert read_part(raw, "3.1") == b"just text"
    assert read_part(raw, "4.1") == b"PNG"
    assert read_part(raw, "9") is None


def test_a_mail_that_is_a_file_has_part_1() -> None:
    encoded = base64.b64encode(b"%PDF").decode()
    raw = f"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n{encoded}".encode()
    (file,) = read_mail(raw).attachments
    assert (file.part, file.name) == ("1", "part-1.pdf")
    assert read_part(raw, "1") == b"%PDF"


# Mails in mails


def test_an_enclosed_mail_is_shown_with_its_sender_and_folded() -> None:
    inner = "Content-Type: message/rfc822\n\nFrom: b@c.example\nSubject: old\n\nenclosed text"
    read = read_mail(multipart("mixed", plain("look"), inner))
    assert read.body.text == "look\n\nFrom: b@c.example\nSubject: old\n\nenclosed text"
    assert [(f.start, f.end, f.kind) for f in read.body.folds] == [(2, 6, FoldKind.QUOTE)]
    assert [file.name for file in read.attachments] == ["old.eml"]


def test_a_mail_that_only_encloses_another_shows_it() -> None:
    inner = "Content-Type: message/rfc822\n\nFrom: b@c.example\n\nenclosed text"
    read = read_mail(multipart("mixed", inner))
    assert read.body.text == "From: b@c.example\n\nenclosed text"
    assert read.body.folds == ()


def test_a_delivery_report_is_a_bounce_with_its_fields_folded() -> None:
    report = "Content-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1"
    raw = multipart("report; report-type=delivery-status", plain("Not delivered."), report)
    read = read_mail(raw)
    assert (read.bounce, read.automatic) == (True, True)
    assert read.body.text == "Not delivered.\n\nAction: failed\nStatus: 5.1.1"
    assert [(fold.start, fold.end) for fold in read.body.folds] == [(2, 4)]


# Who wrote it


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; owner-email=a@b.example",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "List-Id: <news.shop.example>",
        "X-Auto-Response-Suppress: All",
        "X-Autoreply: yes",
        "Return-Path: <>",
        "X-Failed-Recipients: a@b.example",
        "From: MAILER-DAEMON@mx.example",
        "From: postmaster@mx.example\nSubject: Undeliverable: your order",
    ],
)
def test_mail_of_machines_is_known_by_its_header(header: str) -> None:
    assert mail(header).automatic


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: no",
        "Precedence: first-class",
        "Return-Path: <ann@b.example>",
        "Feedback-ID: 1.us-east-1.x=:AmazonSES",  # shops' contact forms carry it
        "Subject: Undeliverable parcel",
    ],
)
def test_mail_of_people_is_not_automatic(header: str) -> None:
    assert not mail(f"From: ann@b.example\n{header}").automatic


# Ids and dates


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Message-ID: <a@b>", "a@b"),
        ("Message-ID: a@b", "a@b"),
        ("Message-ID:\n <a@b>", "a@b"),
        ("Message-ID: <a\n @b>", "a@b"),
        ("Message-ID: <x\x1b[2J@b>", "x\ufffd[2J@b"),
        ("Message-ID:", None),
        ("X-Other: 1", None),
    ],
)
def test_message_ids_lose_their_brackets(header: str, found: str | None) -> None:
    assert mail(header).message_id == found


def test_of_very_long_references_the_first_and_the_newest_are_kept() -> None:
    ids = [f"i{number}@b.example" for number in range(500)]
    read = mail("References: " + " ".join(f"<{i}>" for i in ids))
    assert read.references == (ids[0], *ids[-100:])


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Tue, 3 Mar 2026 10:15:00 +0000", 1_772_532_900_000),
        ("3 Mar 2026 10:15 -0500", 1_772_550_900_000),
        ("Tue, 3 Mar 2026 10:15:00 GMT (comment)", 1_772_532_900_000),
        ("Tue, 31 Dec 9999 23:59:59 +0000", None),
        ("Mon, 1 Jan 1600 00:00:00 +0000", None),
        ("Tue, 32 Mar 2026 10:15:00 +0000", None),
        ("Tue, 3 Mar 2026 10:15:00 +99999999", None),
        ("x" * 5000, None),
        ("", None),
    ],
)
def test_odd_dates_are_no_dates(date: str, at: int | None) -> None:
    assert mail(f"Date: {date}").sent_at == at


# Broken mails


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"no header at all", "no header at all"),
        (b"\nonly a body", "only a body"),
        (b"From: a@b.example\rSubject: x\r\rbody", "body"),
        (b"From x@y Tue Mar  3 10:15:00 2026\nSubject: x\n\nbody", "body"),
        (b"Subject: x\nslip of a line\nFrom: a@b.example\nTo: c\n\nbody", "body"),
        (b"Subject: x\nHello,\n\nbody", "Hello,\n\nbody"),
        (b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nno end", "no end"),
        (
            b"Content-Type: multipart/mixed; boundary=b\n \n--b\n\nblank of blanks\n--b--",
            "blank of blanks",
        ),
        (b"Content-Type: multipart/mixed\n\nno boundary", "no boundary"),
        (b"Content-Type: nonsense\n\nbody", "body"),
        (b"Content-Type: text/html\n\n<p>gr\xfc\xdfe", "grüße"),
        (b"Content-Type: text/plain; charset=utf-8\n\ngr\xfc\xdfe", "grüße"),
        (b"Content-Type: text/plain; charset=rot13\n\nbody", "body"),
        (b"Content-Type: text/plain; charset=us-ascii\n\ncaf\xc3\xa9", "café"),
        (b'Content-Type: text/html\n\n<meta charset="koi8-r"><p>\xd0\xd2\xc9', "при"),
    ],
)
def test_broken_mails_keep_their_text(raw: bytes, text: str) -> None:
    assert read_mail(raw).body.text == text


def test_damaged_base64_is_read_as_far_as_possible_and_named() -> None:
    read = mail("Content-Transfer-Encoding: base64", "SGVsbG8*gd29ybG")
    assert read.body.text.startswith("Hello")
    assert read.notes == ("Part 1 is damaged; what could be read is shown.",)


def test_names_of_files_cannot_hurt_and_survive_every_encoding() -> None:
    dispositions = [
        "attachment; filename*=utf-8''..%2F..%2Fetc%2Fpasswd",
        'attachment; filename="=?utf-8?b?w7xiZXIucGRm?="',
        'attachment; filename*0="a long "; filename*1="name.txt"',
        "attachment; filename*0*=utf-8''%C3%BCb; filename*1*=er.txt",
        "attachment; filename=invoice.pdf\x00.exe",
    ]
    parts = [f"Content-Type: application/x\nContent-Disposition: {d}\n\nx" for d in dispositions]
    names = [file.name for file in read_mail(multipart("mixed", *parts)).attachments]
    assert names == ["passwd", "über.pdf", "a long name.txt", "über.txt", "invoice.pdf_.exe"]


# Limits


def test_what_is_cut_is_named() -> None:
    deep = "".join(f"Content-Type: multipart/mixed; boundary=a{n}\n\n--a{n}\n" for n in range(99))
    many = "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n\nx\n" * 3000
    crowd = "To: " + ", ".join(f"u{number}@b.example" for number in range(2000)) + "\n\nx"
    long = "Subject: x\n\n" + "word " * 400_000
    fields = "X-A: 1\n" * 5000 + "\nx"
    notes = [read_mail(raw.encode()).notes for raw in (deep, many, crowd, long, fields)]
    assert notes == [
        ("Parts nested deeper than 30 levels are not shown.",),
        ("Parts after the first 1000 are not shown.",),
        ("Only the first 500 recipients are shown.",),
        ("The text is very long; the end of it was left out.",),
        ("The header is very long; some of it was left out.",),
    ]


# The two ways to fetch a mail


def test_a_mail_put_together_from_a_servers_description_is_the_same() -> None:
    raw = multipart(
        "mixed",
        plain("hello"),
        'Content-Type: image/png; name="a.png"\n\nPNG',
        header="From: a@b.example\nSubject: x\nDate: Tue, 3 Mar 2026 10:15:00 +0000\n",
    )
    whole = read_mail(raw)
    root = Part(
        "",
        "multipart/mixed",
        children=(
            Part("1", "text/plain", charset="utf-8", size=5),
            Part("2", "image/png", name="a.png", size=3),
        ),
    )
    header = raw[: raw.index(b"\n\n") + 2]
    data = {part.section: read_part(raw, part.section) or b"" for part in texts(root)}
    assert assembled(read_headers(header, 0, len(header)).headers, root, data) == whole


def test_a_header_alone_gives_a_mail_without_body() -> None:
    read = read_header(b"From: a@b.example\r\nSubject: x\r\n\r\n")
    assert (read.sender.email, read.subject, read.body.text) == ("a@b.example", "x", "")
    assert read.attachments == ()


def test_the_content_hash_ignores_line_ends_and_nothing_else() -> None:
    raw = b"From: a@b.example\nDate: x\nSubject: s\n\nbody\n"
    assert read_mail(raw).content_hash == read_mail(raw.replace(b"\n", b"\r\n")).content_hash
    others = [
        raw.replace(b"body", b"bodx"),
        raw.replace(b"a@b", b"c@b"),
        raw.replace(b"s\n", b"t\n"),
    ]
    assert len({read_mail(other).content_hash for other in (raw, *others)}) == 4


# Anything at all

_LINES = (
    "Content-Type: multipart/mixed; boundary=b|Content-Type: text/html|Content-Type: message/rfc822"
    "|--b|--b--||Content-Transfer-Encoding: base64|Subject: =?utf-8?b?w7x?= =?x?q?=ff?=|From: <a@b"
    "|Content-Disposition: attachment; filename*0*=x''%|<p><a href='http://a.b'>x|> quote"
    '|To: ((("a, b;:<@>|\x1b]0;x\x07|=?|Date: 99 Foo|References: <<>>|\u202egnp.exe| folded'
).split("|")


@given(st.lists(st.sampled_from(_LINES) | st.text(max_size=20), max_size=40), st.booleans())
@settings(max_examples=500)
def test_any_lines_are_read(lines: list[str], crlf: bool) -> None:
    raw = ("\r\n" if crlf else "\n").join(lines).encode("utf-8", "surrogatepass")
    read = read_mail(raw)
    assert not set(read.body.text) & set("\x1b\x07\u202e\r")


@given(st.binary(max_size=500))
@settings(max_examples=500)
def test_any_octets_are_read(raw: bytes) -> None:
    assert isinstance(read_mail(raw), Mail)
    assert read_part(raw, "1.2") is None

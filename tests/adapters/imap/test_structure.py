"""What a server says of a mail's parts becomes the parts that the mail itself would show."""

import pytest

from agent_tui.adapters.imap.structure import described, part_of
from agent_tui.content.parts import Part, files, texts, walk

PLAIN = (
    b"TEXT",
    b"PLAIN",
    (b"CHARSET", b"utf-8", b"FORMAT", b"flowed"),
    None,
    None,
    b"7BIT",
    12,
    1,
)
HTML = (b"text", b"html", (b"charset", b"iso-8859-1"), None, None, b"QUOTED-PRINTABLE", 99, 3)
PDF = (
    b"application", b"pdf", (b"name", b"a.pdf"), b"<c1@x>", None, b"base64", 4_000_000, None,
    (b"attachment", (b"filename*0*", b"utf-8''R%C3%BCck", b"filename*1*", b"gabe.pdf")), None, None,
)  # fmt: skip
ENVELOPE = (
    b"Fri, 20 Nov 2026 10:00:00 +0000", b"Inner", ((b"Ada", None, b"ada", b"shop.test"),),
    None, None, None, None, None, None, b"<i@x>",
)  # fmt: skip


def multipart(kind: bytes, *parts: object) -> tuple[object, ...]:
    """A multipart of ``parts``."""
    return (*parts, kind, (b"boundary", b"x"), None, None)


def sections(root: Part) -> list[tuple[str, str]]:
    """All parts with their numbers."""
    return [(part.section, part.type) for part in walk(root)]


def test_a_mail_of_one_text_is_part_one() -> None:
    root = part_of(PLAIN)

    assert (root.section, root.type, root.charset, root.flowed) == (
        "1",
        "text/plain",
        "utf-8",
        True,
    )
    assert texts(root) == (root,)


def test_nested_parts_are_numbered_as_the_rfc_says() -> None:
    root = part_of(multipart(b"MIXED", multipart(b"ALTERNATIVE", PLAIN, HTML), PDF))

    assert sections(root) == [
        ("", "multipart/mixed"),
        ("1", "multipart/alternative"),
        ("1.1", "text/plain"),
        ("1.2", "text/html"),
        ("2", "application/pdf"),
    ]


def test_a_file_is_known_by_its_decoded_name_and_size() -> None:
    (file,) = files(part_of(multipart(b"mixed", PLAIN, PDF)))

    assert (file.part, file.name, file.type, file.size) == (
        "2", "Rückgabe.pdf", "application/pdf", 4_000_000,
    )  # fmt: skip


def test_an_embedded_mail_continues_its_number() -> None:
    head = (b"message", b"rfc822", None, None, None, b"7bit", 500)
    several = (*head, ENVELOPE, multipart(b"mixed", PLAIN, PDF), 20, None, (b"attachment", None))
    single = (*head, ENVELOPE, HTML, 20)

    root = part_of(multipart(b"mixed", several, single))

    assert sections(root) == [
        ("", "multipart/mixed"),
        ("1", "message/rfc822"),
        ("1.TEXT", "multipart/mixed"),
        ("1.1", "text/plain"),
        ("1.2", "application/pdf"),
        ("2", "message/rfc822"),
        ("2.1", "text/html"),
    ]
    assert root.children[0].caption == (
        "From: Ada <ada@shop.test>",
        "Date: Fri, 20 Nov 2026 10:00:00 +0000",
        "Subject: Inner",
    )
    assert root.children[0].disposition == "attachment"


def test_parts_nested_without_end_are_one_file_in_the_end() -> None:
    structure: tuple[object, ...] = PLAIN
    for _ in range(200):
        structure = multipart(b"mixed", structure)

    depth = len(list(walk(part_of(structure))))

    assert depth < 40


@pytest.mark.parametrize("structure", [None, b"x", 7])
def test_what_is_no_structure_is_refused(structure: object) -> None:
    with pytest.raises(ValueError, match="BODYSTRUCTURE"):
        part_of(structure)


@pytest.mark.parametrize(
    "structure", [(), (None,), ((), ()), (b"text",), (b"text", b"plain", b"x", 1, 2, 3, b"y", ())]
)
def test_odd_structures_are_read_as_far_as_they_go(structure: tuple[object, ...]) -> None:
    assert list(walk(part_of(structure)))


def test_a_part_without_a_valid_type_is_text() -> None:
    root = part_of((b"", b"", None, None, None, b"7bit", 197, None))

    assert texts(root) == (root,)


def test_what_the_server_could_not_tell_apart_is_not_described() -> None:
    nothing = (b"text", b"plain", None, None, None, b"7bit", 0, 0)

    assert described(part_of(multipart(b"mixed", nothing))) == 0
    assert described(part_of(multipart(b"mixed", PLAIN, HTML, PDF))) == 4_000_111

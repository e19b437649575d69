"""Whose mail it is can mostly be told from who writes to whom."""

from pathlib import Path

import pytest

from agent_tui.adapters.maildir import likely_own
from tests.adapters.maildir.tree import folder


def letter(number: int, sender: str, to: str) -> bytes:
    return f"From: {sender}\nTo: {to}\nSubject: {number}\n\nHello\n".encode()


PERSON = [letter(n, f"c{n}@gmail.example", "ada@gmail.example") for n in range(20)]
SHOP = [
    *(letter(n, f"c{n}@post.example", "Help@shop.example") for n in range(12)),
    *(letter(n, f"c{n}@mail.example", "returns@shop.example") for n in range(8)),
    *(letter(n, "kim@shop.example", f"c{n}@post.example") for n in range(5)),
]
STRANGERS = [letter(n, f"a{n}@one{n}.example", f"b{n}@two{n}.example") for n in range(20)]


@pytest.mark.parametrize(
    ("mails", "ours"),
    [
        (PERSON, ("ada@gmail.example",)),
        (SHOP, ("help@shop.example", "returns@shop.example", "kim@shop.example")),
        (STRANGERS, ()),
        ([], ()),
    ],
)
def test_the_addresses_that_nearly_all_mails_share_are_ours(
    tmp_path: Path, mails: list[bytes], ours: tuple[str, ...]
) -> None:
    root = folder(tmp_path / "mail")
    for number, raw in enumerate(mails):
        (root / "cur" / f"{1_600_000_000 + number}.M{number}.host:2,").write_bytes(raw)
    assert likely_own(root) == ours


def test_an_mbox_file_tells_it_too(tmp_path: Path) -> None:
    line = b"From ada@post.example Mon Oct 10 17:50:37 2022\n"
    (tmp_path / "box").write_bytes(b"".join(line + raw + b"\n" for raw in SHOP))
    assert likely_own(tmp_path / "box")[0] == "help@shop.example"

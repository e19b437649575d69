"""A Maildir as an account of the installed program: mail without a server."""

from collections.abc import Iterable
from pathlib import Path

from tests.program import Home

ADA = (
    b"From: Ada Park <ada@customer.test>\r\n"
    b"To: help@shop.test\r\n"
    b"Subject: My zip broke\r\n"
    b"Message-ID: <1@customer.test>\r\n"
    b"Date: Fri, 20 Nov 2026 10:00:00 +0000\r\n"
    b"\r\n"
    b"The zip of my bag broke.\r\n"
)


def maildir(path: Path, mails: Iterable[bytes]) -> Path:
    """A Maildir at ``path`` with ``mails`` in it, each delivered a second after the one before."""
    for sub in ("cur", "new", "tmp"):
        (path / sub).mkdir(parents=True)
    for number, mail in enumerate(mails):
        (path / "cur" / f"{1_795_000_000 + number}.M{number}.test:2,").write_bytes(mail)
    return path


def with_mail(home: Home, path: Path, mails: Iterable[bytes] = (ADA,)) -> Home:
    """``home`` with an account that has taken ``mails`` from the Maildir at ``path``.

    The account can answer, too: by a server that is not there.
    """
    home.account(
        "shop",
        "maildir",
        path=str(maildir(path, mails)),
        address="help@shop.test",
        smtp_host="localhost",
        smtp_port=1,
    )
    taken = home.run("sync", "--once")
    assert taken.code == 0, taken.out + taken.err
    return home

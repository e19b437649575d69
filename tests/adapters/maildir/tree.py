"""Makes Maildirs, mbox files and adapters over them."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agent_tui.adapters.contract import AccountContext
from agent_tui.adapters.maildir import MaildirAdapter
from agent_tui.model.clock import Millis
from agent_tui.model.incoming import Batch, Incoming

NOON: Millis = 4_000_000_000_000
"""Later than any change of a file that a test makes."""


def mail(number: int, body: str = "Hello") -> bytes:
    """A small mail; the higher its number, the later its Date."""
    return (
        f"From: Ada <ada@post.example>\nTo: help@shop.example\nSubject: Mail {number}\n"
        f"Date: Mon, 10 Oct 2022 10:{number // 60:02}:{number % 60:02} +0000\n"
        f"Message-ID: <m{number}@post.example>\n\n{body}\n"
    ).encode()


def with_file(number: int, data: str) -> bytes:
    """A mail with a text file attached."""
    return (
        f"From: Ada <ada@post.example>\nSubject: Mail {number}\nMessage-ID: <f{number}@x.example>\n"
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nSee the file.\n"
        "--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\n"
        f"{data}\n--b--\n"
    ).encode()


def folder(path: Path) -> Path:
    """An empty Maildir folder at ``path``."""
    for sub in ("cur", "new", "tmp"):
        (path / sub).mkdir(parents=True)
    return path


def put(where: Path, number: int, sub: str = "cur", flags: str = ":2,", seconds: int = 0) -> Path:
    """Mail ``number`` in the folder ``where``, delivered at ``seconds`` or by its number."""
    info = flags if sub == "cur" else ""
    path = where / sub / f"{seconds or 1_600_000_000 + number}.M{number}.host{info}"
    path.write_bytes(mail(number))
    return path


def times(path: Path) -> dict[Path, int]:
    """When everything at and below ``path`` was changed last."""
    return {one: one.stat().st_mtime_ns for one in [path, *path.rglob("*")]}


def append(path: Path, data: bytes) -> None:
    """Write ``data`` behind what is in the file at ``path``."""
    with path.open("ab") as file:
        file.write(data)


def replace(path: Path, data: bytes) -> None:
    """Write ``data`` instead of what is in the file at ``path``."""
    path.write_bytes(data)


@dataclass(slots=True)
class Account:
    """An adapter over ``path`` and the cursors that were committed."""

    path: Path
    now: Millis = NOON
    settings: Mapping[str, object] = field(default_factory=dict)
    cursors: dict[str, str] = field(default_factory=dict)

    def adapter(self) -> MaildirAdapter:
        settings = {"path": str(self.path), "address": "help@shop.example", **self.settings}
        log = logging.getLogger("maildir")
        return MaildirAdapter(AccountContext("files", settings, _no_secret, log, lambda: self.now))

    async def pull(self, most: int | None = None) -> list[Batch]:
        """The next batches, ``most`` at most, their cursors committed."""
        batches: list[Batch] = []
        async for batch in self.adapter().pull(self.cursors):
            batches.append(batch)
            self.cursors[batch.mailbox] = batch.cursor
            if len(batches) == most:
                break
        return batches

    async def news(self) -> list[Incoming]:
        """The messages of the next pull."""
        return [message for batch in await self.pull() for message in batch.messages]

    async def subjects(self) -> list[str]:
        """The subjects of the messages of the next pull."""
        return [message.subject for message in await self.news()]


def _no_secret(option: str) -> str:
    raise KeyError(option)

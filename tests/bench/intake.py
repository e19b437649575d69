"""A first sync as the store sees it: ``intake.py DATABASE MAILS``.

Takes so many mails in as the engine does, a batch after the other without a pause, and ends.
"""

import sys
import time
from pathlib import Path

from agent_tui.model.account import Capabilities
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import Batch, Incoming, Progress, Sender
from agent_tui.model.message import Address, Body, Direction, Recipients
from agent_tui.store import accounts
from agent_tui.store.intake import commit_batch
from agent_tui.store.sqlite import SqliteDatabase

_BATCH = 100
_TEXT = "Where is my parcel? It was to come on Tuesday and nobody has rung the bell.\n" * 8


def mail(number: int, now: int) -> Incoming:
    """The mail of that number, of a customer of its own."""
    return Incoming(
        remote_id=f"1:{number}",
        channel=Channel.MAIL,
        direction=Direction.INBOUND,
        sender=Sender(IdentityKind.EMAIL, f"c{number}@customer.example", f"Customer {number}"),
        at=now,
        body=Body(_TEXT),
        subject=f"Parcel {number}",
        recipients=Recipients(to=(Address("", "support@shop.example"),)),
        message_id=f"m{number}@customer.example",
        content_hash=f"hash{number}",
    )


def main() -> None:
    db, total = SqliteDatabase(Path(sys.argv[1])), int(sys.argv[2])
    now = time.time_ns() // 1_000_000
    accounts.put(
        db,
        "intake",
        adapter="imap",
        address="support@shop.example",
        display_name="Shop",
        capabilities=Capabilities(Channel.MAIL),
        now=now,
    )
    for first in range(0, total, _BATCH):
        mails = tuple(mail(number, now + number) for number in range(first, first + _BATCH))
        done = Progress(first + _BATCH, total)
        batch = Batch("INBOX", cursor=str(first), messages=mails, progress=done)
        commit_batch(db, "intake", batch, frozenset({"support@shop.example"}), now)


if __name__ == "__main__":
    main()

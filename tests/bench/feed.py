"""Customers of many chats who write at a steady rate: ``feed.py DATABASE MESSAGES_A_SECOND``.

Takes each message in as the engine does. Prints a line once the chats are there, then goes on
until it is ended.
"""

import sys
import time
from itertools import count
from pathlib import Path

from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import Batch, Incoming, Sender
from agent_tui.model.message import Body, Direction
from agent_tui.store import accounts
from agent_tui.store.intake import commit_batch
from agent_tui.store.sqlite import SqliteDatabase

CHATS = 50


def message(number: int) -> Incoming:
    """The message of that number; the chats take turns."""
    chat = number % CHATS
    return Incoming(
        remote_id=f"m{number}",
        channel=Channel.CHAT,
        direction=Direction.INBOUND,
        sender=Sender(IdentityKind.HANDLE, f"customer{chat}", f"Customer {chat}"),
        at=time.time_ns() // 1_000_000,
        body=Body(f"message {number}: is anybody there?"),
        thread_key=f"chat{chat}",
    )


def main() -> None:
    db = SqliteDatabase(Path(sys.argv[1]))
    accounts.put(
        db,
        "chat",
        adapter="demo",
        address="shop",
        display_name="Shop",
        capabilities=Capabilities(Channel.CHAT, frozenset({EffectKind.SEND})),
        now=time.time_ns() // 1_000_000,
    )
    pause = 1 / float(sys.argv[2])
    for number in count():
        batch = Batch("chats", str(number), (message(number),))
        commit_batch(db, "chat", batch, frozenset(), time.time_ns() // 1_000_000)
        if number == CHATS:
            sys.stdout.write("all chats have begun\n")
            sys.stdout.flush()
        if number >= CHATS:
            time.sleep(pause)


if __name__ == "__main__":
    main()

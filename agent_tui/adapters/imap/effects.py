"""What is done to mails on the server: moved, flagged, filed and looked for."""

import imaplib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from agent_tui.adapters.contract import Target
from agent_tui.adapters.imap.client import SEEN, Client
from agent_tui.adapters.imap.uids import Uids
from agent_tui.model.clock import Millis

Moved = tuple[tuple[Target, Target], ...]
"""Where mails were and where they are now."""


def uid_of(target: Target) -> tuple[int, int]:
    """UIDVALIDITY and UID of a mail."""
    validity, _, uid = target.remote_id.partition(":")
    return int(validity), int(uid)


def flag(client: Client, targets: Sequence[Target], flag_name: str, *, on: bool) -> None:
    """Set or clear a flag of the mails that are still where we know them."""
    for mailbox, validity, there in _by_mailbox(targets):
        if _still_there(client, mailbox, validity):
            client.flag(Uids.of(uid_of(one)[1] for one in there), flag_name, on=on)


def move(client: Client, targets: Sequence[Target], mailbox: str) -> Moved:
    """Move the mails that are still where we know them, and are elsewhere, to ``mailbox``.

    A mail whose new UID the server does not tell is looked up by its Message-ID; one that
    cannot be found so is left out of what is returned.
    """
    moved: list[tuple[Target, Target]] = []
    for source, validity, there in _by_mailbox(t for t in targets if t.mailbox != mailbox):
        if not _still_there(client, source, validity):
            continue
        told = client.move_away(Uids.of(uid_of(one)[1] for one in there), mailbox)
        unknown = [one for one in there if uid_of(one)[1] not in told]
        for one in there:
            if one not in unknown:
                new_validity, uid = told[uid_of(one)[1]]
                moved.append((one, Target(mailbox, f"{new_validity}:{uid}", one.message_id)))
        moved.extend(_found_again(client, unknown, mailbox))
    return tuple(moved)


def holds(client: Client, mailbox: str, message_id: str) -> bool:
    """Whether a mail with that Message-ID lies in ``mailbox``; False where there is no such."""
    try:
        client.examine(mailbox)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        return False
    return bool(client.having(message_id))


def file_once(client: Client, mailbox: str, message_id: str, content: bytes, at: Millis) -> None:
    """Put a mail into ``mailbox``, seen, unless one with its Message-ID is there."""
    if not holds(client, mailbox, message_id):
        client.append(mailbox, content, (SEEN,), datetime.fromtimestamp(at / 1000, UTC))


def _found_again(
    client: Client, targets: Sequence[Target], mailbox: str
) -> Iterator[tuple[Target, Target]]:
    named = [one for one in targets if one.message_id]
    if not named:
        return
    box = client.examine(mailbox)
    for one in named:
        if found := client.having(one.message_id or ""):
            yield one, Target(mailbox, f"{box.uidvalidity}:{found.highest}", one.message_id)


def _still_there(client: Client, mailbox: str, uidvalidity: int) -> bool:
    """Open a mailbox to write; False when it is gone or was renumbered since."""
    try:
        return client.opened(mailbox, uidvalidity, writable=True)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        if client.list_folders("", mailbox):
            raise
        return False


def _by_mailbox(targets: Iterable[Target]) -> Iterator[tuple[str, int, list[Target]]]:
    groups: dict[tuple[str, int], list[Target]] = {}
    for target in targets:
        groups.setdefault((target.mailbox, uid_of(target)[0]), []).append(target)
    for (mailbox, validity), there in groups.items():
        yield mailbox, validity, there

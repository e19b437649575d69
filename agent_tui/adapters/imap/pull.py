"""Takes what is new in one mailbox, in batches that can be resumed after any of them."""

import asyncio
import hashlib
import imaplib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from agent_tui.adapters.contract import MailboxProblem, Unreachable
from agent_tui.adapters.imap.caution import Caution
from agent_tui.adapters.imap.client import FOR_NOW, Client, Row, Selected, reply_of
from agent_tui.adapters.imap.cursor import Cursor, dumps, loads
from agent_tui.adapters.imap.line import Line
from agent_tui.adapters.imap.reading import Reader, Taken
from agent_tui.adapters.imap.uids import Uids
from agent_tui.content.safe import safe_line
from agent_tui.model.incoming import Batch, FlagChange, Flags, Progress

_WATCHED_FLAGS = 1000
"""Newest mails whose flags are compared at each pull where the server has no CONDSTORE: nobody
answers older ones elsewhere, and asking for all would move megabytes each time."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What is to be done in a mailbox."""

    cursor: Cursor
    missing: Uids
    gone: Uids
    flags: tuple[FlagChange, ...]


class MailboxPull:
    """One pull of one mailbox: ``batches`` first, ``farewell`` when all mailboxes are through.

    Mails that left are told last, so that one that was moved to another mailbox of the account
    has arrived there before it is missed here.
    """

    def __init__(
        self,
        line: Line,
        mailbox: str,
        cursor: str | None,
        reader: Reader,
        caution: Caution,
        *,
        resolves: bool,
    ) -> None:
        self._line = line
        self._mailbox = mailbox
        self._reader = reader
        self._caution = caution
        self._resolves = resolves  # who takes a mail out of this mailbox has dealt with it
        self._committed = cursor
        self._before = loads(cursor)
        self._cursor = self._before or Cursor(0)
        self._gone = Uids()

    async def batches(self) -> AsyncGenerator[Batch, None]:
        """Flags that changed, then mails not taken yet, newest first.

        Raises MailboxProblem when the mailbox is no longer there.
        """
        look = await self._line.run(self._look)
        self._cursor, self._gone, missing = look.cursor, look.gone, look.missing
        reset = self._before is not None and self._before.uidvalidity != look.cursor.uidvalidity
        if look.flags or reset:
            notice = self._numbered_anew() if reset else ""
            yield replace(self._batch(look.cursor), flags=look.flags, reset=reset, notice=notice)
        while missing:
            wanted = self._caution.next_of(missing)
            taken = await self._taken(wanted)
            missing = (missing - wanted) | taken.later
            yield self._batch_of(taken, left=len(missing))
        if self._cursor.first_sync:  # of a mailbox without mails
            yield self._batch_of(Taken((), Uids(), Uids()), left=0)

    def farewell(self) -> Batch | None:
        """What left the mailbox, and the cursor where it moved without a batch."""
        cursor, committed = self._cursor.without(self._gone), self._committed
        gone = tuple(remote_id(cursor.uidvalidity, uid) for uid in self._gone)
        last = replace(self._batch(cursor), gone=gone, gone_resolves=self._resolves)
        return last if gone or last.cursor != committed else None

    def _numbered_anew(self) -> str:
        """What a new UIDVALIDITY means to the agent (RFC 3501, 2.3.1.1)."""
        return (
            f"{self._mailbox} was numbered anew; nothing is lost. Its server did so, as after a "
            "move or a repair: the mails are read again and recognised, none is listed twice, and "
            "labels, notes, assignees and drafts stay as they were."
        )

    async def _taken(self, wanted: Uids) -> Taken:
        """``wanted`` from the server, unless it is the one mail on which it always breaks off."""
        if self._caution.given_up(wanted):
            return self._reader.give_up(self._cursor.uidvalidity, wanted)
        try:
            taken = await self._line.run(partial(self._take, wanted=wanted))
        except Unreachable:
            self._caution.broke(wanted)
            raise
        except asyncio.CancelledError:
            self._caution.took_too_long(wanted)
            raise
        self._caution.worked()
        return taken

    def _batch_of(self, taken: Taken, *, left: int) -> Batch:
        """The batch that brings ``taken``; the last of a first sync ends it."""
        first_sync, cursor = self._cursor.first_sync, self._cursor.with_taken(taken.uids)
        done = len(cursor.known)
        total = done + left
        progress = Progress(done, total) if first_sync and total else None
        self._cursor = replace(cursor, first_sync=first_sync and left > 0)
        return replace(self._batch(self._cursor), messages=taken.messages, progress=progress)

    def _batch(self, cursor: Cursor) -> Batch:
        self._committed = dumps(cursor)
        return Batch(self._mailbox, self._committed)

    def _look(self, client: Client) -> _Look:
        box = examined(client, self._mailbox)
        before = self._before
        if before is None or before.uidvalidity != box.uidvalidity:
            fresh = Cursor(box.uidvalidity, modseq=box.modseq)
            return _Look(fresh, client.present(box), Uids(), ())
        missing, gone = _difference(client, box, before)
        rows, digest = _changed_flags(client, box, before, before.known - gone)
        flags = tuple(
            FlagChange(remote_id(box.uidvalidity, row.uid), row.flags) for row in rows.values()
        )
        return _Look(replace(before, modseq=box.modseq, digest=digest), missing, gone, flags)

    def _take(self, client: Client, wanted: Uids) -> Taken:
        validity = self._cursor.uidvalidity
        if not client.opened(self._mailbox, validity, writable=False):
            raise Unreachable(
                f"The mailbox '{safe_line(self._mailbox)}' was renumbered while it was read; it "
                "is read anew."
            )
        return self._reader.take(client, validity, wanted)


def remote_id(uidvalidity: int, uid: int) -> str:
    """How a mail is called in its mailbox."""
    return f"{uidvalidity}:{uid}"


def examined(client: Client, mailbox: str) -> Selected:
    """``mailbox``, opened to look. Raises MailboxProblem when it is not there or not for us."""
    try:
        return client.examine(mailbox)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        code, words = reply_of(error)
        if code in FOR_NOW:
            raise
        name, settings = safe_line(mailbox), "take it out of 'mailboxes' in the account's settings."
        if code == "NONEXISTENT" or not client.list_folders("", mailbox):
            sentence = (
                f"The mailbox '{name}' is not on {client.host}; create it there, or {settings}"
            )
        else:
            sentence = (
                f"The mailbox '{name}' on {client.host} cannot be opened ({words}); {settings}"
            )
        raise MailboxProblem(sentence, detail=words) from error


def _difference(client: Client, box: Selected, cursor: Cursor) -> tuple[Uids, Uids]:
    """What is in the mailbox and not taken, and what was taken and has left."""
    known = cursor.known
    if not cursor.first_sync:
        came = client.above(known.highest) if box.uidnext != known.highest + 1 else Uids()
        if len(known) + len(came) == box.exists:
            return came, Uids()
    present = client.present(box)
    return present - known, known - present


def _changed_flags(
    client: Client, box: Selected, cursor: Cursor, known: Uids
) -> tuple[Mapping[int, Row], str]:
    """The flags that changed, and the digest of all watched ones on a server without CONDSTORE."""
    if not known or (box.modseq and box.modseq == cursor.modseq):
        return {}, cursor.digest
    if box.modseq and cursor.modseq:
        rows = client.rows(f"1:{known.highest}", "FLAGS", cursor.modseq)
        return {uid: row for uid, row in rows.items() if uid in known}, ""
    watched = client.rows(str(known.newest(_WATCHED_FLAGS)), "FLAGS")
    rows = {uid: row for uid, row in watched.items() if uid in known}
    digest = _digest({uid: row.flags for uid, row in rows.items()})
    return ({}, digest) if digest == cursor.digest else (rows, digest)


def _digest(flags: Mapping[int, Flags]) -> str:
    lines = (f"{uid} {one.seen} {one.answered}\n" for uid, one in sorted(flags.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:16]

"""Fetches mails, never marking them seen: small ones whole, of big ones header and text."""

import imaplib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from agent_tui.adapters.contract import WHOLE, Target, Unreachable
from agent_tui.adapters.imap.client import Client, Row, reply_of
from agent_tui.adapters.imap.structure import described, part_of
from agent_tui.adapters.imap.uids import Uids
from agent_tui.adapters.mail import Own, Place, incoming, read, unreadable
from agent_tui.content.bounce import read_bounce
from agent_tui.content.charset import decoded_octets
from agent_tui.content.headers import read_headers
from agent_tui.content.mime import assembled, read_part
from agent_tui.content.parts import Part, texts, walk
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import Clock
from agent_tui.model.incoming import Incoming

_SMALL = 256_000
"""Octets up to which a mail is fetched whole, files and all; most are far smaller."""

_BEGINNING = 256_000
"""Octets fetched of a bigger mail that its server cannot describe."""

_OCTETS_EACH = 10_000
"""Octets that a batch may have for each of its mails: where they are bigger it has fewer of
them, so that it comes in time on a slow line."""

_LONGEST_TEXT = 1_000_000
"""Octets fetched of the header and of each text of a big mail."""

_MOST_TEXTS = 20

_CUT = "The mail is very long; the end of it was left out."


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read of the mails asked for; those neither read nor left over have vanished."""

    messages: tuple[Incoming, ...]
    uids: Uids
    later: Uids  # too big to come together with the rest


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads mails of the open mailbox; ``clock`` dates those that the server does not."""

    own: Own
    clock: Clock

    def take(self, client: Client, uidvalidity: int, wanted: Uids) -> Taken:
        """The mails of ``wanted``, newest first, at least one unless all have vanished."""
        listed = client.rows(str(wanted), "FLAGS INTERNALDATE RFC822.SIZE")
        chosen = _fitting(
            (listed[uid] for uid in wanted if uid in listed), _OCTETS_EACH * len(wanted)
        )
        small = Uids.of(row.uid for row in chosen if row.size <= _SMALL)
        whole = _fetched(client, small)
        messages: dict[int, Incoming] = {}
        for row in chosen:
            place = Place(f"{uidvalidity}:{row.uid}", row.arrived or self.clock(), row.flags)
            raw = whole.get(row.uid)
            if raw is not None:
                messages[row.uid] = read(raw, place, self.own)
            elif row.uid not in small or client.rows(str(row.uid), "FLAGS"):
                messages[row.uid] = self._by_parts(client, row, place)
        later = Uids.of(listed) - Uids.of(row.uid for row in chosen)
        return Taken(tuple(messages.values()), Uids.of(messages), later)

    def give_up(self, uidvalidity: int, uids: Uids) -> Taken:
        """Mails on which the server breaks off each time, listed without their text."""
        why = "The server breaks off whenever this mail is fetched, so it is not tried again."
        places = (Place(f"{uidvalidity}:{uid}", self.clock()) for uid in uids)
        return Taken(tuple(unreadable(b"", why, place) for place in places), uids, Uids())

    def _by_parts(self, client: Client, row: Row, place: Place) -> Incoming:
        try:
            return self._big(client, row, place)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, RecursionError, ValueError):
            return self._beginning(client, row, place)

    def _beginning(self, client: Client, row: Row, place: Place) -> Incoming:
        """What can be read of a mail that its server cannot describe."""
        try:
            found = client.rows(str(row.uid), f"BODY.PEEK[]<0.{_BEGINNING}>").get(row.uid, row)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            why = f"The server could not hand this mail out ({reply_of(error)[1]})."
            return unreadable(b"", why, place)
        message = read(found.data.get("", b""), place, self.own)
        return replace(message, notes=(_CUT, *message.notes)) if row.size > _BEGINNING else message

    def _big(self, client: Client, listed: Row, place: Place) -> Incoming:
        """A mail by its header, its texts and the server's description of the rest."""
        uid = listed.uid
        row = client.rows(str(uid), f"BODYSTRUCTURE BODY.PEEK[HEADER]<0.{_LONGEST_TEXT}>").get(
            uid, Row(uid)
        )
        root = part_of(row.structure)
        if not _describes(root, listed.size):
            raise ValueError("the server cannot tell the parts of this mail apart")
        shown = texts(root)[:_MOST_TEXTS]
        items = " ".join(f"BODY.PEEK[{part.section}]<0.{_LONGEST_TEXT}>" for part in shown)
        data = client.rows(str(uid), items).get(uid, Row(uid)).data if items else {}
        raw_header = row.data.get("HEADER", b"")
        header = read_headers(raw_header, 0, len(raw_header))
        notes = (_CUT,) if any(part.size > _LONGEST_TEXT for part in shown) else ()
        mail = assembled(header.headers, root, data, notes)
        bounce = read_bounce(_beginning(client, uid)) if mail.bounce else None
        return incoming(mail, place, self.own, bounce=bounce)


def _beginning(client: Client, uid: int) -> bytes:
    """The first part of a big mail; a bounce says what came back before it shows that."""
    row = client.rows(str(uid), f"BODY.PEEK[]<0.{_BEGINNING}>").get(uid, Row(uid))
    return row.data.get("", b"")


def _fitting(rows: Iterable[Row], most: int) -> list[Row]:
    """The first of ``rows``, up to ``most`` octets together, and one at least."""
    chosen: list[Row] = []
    octets = 0
    for row in rows:
        octets += min(row.size, _SMALL)
        if chosen and octets > most:
            break
        chosen.append(row)
    return chosen


def _fetched(client: Client, uids: Uids) -> dict[int, bytes]:
    """The mails in full; those that the server cannot hand out are missing."""
    if not uids:
        return {}
    try:
        rows = client.rows(str(uids), "BODY.PEEK[]")
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        if len(uids) == 1:
            return {}
        single = (_fetched(client, Uids.of([uid])) for uid in uids)
        return {uid: raw for one in single for uid, raw in one.items()}
    return {uid: row.data[""] for uid, row in rows.items() if "" in row.data}


def fetch_part(client: Client, target: Target, part: str) -> bytes:
    """The decoded octets of one part of a mail, or the WHOLE of it as it is.

    Raises Unreachable when the mail is no longer where it was: the next pull finds it anew.
    """
    validity, _, uid = target.remote_id.partition(":")
    if client.opened(target.mailbox, int(validity), writable=False):
        found = _whole(client, int(uid)) if part == WHOLE else _listed(client, uid, part)
        if found is not None:
            return found
    raise Unreachable(
        f"The mail is no longer in '{safe_line(target.mailbox)}'; it is "
        "tried again after the next sync."
    )


def _whole(client: Client, uid: int) -> bytes | None:
    return client.rows(str(uid), "BODY.PEEK[]").get(uid, Row(uid)).data.get("")


def _listed(client: Client, uid: str, part: str) -> bytes | None:
    row = client.rows(uid, "RFC822.SIZE BODYSTRUCTURE").get(int(uid))
    return None if row is None else _part(client, row, part)


def _part(client: Client, row: Row, part: str) -> bytes | None:
    """One part by the numbers under which it was listed: a broken mail has other ones with the
    server than with us, so what was read whole is read whole again."""
    uid = str(row.uid)
    by_server = None if row.size <= _SMALL else part_of(row.structure)
    if by_server is None or not _describes(by_server, row.size):
        whole = _whole(client, row.uid)
        return None if whole is None else read_part(whole, part)
    octets = client.rows(uid, f"BODY.PEEK[{part}]").get(row.uid, row).data.get(part.upper())
    encodings = {one.section: one.encoding for one in walk(by_server)}
    return None if octets is None else decoded_octets(octets, encodings.get(part, "")).data


def _describes(root: Part, size: int) -> bool:
    """Whether the server found most of a mail's octets in its parts."""
    return 2 * described(root) >= size

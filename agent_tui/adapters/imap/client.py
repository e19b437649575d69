"""One IMAP session: IMAPClient with verified TLS, typed answers and what it lacks."""

import contextlib
import imaplib
import re
import socket
import ssl
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from imapclient import IMAPClient
from imapclient.datetime_util import parse_to_datetime
from imapclient.exceptions import ProtocolError
from imapclient.response_parser import parse_response

from agent_tui.adapters import errors
from agent_tui.adapters.contract import AccountProblem, LoginRefused, Unreachable
from agent_tui.adapters.imap.uids import Uids
from agent_tui.adapters.server import (
    Auth,
    Login,
    Security,
    Server,
    StartTls,
    oauth_response,
    plain_response,
    talk_promptly,
    tls_context,
)
from agent_tui.model.clock import Millis
from agent_tui.model.incoming import Flags

SEEN, ANSWERED, DELETED = "\\Seen", "\\Answered", "\\Deleted"

FOR_NOW = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"})
"""Response codes (RFC 5530, RFC 9051) of a NO that may be a yes later."""

_SEARCH_SPAN = 100_000
"""UIDs asked for at a time where the server cannot answer in ranges: imaplib reads no line of
more than a megabyte."""

_CODE = re.compile(r"^\[([A-Z-]+)[^\]]*\]\s*")  # RFC 5530
_TIMING = re.compile(r"\s*\([\d.]+ \+ [\d. +]+ secs?\)\.?$")  # Dovecot's
_CHANGES = frozenset({"EXISTS", "EXPUNGE", "FETCH", "VANISHED"})
_SECTION = re.compile(rb"BODY\[([^\]]*)\]", re.IGNORECASE)
_ESEARCH_ALL = re.compile(rb"\bALL ([\d:,]+)")


@dataclass(frozen=True, slots=True)
class Selected:
    """The mailbox that is open."""

    mailbox: str
    writable: bool
    uidvalidity: int
    uidnext: int  # 0 where the server does not say
    exists: int
    modseq: int  # 0 on a server without CONDSTORE


@dataclass(frozen=True, slots=True)
class Folder:
    """A mailbox of the account."""

    name: str
    attributes: frozenset[str]  # lower case; RFC 6154 and others
    delimiter: str


@dataclass(frozen=True, slots=True)
class Row:
    """What FETCH told of one mail; what was not asked for is empty."""

    uid: int
    flags: Flags = Flags()
    arrived: Millis | None = None
    size: int = 0
    structure: object = None  # BODYSTRUCTURE as nested tuples
    data: Mapping[str, bytes] = field(default_factory=dict)  # by section; "" is the whole mail


class Client(IMAPClient):  # type: ignore[misc]  # imapclient carries no types
    """A session that is logged in. Every method blocks; one thread at a time."""

    box: Selected | None = None

    @classmethod
    def open(cls, server: Server, login: Login) -> "Client":
        """Connect, begin TLS, log in; once more with another access token when one is refused.

        Raises AdapterError for what a server said, else whatever the socket raised.
        """
        try:
            return cls._opened(server, login)
        except LoginRefused:
            if not login.renew():
                raise
        return cls._opened(server, login)

    @classmethod
    def _opened(cls, server: Server, login: Login) -> "Client":
        at_once = server.security is Security.TLS
        client = cls(
            server.host,
            server.port,
            ssl=at_once,
            ssl_context=tls_context(server) if at_once else None,
            timeout=server.timeout,
        )
        try:
            client._begin(server, login)
        except BaseException:
            client.close()
            raise
        return client

    def _begin(self, server: Server, login: Login) -> None:
        self._imap.debug = 0  # IMAPClient sets 5, which formats every line of every mail
        talk_promptly(self.socket())
        if self._imap.state != "NONAUTH":  # PREAUTH: CVE-2020-14093 of mutt and others
            raise AccountProblem(
                f"The IMAP server {server} says we are logged in before we said who we are, so "
                "somebody may be in between; nothing was sent to it. Ask its operator."
            )
        if server.security is Security.STARTTLS:
            if not self.has_capability("STARTTLS"):
                raise errors.no_starttls(server)
            self.starttls(StartTls(server, self._imap.readline))
            self._imap.untagged_responses.clear()  # what came before is anybody's word
        self._log_in(server, login)
        if self.has_capability("CONDSTORE") and self.has_capability("ENABLE"):
            self.enable("CONDSTORE")  # without it, Dovecot keeps HIGHESTMODSEQ to itself

    def _log_in(self, server: Server, login: Login) -> None:
        mechanism = "PLAIN" if login.auth is Auth.PASSWORD else login.auth.upper()
        try:
            if self.has_capability(f"AUTH={mechanism}"):
                oauth = login.auth is not Auth.PASSWORD
                first = oauth_response(server, login) if oauth else plain_response(login)
                messages = iter([first])
                self._imap.authenticate(mechanism, lambda _: next(messages, b""))
            elif login.auth is Auth.PASSWORD and not self.has_capability("LOGINDISABLED"):
                self._imap.login(login.user, _ascii(server, login.secret()))
            else:
                raise AccountProblem(
                    f"The IMAP server {server} offers no log-in by {login.auth}; correct 'auth' "
                    "in the account's settings."
                )
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            code, words = reply_of(error)
            if code in FOR_NOW:
                raise Unreachable(
                    f"The IMAP server {server} lets nobody in now ({words}); it is tried again."
                ) from error
            raise errors.wrong_login(server, login, words) from error

    def close(self) -> None:
        """Let go of the socket without a word."""
        with contextlib.suppress(OSError):  # gone already
            self._imap.shutdown()

    def wake(self) -> None:
        """Make whatever blocks in this session return, from any thread."""
        with contextlib.suppress(OSError):  # gone already
            socket.socket.shutdown(self.socket(), socket.SHUT_RDWR)

    def folders(self) -> tuple[Folder, ...]:
        """All mailboxes that can be opened."""
        found = (
            Folder(name, frozenset(_text(flag).lower() for flag in flags), _text(delimiter or b""))
            for flags, delimiter, name in self.list_folders()
        )
        closed = {"\\noselect", "\\nonexistent"}
        return tuple(folder for folder in found if not folder.attributes & closed)

    def examine(self, mailbox: str) -> Selected:
        """Open ``mailbox`` anew, to look only. Raises imaplib's error when it cannot be."""
        return self._select(mailbox, writable=False)

    def opened(self, mailbox: str, uidvalidity: int, *, writable: bool) -> bool:
        """Open ``mailbox`` if it is not; False when its UIDs are no longer those we know."""
        box = self.box
        if box is None or box.mailbox != mailbox or box.writable < writable:
            box = self._select(mailbox, writable=writable)
        return box.uidvalidity == uidvalidity

    def _select(self, mailbox: str, *, writable: bool) -> Selected:
        self.box = None
        answer = self.select_folder(mailbox, readonly=not writable)
        if not isinstance(answer.get(b"UIDVALIDITY"), int):
            raise ProtocolError("no UIDVALIDITY")
        self.box = Selected(
            mailbox,
            writable,
            answer[b"UIDVALIDITY"],
            answer.get(b"UIDNEXT", 0),
            answer[b"EXISTS"],
            answer.get(b"HIGHESTMODSEQ", 0) if self.has_capability("CONDSTORE") else 0,
        )
        return self.box

    def present(self, box: Selected) -> Uids:
        """The UIDs of all mails in the open mailbox."""
        if self.has_capability("ESEARCH"):
            self._ok("SEARCH", *self._imap.uid("SEARCH", "RETURN", "(ALL)", "ALL"))
            answers = self._imap.untagged_responses.pop("ESEARCH", [])
            found = _ESEARCH_ALL.search(answers[-1]) if answers else None
            return Uids.parse(found[1].decode()) if found else Uids()
        uids: list[int] = []
        for first in range(1, box.exists + 1, _SEARCH_SPAN):
            # What is expunged meanwhile moves the rest down: overlap, so that none is missed.
            uids += self.search(f"{max(1, first - 1000)}:{first + _SEARCH_SPAN - 1}")
        return Uids.of(uids)

    def above(self, uid: int) -> Uids:
        """The UIDs of the mails in the open mailbox that came after ``uid``."""
        return Uids.of(new for new in self.search(f"UID {uid + 1}:*") if new > uid)

    def having(self, message_id: str) -> Uids:
        """The mails in the open mailbox with that Message-ID."""
        found = self.search(["HEADER", "Message-ID", message_id])
        return Uids.of(found)

    def rows(self, uids: str, items: str, changed_since: int = 0) -> dict[int, Row]:
        """FETCH ``items`` of the sequence-set ``uids``; mails that are gone are left out."""
        modifier = [f"(CHANGEDSINCE {changed_since})"] if changed_since else []
        typ, data = self._imap.uid("FETCH", uids, f"(UID {items})", *modifier)
        self._ok("FETCH", typ, data)
        return {row.uid: row for row in _rows(parse_response(data))}

    def flag(self, uids: Uids, flag: str, *, on: bool) -> None:
        """Set or clear ``flag`` of mails in the open mailbox."""
        command = "+FLAGS.SILENT" if on else "-FLAGS.SILENT"
        self._ok("STORE", *self._imap.uid("STORE", str(uids), command, f"({flag})"))

    def move_away(self, uids: Uids, mailbox: str) -> dict[int, tuple[int, int]]:
        """Move mails of the open mailbox; UIDVALIDITY and UID there, by UID here, where told.

        A server with neither MOVE (RFC 6851) nor UIDPLUS (RFC 4315) keeps the originals, marked
        as deleted: an EXPUNGE would take what other programs marked along.
        """
        self._imap.untagged_responses.pop("COPYUID", None)
        if self.has_capability("MOVE"):
            self.move(str(uids), mailbox)
            return self._copied()
        self.copy(str(uids), mailbox)
        copied = self._copied()
        self.flag(uids, DELETED, on=True)
        if self.has_capability("UIDPLUS"):
            self.uid_expunge(str(uids))
        return copied

    def _copied(self) -> dict[int, tuple[int, int]]:
        pairs: dict[int, tuple[int, int]] = {}
        for answer in self._imap.untagged_responses.pop("COPYUID", []):
            validity, old, new = _text(answer).split()
            places = ((int(validity), uid) for uid in _in_order(new))
            pairs |= dict(zip(_in_order(old), places, strict=False))
        return pairs

    def begin_idle(self) -> bytes:
        """Enter IDLE (RFC 2177); the tag for ``end_idle``."""
        self._imap.untagged_responses.clear()
        # imaplib has no public way into IDLE before Python 3.14.
        tag: bytes = self._imap._command("IDLE")  # noqa: SLF001
        while self._imap._get_response() is not None:  # noqa: SLF001
            if self._imap.tagged_commands[tag]:
                raise imaplib.IMAP4.abort("IDLE refused")
        return tag

    def end_idle(self, tag: bytes) -> bool:
        """Leave IDLE; whether the mailbox changed meanwhile."""
        self._imap.send(b"DONE\r\n")
        self._ok("IDLE", *self._imap._command_complete("IDLE", tag))  # noqa: SLF001
        return self._was_told()

    def told_at_once(self) -> bool:
        """Whether the server told of a change together with its answer to IDLE: that is read
        already, so the socket says nothing of it."""
        while b"\n" in self._read_ahead():
            self._imap._get_response()  # noqa: SLF001
        return self._was_told()

    def _was_told(self) -> bool:
        """Whether a change of the mailbox was told since this was asked last."""
        told = not _CHANGES.isdisjoint(self._imap.untagged_responses)
        self._imap.untagged_responses.clear()
        return told

    def _read_ahead(self) -> bytes:
        """What was read from the socket and not looked at yet."""
        if sys.version_info >= (3, 14):  # keeps it itself
            return b"".join(self._imap._readbuf)  # noqa: SLF001
        sock = self.socket()
        patience = sock.gettimeout()
        sock.settimeout(0)
        try:
            ahead: bytes = self._imap.file.peek()
        except (BlockingIOError, ssl.SSLWantReadError):
            return b""
        finally:
            sock.settimeout(patience)
        return ahead

    def _ok(self, command: str, typ: str, data: list[bytes | None]) -> None:
        if typ != "OK":
            raise imaplib.IMAP4.error(f"{command} failed: {_text(data[0] or b'')}")


def _ascii(server: Server, password: str) -> str:
    if not password.isascii():
        raise AccountProblem(
            f"The IMAP server {server} takes passwords of ASCII characters only; choose another."
        )
    return password


def reply_of(error: imaplib.IMAP4.error) -> tuple[str, str]:
    """The response code and the words of a NO or BAD."""
    said = error.args[0] if error.args else ""
    text = _text(said) if isinstance(said, bytes) else str(said)
    text = _TIMING.sub("", text.partition(" failed: ")[2] or text)
    code = _CODE.match(text)
    return (code[1], errors.words(text[code.end() :])) if code else ("", errors.words(text))


def _rows(answers: Iterable[object]) -> Iterator[Row]:
    """Rows of those answers that carry a UID: a server may tell of other mails in between by
    sequence number, which is no UID."""
    each = iter(answers)
    for _sequence_number, values in zip(each, each, strict=False):
        if not isinstance(values, tuple) or len(values) % 2:
            raise ProtocolError("FETCH answer is no list of pairs")
        named = {bytes(values[i]).upper(): values[i + 1] for i in range(0, len(values), 2)}
        if isinstance(named.get(b"UID"), int):
            yield _row(named)


def _row(named: Mapping[bytes, object]) -> Row:
    uid, size, flags = named[b"UID"], named.get(b"RFC822.SIZE"), named.get(b"FLAGS")
    have = (
        {_text(flag).lower() for flag in flags if isinstance(flag, bytes)}
        if isinstance(flags, tuple)
        else set()
    )
    sections = ((_SECTION.match(name), value) for name, value in named.items())
    return Row(
        uid=uid if isinstance(uid, int) else 0,
        flags=Flags(seen=SEEN.lower() in have, answered=ANSWERED.lower() in have),
        arrived=_arrived(named.get(b"INTERNALDATE")),
        size=size if isinstance(size, int) else 0,
        structure=named.get(b"BODYSTRUCTURE"),
        data={
            _text(name[1]).upper(): value
            for name, value in sections
            if name and isinstance(value, bytes)
        },
    )


def _arrived(date: object) -> Millis | None:
    if not isinstance(date, bytes):
        return None
    try:
        return int(parse_to_datetime(date, normalise=False).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def _in_order(sequence_set: str) -> Iterator[int]:
    """The UIDs of a set as they are listed, which COPYUID gives a meaning (RFC 4315, section 3)."""
    for span in sequence_set.split(","):
        low, _, high = span.partition(":")
        first, last = int(low), int(high or low)
        step = 1 if last >= first else -1
        yield from range(first, last + step, step)


def _text(octets: bytes | str) -> str:
    return octets if isinstance(octets, str) else octets.decode("utf-8", "replace")

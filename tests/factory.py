"""Makes what adapters hand in and what agents act with, with defaults for what does not matter."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from agent_tui.actions.action import Context
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.clock import DAY, MINUTE, SECOND, Millis
from agent_tui.model.conversation import Channel, Conversation, Sort, Status
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import Batch, Flags, Incoming, IncomingFile, Progress, Sender
from agent_tui.model.message import Address, Body, Direction, Recipients
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.store import accounts, conversations, customers, listings
from agent_tui.store.database import Database
from agent_tui.store.intake import commit_batch

START: Millis = 1_790_000_000_000
"""2026-09-21, when every test begins."""

ACCOUNT = "mail"
OWN = "support@shop.example"
CUSTOMER = "ada@customer.example"

CHAT = Capabilities(
    Channel.CHAT,
    frozenset(EffectKind),
    statuses=frozenset(Status),
    push=True,
    attach=True,
    undo_ms=0,
)
MAIL = Capabilities(Channel.MAIL, frozenset(EffectKind), push=True, attach=True, recipients=True)


@dataclass
class Now:
    """A clock that stands until it is moved."""

    at: Millis = START + DAY

    def __call__(self) -> Millis:
        return self.at


_numbers = count(1)


_PLACES = 1000
"""Where the places of what is made here begin, far from those that tests write themselves."""


def begin_anew() -> None:
    """Number from one again: who made more than a day of minutes would write after ``Now``.

    A store that several tests share has these numbers already: give what is added to it a place of
    its own (``remote_id``, ``content_hash``).
    """
    global _numbers
    _numbers = count(1)


def incoming(
    text: str = "Where is my parcel?",
    *,
    sender: str = CUSTOMER,
    name: str = "",
    to: Sequence[str] = (OWN,),
    at: Millis | None = None,
    subject: str = "Parcel",
    message_id: str | None = "",
    references: Sequence[str] = (),
    direction: Direction = Direction.INBOUND,
    remote_id: str = "",
    files: Sequence[IncomingFile] = (),
    flags: Flags | None = None,
    automatic: bool = False,
    content_hash: str = "",
    status: Status | None = None,
) -> Incoming:
    """A mail; by default each has its own Message-ID, place, time and content."""
    number = next(_numbers)
    return Incoming(
        remote_id=remote_id or f"1:{_PLACES + number}",
        channel=Channel.MAIL,
        direction=direction,
        sender=Sender(IdentityKind.EMAIL, sender, name),
        at=START + number * MINUTE if at is None else at,
        body=Body(text),
        subject=subject,
        recipients=Recipients(to=tuple(Address("", a) for a in to)),
        message_id=f"m{_PLACES + number}@customer.example" if message_id == "" else message_id,
        references=tuple(references),
        files=tuple(files),
        flags=flags or Flags(),
        automatic=automatic,
        content_hash=content_hash or f"hash{_PLACES + number}",
        status=status,
    )


def many(count: int, text: str = "Where is my parcel?") -> list[Incoming]:
    """So many mails of as many customers, a second apart; the default times of others stay."""
    first = next(_numbers)
    one = incoming(text, at=START)
    return [
        replace(
            one,
            remote_id=f"{first + 1}:{number}",  # 1 is where single ones are
            sender=Sender(IdentityKind.EMAIL, f"c{number}@customer.example"),
            at=START + number * SECOND,
            message_id=f"{first}-{number}@customer.example",
            content_hash=f"{first}-{number}",
        )
        for number in range(count)
    ]


def ours(text: str = "It is on its way.", **more: object) -> Incoming:
    """A mail that one of us sent with another program."""
    given: dict[str, object] = {"sender": OWN, "to": (CUSTOMER,), "direction": Direction.OUTBOUND}
    return incoming(text, **(given | more))  # type: ignore[arg-type]  # passed through


def chat(
    text: str = "Is anybody there?",
    *,
    direction: Direction = Direction.INBOUND,
    room: str = "room",
    sender: str = "@ada:chat.example",
    name: str = "Ada",
    at: Millis | None = None,
    remote_id: str = "",
    **more: object,
) -> Incoming:
    """A chat message; by default each has its own place and time."""
    number = next(_numbers)
    ours = direction is not Direction.INBOUND
    given: dict[str, object] = {"customer": Sender(IdentityKind.HANDLE, sender, name)}
    writer = ("@shop:chat.example", "Shop") if ours else (sender, name)
    return Incoming(
        remote_id=remote_id or f"${_PLACES + number}",
        channel=Channel.CHAT,
        direction=direction,
        sender=Sender(IdentityKind.HANDLE, *writer),
        at=START + number * MINUTE if at is None else at,
        body=Body(text),
        thread_key=room,
        **((given if ours else {}) | more),  # type: ignore[arg-type]  # passed through
    )


def batch(
    *messages: Incoming, mailbox: str = "INBOX", first_sync: bool = False, cursor: str = "c"
) -> Batch:
    """A batch of messages."""
    progress = Progress(len(messages), len(messages)) if first_sync else None
    return Batch(mailbox=mailbox, cursor=cursor, messages=messages, progress=progress)


def changed(db: Database, mailbox: str = "INBOX", **what: object) -> None:
    """Take in a batch without messages, such as ``marks=(...)``."""
    one = Batch(mailbox=mailbox, cursor="c", **what)  # type: ignore[arg-type]  # passed through
    commit_batch(db, ACCOUNT, one, frozenset({OWN}), START)


def receive(db: Database, *messages: Incoming, mailbox: str = "INBOX") -> int:
    """Take messages in as they arrive day by day; how many were new."""
    return commit_batch(db, ACCOUNT, batch(*messages, mailbox=mailbox), frozenset({OWN}), START)


def listed(db: Database, query: str = "", sort: Sort = Sort.NEWEST) -> list[Conversation]:
    """The conversations of a query."""
    compiled = compile_query(parse(query), db, me="maria", now=START + DAY)
    return listings.page(db, compiled, sort, limit=1000)


def only(db: Database) -> Conversation:
    """The one conversation there is."""
    (one,) = listed(db)
    return one


def mail_account(db: Database, capabilities: Capabilities = MAIL, name: str = ACCOUNT) -> None:
    """Make the account known as an engine does."""
    accounts.put(
        db,
        name,
        adapter="imap",
        address=OWN,
        display_name="Shop",
        capabilities=capabilities,
        now=START,
    )


def begin(db: Database, status: Status = Status.OPEN, at: int = START) -> int:
    """A conversation without messages."""
    customer = customers.of_identity(db, IdentityKind.EMAIL, "ada@x.example", "Ada", START)
    return conversations.create(
        db,
        account=ACCOUNT,
        channel=Channel.MAIL,
        subject="Parcel",
        status=status,
        customer_id=customer,
        at=at,
    )


@dataclass
class Desk:
    """An agent at work on a store."""

    db: Database
    now: Now = field(default_factory=Now)
    agent: str = "maria"

    @property
    def context(self) -> Context:
        return Context(self.db, self.agent, self.now, {Channel.MAIL: 10_000})

"""A home, its account, its servers and its engine, and what is true of a mail in all of them."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from types import MappingProxyType

from agent_tui.actions import deciding, reply
from agent_tui.actions.action import Context, Done
from agent_tui.model.account import AccountState
from agent_tui.model.clock import Clock, Millis, system_clock
from agent_tui.model.conversation import Channel
from agent_tui.model.draft import Draft
from agent_tui.model.message import Address, Recipients
from agent_tui.model.outbox import NEEDS_DECISION, Filed, OutboxItem, OutboxState
from agent_tui.store import drafts, leaving, outbox
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.testing.mailing import OWN, PASSWORD, USER, Authority, Customers
from tests.faults.engine import Engine
from tests.faults.servers import Mailbox, Postfix, Sink
from tests.faults.weather import Relay
from tests.program import Home

ACCOUNT = "mail"
AGENT = "maria"
PATIENCE_S = 40.0
"""How long fair weather may take to settle everything on a busy machine."""

NOTHING: Mapping[str, str] = MappingProxyType({})
_LOOK_S = 0.01
_ADA = ("ada@customer.test",)
_HASTEN_S = 0.3
_SETTLED = frozenset({OutboxState.SENT, OutboxState.FAILED, OutboxState.UNCERTAIN})


@dataclass(frozen=True, slots=True)
class Servers:
    """Which real servers to use."""

    dovecot: bool
    postfix: bool


class World:
    """All that a series of runs shares; ``close`` ends every process of it."""

    def __init__(
        self,
        folder: Path,
        servers: Servers,
        *,
        plain_retry: bool = False,
        leak: str = "",
        clock: Clock = system_clock,
        env: Mapping[str, str] = NOTHING,
    ) -> None:
        """``leak``: how often, in seconds, its engines lose a megabyte, if at all. ``env`` is added
        to that of the program, whose wall clock shows what ``clock`` does."""
        self.plain_retry = plain_retry
        self.clock = clock
        self._closing = ExitStack()
        self._numbers = count(1)
        folder.chmod(0o755)  # what runs as nobody passes through
        authority = Authority(folder)
        self.sink = Sink()
        self._closing.callback(self.sink.close)
        self.postfix = Postfix(folder / "postfix", self.sink) if servers.postfix else None
        if self.postfix is not None:
            self._closing.callback(self.postfix.close)
        target = self.postfix.port if self.postfix is not None else self.sink.port
        self.relay = Relay(target, authority.context)
        self._closing.callback(self.relay.close)
        self.mailbox = Mailbox(folder, authority.context, dovecot=servers.dovecot)
        self._closing.callback(self.mailbox.close)
        self._customers = Customers()
        (folder / "home").mkdir(exist_ok=True)
        self.home = Home(folder / "home", {"MAIL_PASSWORD": PASSWORD, **env})
        self._furnish(authority)
        self.engine = Engine(self.home, leak)
        self._closing.callback(self.engine.kill)
        self.db = SqliteDatabase(self.home.database)

    def close(self) -> None:
        self.db.close()
        self._closing.close()

    def reopen(self) -> None:
        """Look at the store with new eyes: nothing that was only in memory counts."""
        self.db.close()
        self.db = SqliteDatabase(self.home.database)

    def context(self, hold: Millis = 0) -> Context:
        """An agent at work, whose mails are held for ``hold`` milliseconds."""
        return Context(self.db, AGENT, self.clock, {Channel.MAIL: hold})

    # -- mails that leave ------------------------------------------------------------------------

    def write(self, text: str, recipients: Sequence[str] = _ADA) -> Draft:
        """A draft of a new conversation."""
        draft = reply.compose(self.context(), ACCOUNT, body=text)
        to = tuple(Address("", one) for one in recipients)
        written = Draft(
            draft.id,
            draft.kind,
            AGENT,
            ACCOUNT,
            None,
            subject=f"Run {next(self._numbers)}",
            body=text,
            updated_at=draft.updated_at,
            recipients=Recipients(to=to),
        )
        drafts.save(self.db, written)
        return written

    def send(
        self,
        text: str,
        hold: Millis = 0,
        recipients: Sequence[str] = _ADA,
        at: Millis | None = None,
    ) -> OutboxItem:
        """Write and send, now or ``at`` a time; the item as it was queued."""
        return self.item_of(reply.send(self.context(hold), self.write(text, recipients), at=at))

    @cached_property
    def sending_s(self) -> float:
        """What three mails take on this machine from the queue to their copies in Sent."""
        begun = time.monotonic()
        mails = [self.send(f"Measured {n}") for n in range(3)]
        assert self.wait(lambda: all(map(self.is_settled, mails))), "three mails leave"
        return time.monotonic() - begun

    def item_of(self, done: Done) -> OutboxItem:
        """What was queued by an action."""
        row = self.db.one(
            "SELECT entity_id FROM events WHERE batch = :batch AND entity = 'outbox'",
            {"batch": done.batch},
        )
        assert row is not None
        return self.now_of(int(row["entity_id"]))

    def now_of(self, item: OutboxItem | int) -> OutboxItem:
        """The item as it stands in the store."""
        number = item if isinstance(item, int) else item.id
        found = outbox.get(self.db, number)
        assert found is not None
        return found

    def is_settled(self, item: OutboxItem) -> bool:
        """Whether nothing more happens to it by itself, its copy in Sent included."""
        found = self.now_of(item)
        if self.plain_retry and found.state is OutboxState.UNCERTAIN:
            return False
        return found.state in _SETTLED and found.filed is not Filed.WANTED

    def settle(self, items: Sequence[OutboxItem]) -> bool:
        """Fair weather until nothing more happens to ``items``; False when that takes too long."""
        self.relay.meet(None)
        self.engine.kill_at(0)
        deadline, hastened = time.monotonic() + PATIENCE_S, 0.0
        if self.state_of_account() is AccountState.STOPPED:
            self.engine.stop()  # as after a new password: it tries at once
        while not all(map(self.is_settled, items)):
            if time.monotonic() > deadline:
                return False
            if time.monotonic() - hastened > _HASTEN_S:
                hastened = time.monotonic()
                self._hasten()
            time.sleep(_LOOK_S)
        return True

    def wait(self, condition: Callable[[], bool], seconds: float = PATIENCE_S) -> bool:
        """Until ``condition`` holds; False when it never does."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_S)
        return True

    def state_of_account(self) -> AccountState | None:
        """How the account is doing, as the screen shows it."""
        row = self.db.one("SELECT state FROM accounts WHERE name = :name", {"name": ACCOUNT})
        return AccountState(row["state"]) if row else None

    # -- mails that come in ----------------------------------------------------------------------

    def deliver(self, texts: Sequence[str], off: Millis = 0) -> None:
        """Mails of customers, each of its own thread; the server's clock is ``off`` that much."""
        for text in texts:
            number = next(self._numbers)
            mail = self._customers.mail(text, f"c{number}", ())
            self.mailbox.deliver(f"{1_790_000_000 + number}.M{number}.test", mail, off)

    def arrived(self, texts: Sequence[str]) -> dict[str, int]:
        """How often each of ``texts`` is in the store."""
        rows = self.db.all("SELECT text FROM messages WHERE direction = 'inbound'")
        there = Counter(row["text"].strip() for row in rows)
        return {text: there[text] for text in texts}

    def restart_servers(self) -> None:
        """The mail servers end and begin anew."""
        self.mailbox.restart()
        if self.postfix is not None:
            self.postfix.restart()

    # -- the rest --------------------------------------------------------------------------------

    def _hasten(self) -> None:
        self.engine.start()
        if self.plain_retry:
            for item in leaving.uncertain(self.db, ACCOUNT):
                deciding.decide(self.context(), item.id, "again")
        leaving.hasten(self.db, ACCOUNT, self.clock())

    def undecided(self) -> list[OutboxItem]:
        """What the outbox lists for the agent's decision."""
        return [item for item in outbox.shown(self.db, 1_000_000) if item.state in NEEDS_DECISION]

    def ready(self) -> bool:
        """An engine that serves the account, in fair weather."""
        self.engine.kill_at(0)
        self.engine.set_clock(0)
        self.relay.meet(None)
        self.engine.start()
        return self.wait(lambda: self.state_of_account() is AccountState.OK)

    def _furnish(self, authority: Authority) -> None:
        self.home.settings(
            f'[agent]\nhandle = "{AGENT}"\nname = "Maria"\n[undo_seconds]\nmail = 1\n'
        )
        settings = self.mailbox.settings()
        self.home.account(
            ACCOUNT,
            str(settings.pop("adapter")),
            **settings,
            address=OWN,
            smtp_host="localhost",
            smtp_port=self.relay.port,
            smtp_security="starttls",
            smtp_user=USER,
            smtp_password={"env": "MAIL_PASSWORD"},
            ca_file=str(authority.ca_file),
        )
        for path in (self.home.path, self.home.path / "config"):
            path.chmod(0o700)

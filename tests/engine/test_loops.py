"""A loop with another machine ends at us: nothing leaves that no agent has sent (F24).

An acknowledgement, an out-of-office answer or a survey that leaves by itself would go round and
round with a machine that answers, too (RFC 3834, section 2). There is none here. A hundred rounds
with each kind of machine show that nothing else answers, and what they do to the conversation.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from agent_tui.actions.action import Context
from agent_tui.actions.registry import perform
from agent_tui.adapters.mail import Own, Place, read
from agent_tui.engine.clocks import settle, wake_due
from agent_tui.engine.dispatch import Dispatch
from agent_tui.engine.followup import FollowUp
from agent_tui.model.clock import MINUTE
from agent_tui.model.conversation import Conversation, Status
from agent_tui.store import outbox
from agent_tui.store.sqlite import SqliteDatabase
from tests.clocks import plain_rules
from tests.engine.fakes import FakeAdapter, Provider, desk
from tests.engine.world import customer_writes, reply, resolve
from tests.factory import OWN, Now, listed, mail_account, receive

ROUNDS = 100


@dataclass(frozen=True)
class Machine:
    """Another machine that answers whatever we send."""

    name: str
    fields: str  # of its header, besides the usual
    sender: str = "robot@customer.example"
    body: str = "We have received your message and will answer soon."

    def answer(self, number: int, to: str) -> bytes:
        """Its answer ``number`` to our mail with the Message-ID ``to``."""
        return (
            (
                f"From: {self.sender}\r\nTo: {OWN}\r\nSubject: Re: Parcel\r\n"
                f"Message-ID: <{self.name}{number}@customer.example>\r\n"
                f"In-Reply-To: <{to}>\r\nReferences: <{to}>\r\n"
                f"{self.fields}\r\n{self.body.format(to=to)} {number}\r\n"
            )
            .replace("\r\n\r\n\r\n", "\r\n\r\n")
            .encode()
        )


REPORT = (
    "Content-Type: text/plain\r\n\r\nIt could not be delivered.\r\n--b\r\n"
    "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
    "Final-Recipient: rfc822; robot@customer.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{to}>\r\n--b--"
)
ECHO = Machine("echo", "Auto-Submitted: auto-replied\r\n\r\n")
HELPDESK = Machine("helpdesk", "Precedence: auto_reply\r\nX-Auto-Response-Suppress: All\r\n\r\n")
MACHINES = (
    ECHO,
    HELPDESK,
    Machine("vacation", "Auto-Submitted: auto-replied (vacation)\r\nPrecedence: junk\r\n\r\n"),
    Machine("autoresponder", "X-Autoreply: yes\r\n\r\n"),
    Machine("list", "List-Id: <news.customer.example>\r\nPrecedence: list\r\n\r\n"),
    Machine("loop", "X-Loop: robot@customer.example\r\n\r\n"),
    Machine("own", "X-Loop: yes\r\n\r\n", sender=OWN),
)
BOUNCE = Machine(
    "bounce",
    "Auto-Submitted: auto-replied\r\nReturn-Path: <>\r\nContent-Type: multipart/report; "
    "report-type=delivery-status; boundary=b\r\n\r\n--b\r\n",
    sender="MAILER-DAEMON@mx.test",
    body=REPORT,
)
UNMARKED = Machine("unmarked", "X-Mailer: a robot that does not say so\r\n\r\n")


class Round:
    """A shop whose agent answered once and closed the conversation, and its engine."""

    def __init__(self, db: SqliteDatabase, folder: Path) -> None:
        mail_account(db)
        self.db, self.now, self.provider = db, Now(), Provider()
        self._at_work = desk(db, folder, self.now)
        self._adapter = FakeAdapter(self.provider)
        self._follow_up = FollowUp(self._at_work)
        self.number = customer_writes(db)
        self.sent = reply(db, self.number)
        resolve(db, self.number)

    async def turn(self) -> None:
        """The engine does all it has to, and a minute passes."""
        wake_due(self.db, self.now())
        settle(self.db, plain_rules())
        await Dispatch(self._at_work, self._adapter).all()
        await self._follow_up.work(self._adapter)
        self.now.at += MINUTE

    async def against(self, machine: Machine, times: int = ROUNDS) -> None:
        """The machine answers so often what we sent last."""
        await self.turn()
        for number in range(times):
            raw = machine.answer(number, self.sent.key)
            place = Place(f"7:{machine.name}{number}", self.now())
            assert receive(self.db, read(raw, place, Own.of([OWN]))) == 1
            await self.turn()

    @property
    def conversation(self) -> Conversation:
        return next(one for one in listed(self.db) if one.id == self.number)

    @property
    def mails_out(self) -> int:
        """How many mails left, each time by a word of ours."""
        return len({effect.key for effect in self.provider.accepted if effect.outgoing})

    @property
    def queued(self) -> int:
        """How many mails were ever queued."""
        row = self.db.one("SELECT count(*) AS n FROM outbox WHERE kind = 'send'")
        return int(row["n"]) if row else 0


@pytest.fixture
def shop(db: SqliteDatabase, tmp_path: Path) -> Round:
    return Round(db, tmp_path)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
async def test_a_hundred_answers_of_a_machine_are_not_answered_and_reopen_nothing(
    machine: Machine, shop: Round
) -> None:
    await shop.against(machine)

    assert (shop.mails_out, shop.queued) == (1, 1), "the agent's own"
    assert shop.conversation.status is Status.RESOLVED
    assert shop.conversation.waiting_since is None
    assert shop.conversation.due_at is None
    assert shop.conversation.messages == ROUNDS + 1, "all of them are there to be read"


async def test_two_helpdesks_and_an_echo_at_once_end_at_us(shop: Round) -> None:
    for number in range(ROUNDS // 10):
        for machine in (ECHO, HELPDESK):
            await shop.against(Machine(f"{machine.name}{number}", machine.fields), 5)

    assert (shop.mails_out, shop.queued) == (1, 1)
    assert shop.conversation.status is Status.RESOLVED


async def test_a_mail_that_comes_back_a_hundred_times_is_not_answered(shop: Round) -> None:
    """It opens the conversation - the customer has not got the answer - but is no customer's word,
    so no time runs for it."""
    await shop.against(BOUNCE)

    assert (shop.mails_out, shop.queued) == (1, 1)
    assert shop.conversation.status is Status.OPEN
    assert shop.conversation.waiting_since is None


async def test_a_machine_that_does_not_say_so_is_taken_for_a_customer_and_not_answered(
    shop: Round,
) -> None:
    await shop.against(UNMARKED)

    assert (shop.mails_out, shop.queued) == (1, 1)
    assert shop.conversation.status is Status.OPEN


async def test_an_agent_who_answers_a_machine_sends_one_mail_for_each_time(shop: Round) -> None:
    """What leaves is what an agent sends: the same count of both, whatever answers."""
    context = Context(shop.db, "maria", shop.now, {})
    for number in range(3):
        await shop.against(Machine(f"echo{number}", ECHO.fields), 10)
        perform("reply", context, [shop.number], {"text": f"Answer {number}", "anyway": "yes"})
        await shop.turn()

    await shop.against(Machine("last", ECHO.fields), 10)
    assert (shop.mails_out, shop.queued) == (4, 4)
    assert not outbox.undecided(shop.db)

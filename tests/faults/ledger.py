"""What customers of a soak wrote and what an agent answered them, told from the outside."""

import time
from collections import Counter
from dataclasses import dataclass
from random import Random

from agent_tui.actions.action import ActionError, Context
from agent_tui.actions.registry import perform
from agent_tui.model.clock import SECOND, system_clock
from agent_tui.model.conversation import Channel
from agent_tui.store import leaving
from agent_tui.store.database import StoreError
from agent_tui.testing.mailing import Customers
from tests.faults.channels import FILES, Channels
from tests.faults.world import ACCOUNT, World

AGENT = "ben"
"""Answers by actions, while somebody else sits at the screen."""

_WEIGHTS = {ACCOUNT: 40, FILES: 15, "telegram": 15, "matrix": 15, "woocommerce": 15}
_PEOPLE = 60  # in each chat
_AGAIN = 0.3  # of mails are another one of somebody who wrote lately
_LATELY = 200
_UNDO = {Channel.MAIL: SECOND, Channel.CHAT: 0, Channel.REVIEW: SECOND}
_MOVING = "o.state IN ('queued', 'held', 'sending', 'committed') OR o.filed = 'wanted'"
_WORDS = "parcel lamp zip colour size late broken lovely where when again please thanks".split()


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that the program took."""

    text: str
    account: str
    item: int  # in the outbox


class Ledger:
    """Lets customers write and the agent answer, and keeps count."""

    def __init__(self, world: World, channels: Channels, chance: Random) -> None:
        self._world = world
        self._channels = channels
        self._chance = chance
        self._customers = Customers()
        self.wrote: dict[str, str] = {}  # text: account
        self.answered: list[Answered] = []
        self.refused = 0  # answers that were not taken, with a sentence

    @property
    def accounts(self) -> list[str]:
        return list(_WEIGHTS)

    def arrive(self) -> None:
        """Some customer writes on some channel."""
        number = len(self.wrote)
        account = self._chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        words = " ".join(self._chance.choices(_WORDS, k=self._chance.randint(2, 40)))
        text = f"Question {number}: {words}"
        self.wrote[text] = account
        if account == ACCOUNT:
            mail = self._customers.mail(text, self._mail_thread(number), ())
            self._world.mailbox.deliver(f"{1_790_000_000 + number}.M{number}.test", mail)
        else:
            self._channels.write(account, text, self._thread(account, number))

    def answer(self) -> None:
        """The agent answers some open conversation; what is refused is told and tried no more."""
        account = self._chance.choice(list(_WEIGHTS))
        text = f"Answer {len(self.answered)}.{self.refused} is on its way."
        db = self._world.db
        try:
            rows = db.all(
                "SELECT id FROM conversations WHERE account = :account AND status = 'open'"
                " ORDER BY last_at DESC LIMIT 40",
                {"account": account},
            )
            if not rows:
                return
            number = self._chance.choice(rows)["id"]
            context = Context(db, AGENT, system_clock, _UNDO)
            item = self._world.item_of(perform("reply", context, [number], {"text": text}))
        except (ActionError, StoreError):
            self.refused += 1
        else:
            self.answered.append(Answered(text, account, item.id))

    def hasten(self) -> None:
        """A day in half an hour: nobody waits long for another try."""
        try:
            for account in _WEIGHTS:
                leaving.hasten(self._world.db, account, system_clock())
        except StoreError:
            time.sleep(0.1)  # a full disk; there is another time

    def moving(self) -> int:
        """How many effects are not at their end."""
        row = self._world.db.one(f"SELECT count(*) AS n FROM outbox o WHERE {_MOVING}")
        return int(row["n"]) if row else 0

    def missing(self) -> int:
        """How much of what customers wrote is not in the store."""
        return sum(not times for times in self.arrived().values())

    def arrived(self) -> dict[str, int]:
        """How often each text of a customer is in the store."""
        rows = self._world.db.all("SELECT text FROM messages WHERE direction = 'inbound'")
        there = Counter(row["text"].strip() for row in rows)
        return {text: there[text] for text in self.wrote}

    def _mail_thread(self, number: int) -> str:
        if number > _LATELY and self._chance.random() < _AGAIN:
            number = self._chance.randrange(number - _LATELY, number)
        return f"c{number}"

    def _thread(self, account: str, number: int) -> str:
        if account in ("telegram", "matrix"):
            return f"p{self._chance.randrange(_PEOPLE)}"
        return f"{account}{number}"

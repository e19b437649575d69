"""What the demo shop knows of its customers: the orders that they write about, and some more."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from agent_tui.adapters.demo.play import Play, Voice, arrivals, history
from agent_tui.adapters.demo.world import Scene, place
from agent_tui.model.clock import DAY, HOUR, Millis
from agent_tui.model.conversation import Status
from agent_tui.model.customer import Identity, IdentityKind
from agent_tui.model.record import (
    Item,
    Looked,
    Money,
    Profile,
    Record,
    RecordKind,
    Score,
    Shipment,
)

_NUMBER = re.compile(r"(?:#|\border[- ])(\d{4,5})\b")
_PARCEL = re.compile(r"\bNP\d{9}\b")
_PRODUCTS = {
    "Tarn 18": 8900,
    "Tarn 28": 11900,
    "Heron 22": 9900,
    "Fell 45": 18900,
    "Gannet 60": 7900,
    "Harrier hip belt": 3400,
}
_EXTRAS = {"Rain cover": 1900, "Repair kit": 1200, "Sternum strap": 900}
_DELIVERED: Millis = 9 * DAY
"""An order older than that has arrived."""

_ANSWERS = (
    (5, "Quick and kind, thank you."),
    (5, ""),
    (4, "All good in the end, it took two days."),
    (3, "I had to ask twice."),
    (2, "I had to tell my story to three people."),
)
"""What customers say when they are asked how it was."""

_OLDEST_NUMBER = 7000
_PER_DAY = 8
"""Orders that the shop has a day: numbers grow with time."""

_NEWEST_NUMBER = 10_620


@dataclass(slots=True)
class Orders:
    """The orders of one demo world."""

    seed: int
    now: Millis  # when the world ends
    door: list[tuple[str, Record]] = field(default_factory=list)  # what was ordered meanwhile

    def look_up(self, identities: Sequence[Identity]) -> Looked:
        """What the shop knows of whoever goes by these identities."""
        emails = {one.value for one in identities if one.kind is IdentityKind.EMAIL}
        handles = {one.value for one in identities if one.kind is IdentityKind.HANDLE}
        new = [record for email, record in self.door if email in emails]
        past: dict[str, list[Scene]] = {}
        for scene in place((*history(), *arrivals()), self.seed, self.now):
            person = scene.play.person
            if person.mail in emails or (person.handle and person.handle in handles):
                past.setdefault(person.key, []).append(scene)
        records = new + [one for theirs in past.values() for one in self._of(theirs)]
        records.sort(key=lambda record: record.at, reverse=True)
        profiles = tuple(_profile(theirs, records) for theirs in past.values())
        return Looked(profiles, tuple(records))

    def _of(self, scenes: Sequence[Scene]) -> Iterator[Record]:
        """The orders of one customer."""
        person = scenes[0].play.person
        chance = random.Random(f"{self.seed} orders {person.key}")  # noqa: S311 - a world
        numbers: dict[str, Scene] = {}
        for scene in scenes:
            for number in _NUMBER.findall(_said(scene.play)):
                numbers.setdefault(number, scene)
        for number, scene in list(numbers.items()):
            yield from self._told(number, scene, chance)
        yield from _asked(scenes, self.now)
        for _ in range(chance.choice((0, 1, 1, 2))):
            at = self.now - int(chance.uniform(60 * DAY, 400 * DAY))
            number = self._number_at(at)
            if number not in numbers:
                numbers[number] = scenes[0]
                yield _order(number, at, None, [], chance, self.now)

    def _told(self, number: str, scene: Scene, chance: random.Random) -> Iterator[Record]:
        """An order that the customer wrote about, and the money that went back for it."""
        play, text = scene.play, _said(scene.play)
        at = scene.times[0] - int(chance.uniform(2, 6) * DAY)
        order = _order(number, at, play, _PARCEL.findall(text), chance, self.now)
        yield order
        if "refund" in play.labels and play.status is Status.RESOLVED and order.total:
            yield Record(
                RecordKind.REFUND,
                f"r{number}",
                f"#{number}",
                scene.times[-1] + HOUR,
                "refunded",
                order.total,
                of=number,
                reason="sent back",
            )

    def _number_at(self, at: Millis) -> str:
        """A number that was given out about then."""
        days = (self.now - at) // DAY
        return str(max(_NEWEST_NUMBER - days * _PER_DAY, _OLDEST_NUMBER))


def _order(
    number: str,
    at: Millis,
    play: Play | None,
    parcels: Sequence[str],
    chance: random.Random,
    now: Millis,
) -> Record:
    text = _said(play).casefold() if play is not None else ""
    named = [name for name in _PRODUCTS if name.casefold().split()[0] in text]
    bought = named[:2] or [chance.choice(list(_PRODUCTS))]
    prices = {name: _PRODUCTS[name] for name in bought}
    if chance.random() < 0.4:
        extra = chance.choice(list(_EXTRAS))
        prices[extra] = _EXTRAS[extra]
    status = "delivered" if now - at > _DELIVERED else "on its way" if parcels else "being packed"
    sent = parcels or ([_parcel(number)] if status == "delivered" else [])
    shipments = [
        Shipment("Northpost", one, f"https://track.northpost.example/{one}", status, at + DAY)
        for one in dict.fromkeys(sent)
    ]
    return Record(
        RecordKind.ORDER,
        number,
        f"#{number}",
        at,
        status,
        Money(sum(prices.values()), "GBP"),
        items=tuple(Item(name, total=Money(price, "GBP")) for name, price in prices.items()),
        shipments=tuple(shipments),
        url=f"https://larkfell.example/admin/orders/{number}",
    )


def _parcel(number: str) -> str:
    """The parcel of an order that nobody wrote about."""
    return f"NP{random.Random(number).randrange(10**9):09}"  # noqa: S311 - a world


def _asked(scenes: Sequence[Scene], now: Millis) -> Iterator[Record]:
    """The answer of every other customer to how the last resolved conversation was."""
    over = [one for one in scenes if one.play.status is Status.RESOLVED]
    if not over:
        return
    last = max(over, key=lambda scene: scene.times[-1])
    key, at = last.play.person.key, last.times[-1] + 2 * HOUR
    chance = random.Random(f"asked {key}")  # noqa: S311 - a world
    if at < now and chance.random() < 0.5:
        points, comment = chance.choice(_ANSWERS)
        number = f"after {last.play.channel}"
        score = Score(points)
        yield Record(
            RecordKind.SURVEY, f"s{key}", number, at, "answered", reason=comment, score=score
        )


def _profile(theirs: Sequence[Scene], records: Sequence[Record]) -> Profile:
    """The shop knows its customers since their first order, or since they first wrote."""
    person = theirs[0].play.person
    orders = [one for one in records if one.kind is RecordKind.ORDER]
    since = min([one.at for one in orders] + [scene.times[0] for scene in theirs])
    tags = ("regular",) if len(orders) > 2 else ()
    return Profile(person.key, person.name, since, orders=len(orders), tags=tags)


def _said(play: Play) -> str:
    """All that was written but notes."""
    lines = (line.text for line in play.lines if line.voice is not Voice.NOTE)
    return "\n".join((play.subject, *lines))

"""What shops and billing know of customers, as it was when they were last asked."""

from collections.abc import Collection, Iterable, Iterator

from agent_tui.model.clock import Millis
from agent_tui.model.record import (
    Item,
    Known,
    Looked,
    Money,
    Record,
    RecordKind,
    Score,
    Shipment,
)
from agent_tui.query.plain import plain
from agent_tui.store import codec, lookups, people
from agent_tui.store.database import Database, Row

_LARGEST = 10**15
"""Of amounts and times: beyond it they are damage, and sums of them would not fit a column."""

Place = tuple[Millis, int]
"""Time and id of a record: where a page of them ended."""


def put(db: Database, customer_id: int, account: str, looked: Looked, now: Millis) -> None:
    """What ``account`` knows of the customer now, in place of all that it knew before."""
    whose = {"customer": customer_id, "account": account}
    with db.transaction():
        db.run("DELETE FROM records WHERE customer_id = :customer AND account = :account", whose)
        db.many(
            "INSERT INTO records (customer_id, account, kind, remote_id, number, at, status, open,"
            " due_at, minor, currency, exponent, of, reason, items, shipments, url, words, points,"
            " points_of)"
            " VALUES (:customer, :account, :kind, :remote_id, :number, :at, :status, :open,"
            " :due_at, :minor, :currency, :exponent, :of, :reason, :items, :shipments, :url,"
            " :words, :points, :points_of)"
            " ON CONFLICT (customer_id, account, kind, remote_id) DO NOTHING",
            [whose | _columns(record) for record in reversed(looked.records)],
        )
        lookups.answered(db, customer_id, account, looked.profiles, now, more=looked.more)


def of_customer(
    db: Database, customer_id: int, limit: int = 100, before: Place | None = None
) -> list[Known]:
    """The person's records of all accounts, newest first, after the place ``before``."""
    at, number = before if before is not None else (None, None)
    ids = people.members(db, customer_id)
    order = "ORDER BY at DESC, id DESC LIMIT :limit"
    parts = [
        f"SELECT * FROM (SELECT r.* FROM records r WHERE r.customer_id = :m{n}"
        f" AND (:at IS NULL OR (at, id) < (:at, :number)){_once(len(ids))} {order}) AS r{n}"
        for n in range(len(ids))
    ]
    if not parts:
        return []
    rows = db.all(
        f"{' UNION ALL '.join(parts)} {order}",
        {f"m{n}": member for n, member in enumerate(ids)}
        | {"customer": customer_id, "at": at, "number": number, "limit": limit},
    )
    return [_known(row) for row in rows]


def by_ids(db: Database, ids: Collection[int]) -> dict[int, Known]:
    """The records of ``ids`` that there are; at most some hundreds."""
    names = {f"i{n}": number for n, number in enumerate(ids)}
    marks = ", ".join(f":{name}" for name in names)
    rows = db.all(f"SELECT * FROM records WHERE id IN ({marks})", names)
    return {row["id"]: _known(row) for row in rows}


def count(db: Database, customer_id: int) -> dict[RecordKind, int]:
    """How many records of each kind the person has."""
    rows = db.all(
        f"SELECT kind, COUNT(*) AS found FROM {_theirs(db, customer_id)} GROUP BY kind",
        {"customer": customer_id},
    )
    return {RecordKind(row["kind"]): row["found"] for row in rows}


def open_ones(db: Database, customer_id: int, limit: int = 20) -> list[Known]:
    """What somebody still has to pay or to answer, what is due first on top."""
    rows = db.all(
        f"SELECT * FROM {_theirs(db, customer_id)} AND open"
        " ORDER BY COALESCE(due_at, at), id LIMIT :limit",
        {"customer": customer_id, "limit": limit},
    )
    return [_known(row) for row in rows]


def numbers(db: Database, customer_id: int) -> list[str]:
    """What the person's orders and invoices are called, by which texts may name them."""
    rows = db.all(
        f"SELECT DISTINCT number FROM records WHERE customer_id IN {people.THEIRS}"
        " AND number <> ''",
        {"customer": customer_id},
    )
    return [row["number"] for row in rows]


def spent(db: Database, customer_id: int) -> list[Money]:
    """What the person has spent, in each currency: as the accounts count it, and where one
    does not, its orders less its refunds."""
    told = [
        (look_up.account, profile.spent)
        for look_up in lookups.of_customer(db, customer_id)
        for profile in look_up.profiles
        if profile.spent is not None
    ]
    rows = db.all(
        "SELECT account, currency, exponent,"
        " SUM(CASE kind WHEN 'refund' THEN -minor ELSE minor END) AS total"
        f" FROM {_theirs(db, customer_id)} AND kind IN ('order', 'refund') AND minor IS NOT NULL"
        " GROUP BY account, currency, exponent",
        {"customer": customer_id},
    )
    counting = {account for account, _ in told}
    summed = [
        Money(row["total"], row["currency"], row["exponent"])
        for row in rows
        if row["account"] not in counting
    ]
    return _added([money for _, money in told] + summed)


def _theirs(db: Database, customer_id: int) -> str:
    """Table and condition for the records of the person ``:customer``."""
    if len(people.members(db, customer_id)) < 2:
        return "records r WHERE r.customer_id = :customer"
    return (
        "records r WHERE r.id IN (SELECT MAX(t.id) FROM records t"
        f" WHERE t.customer_id IN {people.THEIRS} GROUP BY t.account, t.kind, t.remote_id)"
    )


def _once(members: int) -> str:
    """A record that an account knows of two members is one, as the newer look-up has it."""
    if members < 2:
        return ""
    return (
        " AND NOT EXISTS (SELECT 1 FROM records twin"
        f" WHERE twin.customer_id IN {people.THEIRS} AND twin.account = r.account"
        " AND twin.kind = r.kind AND twin.remote_id = r.remote_id AND twin.id > r.id)"
    )


def _added(sums: Iterable[Money]) -> list[Money]:
    added: dict[tuple[str, int], int] = {}
    for money in sums:
        key = (money.currency, money.exponent)
        added[key] = added.get(key, 0) + money.minor
    return [Money(minor, *key) for key, minor in sorted(added.items())]


def _columns(record: Record) -> dict[str, object]:
    total = record.total if record.total and abs(record.total.minor) < _LARGEST else None
    return {
        "kind": record.kind,
        "remote_id": record.remote_id,
        "number": record.number,
        "at": _within(record.at),
        "status": record.status,
        "open": record.open,
        "due_at": _within(record.due_at),
        "minor": total.minor if total else None,
        "currency": total.currency if total else "",
        "exponent": total.exponent if total else 2,
        "of": record.of,
        "reason": record.reason,
        "items": codec.dump(
            [[i.name, i.quantity, i.sku, codec.money_parts(i.total)] for i in record.items]
        ),
        "shipments": codec.dump(
            [[s.carrier, s.tracking, s.url, s.status, _within(s.at)] for s in record.shipments]
        ),
        "url": record.url,
        "words": plain(" ".join(_texts(record))),
        "points": record.score.points if record.score else None,
        "points_of": record.score.of if record.score else None,
    }


def _texts(record: Record) -> Iterator[str]:
    """What words of a query may name of a record."""
    yield from (record.number, record.reason)
    for item in record.items:
        yield from (item.name, item.sku)
    for shipment in record.shipments:
        yield from (shipment.carrier, shipment.tracking)


def _within(at: Millis | None) -> Millis | None:
    """A time that a column holds."""
    return None if at is None else min(max(at, 0), _LARGEST)


def _known(row: Row) -> Known:
    total = None
    if row["minor"] is not None:
        total = Money(row["minor"], row["currency"], row["exponent"])
    record = Record(
        kind=RecordKind(row["kind"]),
        remote_id=row["remote_id"],
        number=row["number"],
        at=row["at"],
        status=row["status"],
        total=total,
        open=bool(row["open"]),
        due_at=row["due_at"],
        of=row["of"],
        reason=row["reason"],
        items=tuple(_item(*values) for values in codec.objects(row["items"])),
        shipments=tuple(Shipment(*values) for values in codec.objects(row["shipments"])),
        url=row["url"],
        score=None if row["points"] is None else Score(row["points"], row["points_of"]),
    )
    return Known(row["id"], row["account"], record)


def _item(name: str, quantity: int, sku: str, total: list[object] | None) -> Item:
    return Item(name, quantity, sku, codec.money(total))

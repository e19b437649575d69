"""Which customers' orders somebody waits for, when each account was last asked, and what failed."""

from agent_tui.model.clock import Millis
from agent_tui.model.record import LookUp, Profile, together
from agent_tui.store import codec, people
from agent_tui.store.database import Database, Row


def want(db: Database, customer_id: int, account: str, now: Millis) -> None:
    """Somebody waits for what ``account`` knows of the customer, merged ones left out."""
    db.run(
        "INSERT INTO lookups (customer_id, account, wanted_at) VALUES (:customer, :account, :now)"
        " ON CONFLICT (customer_id, account) DO UPDATE SET wanted_at = :now",
        {"customer": customer_id, "account": account, "now": now},
    )


def stale(db: Database, customer_id: int, account: str, since: Millis) -> list[int]:
    """The customer and all who are merged with them, but for those about whom ``account`` was
    asked after ``since``."""
    rows = db.all(
        f"SELECT m.id FROM customers m WHERE m.id IN {people.THEIRS}"
        " AND NOT EXISTS (SELECT 1 FROM lookups l WHERE l.customer_id = m.id"
        " AND l.account = :account AND l.looked_at > :since) ORDER BY m.id DESC",
        {"customer": customer_id, "account": account, "since": since},
    )
    return [row["id"] for row in rows]


def wanted(db: Database, account: str) -> int | None:
    """The customer whom ``account`` is to look up next: an agent sits before the newest one."""
    row = db.one(
        "SELECT customer_id FROM lookups WHERE account = :account AND wanted_at IS NOT NULL"
        " ORDER BY wanted_at DESC LIMIT 1",
        {"account": account},
    )
    return row["customer_id"] if row else None


def give_up(db: Database, customer_id: int, account: str, problem: str) -> None:
    """Nobody need wait any longer; the sentence ``problem`` says why."""
    db.run(
        "UPDATE lookups SET wanted_at = NULL, problem = :problem"
        " WHERE customer_id = :customer AND account = :account",
        {"customer": customer_id, "account": account, "problem": problem},
    )


def problem(db: Database, account: str, sentence: str) -> None:
    """All that wait for ``account`` must wait longer; the sentence says why."""
    db.run(
        "UPDATE lookups SET problem = :problem WHERE account = :account"
        " AND wanted_at IS NOT NULL AND problem <> :problem",
        {"account": account, "problem": sentence},
    )


def answered(
    db: Database,
    customer_id: int,
    account: str,
    profiles: tuple[Profile, ...],
    now: Millis,
    *,
    more: bool,
) -> None:
    """The account was asked; nobody waits any more. The records are put by :mod:`.records`."""
    db.run(
        "INSERT INTO lookups (customer_id, account, looked_at, more, profiles)"
        " VALUES (:customer, :account, :now, :more, :profiles)"
        " ON CONFLICT (customer_id, account) DO UPDATE SET wanted_at = NULL, looked_at = :now,"
        " more = :more, profiles = :profiles, problem = ''",
        {
            "customer": customer_id,
            "account": account,
            "now": now,
            "more": more,
            "profiles": codec.dump([_dump(profile) for profile in profiles]),
        },
    )


def of_customer(db: Database, customer_id: int) -> list[LookUp]:
    """What was asked, and is to be asked, about the person, by account: the answers about all who
    are merged together, as old as the oldest of them."""
    rows = db.all(
        f"SELECT * FROM lookups WHERE customer_id IN {people.THEIRS} ORDER BY account, customer_id",
        {"customer": customer_id},
    )
    found: dict[str, LookUp] = {}
    for look_up in map(_look_up, rows):
        before = found.get(look_up.account)
        found[look_up.account] = together(before, look_up) if before else look_up
    return list(found.values())


def _look_up(row: Row) -> LookUp:
    return LookUp(
        account=row["account"],
        wanted_at=row["wanted_at"],
        looked_at=row["looked_at"],
        more=bool(row["more"]),
        profiles=tuple(map(_profile, codec.objects(row["profiles"]))),
        problem=row["problem"],
    )


def _dump(profile: Profile) -> dict[str, object]:
    return {
        "id": profile.remote_id,
        "name": profile.name,
        "since": profile.since,
        "spent": codec.money_parts(profile.spent),
        "orders": profile.orders,
        "note": profile.note,
        "tags": profile.tags,
        "url": profile.url,
    }


def _profile(values: Row) -> Profile:
    return Profile(
        remote_id=values["id"],
        name=values["name"],
        since=values["since"],
        spent=codec.money(values["spent"]),
        orders=values["orders"],
        note=values["note"],
        tags=tuple(values["tags"]),
        url=values["url"],
    )

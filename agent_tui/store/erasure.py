"""Takes a person out of the store: rows, index, drafts, outbox and the values of their history."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from uuid import uuid4

from agent_tui.model.clock import Millis
from agent_tui.model.customer import IdentityKind
from agent_tui.model.event import ENGINE, ERASE, Entity, Stamp
from agent_tui.model.message import Address, Message, Recipients
from agent_tui.store import (
    audit,
    belongings,
    codec,
    events,
    messages,
    rewriting,
    sources,
    tombstones,
)
from agent_tui.store.belongings import Belongings
from agent_tui.store.database import Database, Row, StoreError

ERASED = "erased"
"""Stands where a name or an address was, in what belongs to somebody else."""

_TELLING = 6
"""Characters of an address that is looked for within other text."""

_COUNTED = ("conversations", "messages", "attachments", "drafts", "outbox", "records")

_MEANT = {  # the table whose ids the events of an entity bear
    Entity.CUSTOMER: "customers",
    Entity.CONVERSATION: "conversations",
    Entity.MESSAGE: "messages",
    Entity.OUTBOX: "outbox",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Who is to be erased or exported, and what there is of them."""

    id: int
    names: tuple[str, ...]
    identities: tuple[tuple[IdentityKind, str], ...]
    counts: Mapping[str, int]
    belongings: Belongings


@dataclass(frozen=True, slots=True)
class Erased:
    """What is left to do once the rows are gone."""

    words: tuple[str, ...]  # names and addresses, for logs
    attachments: tuple[int, ...]  # whose files may lie on the disk
    messages: tuple[int, ...]  # whose sources may
    named_in: tuple[int, ...]  # conversations of others whose texts name them


def person(db: Database, customer_id: int) -> Person:
    """The customer together with all who are merged with them. Raises StoreError when there is
    none."""
    theirs = belongings.of_person(db, customer_id)
    if not theirs.rows[belongings.PERSON]:
        raise StoreError(f"There is no customer {customer_id}.")
    identities = [(IdentityKind(r["kind"]), r["value"]) for r in theirs.rows["identities"]]
    names = [row["name"] for row in theirs.rows[belongings.PERSON]]
    names += [row["name"] for row in theirs.rows["identities"]]
    counts = {table: len(theirs.rows.get(table, ())) for table in _COUNTED}
    loose = _loose_drafts(db, [value.lower() for _, value in identities])
    counts["drafts"] += len(loose)
    return Person(
        customer_id,
        tuple(dict.fromkeys(filter(None, names))),
        tuple(identities),
        counts,
        theirs,
    )


def erase(db: Database, who: Person, *, agent: str, now: Millis) -> Erased:
    """Erase the person; their pages in the file are overwritten by ``db.purge()`` after it.

    Raises StoreError while something is on its way to them.
    """
    values = [value.lower() for _, value in who.identities]
    with db.transaction(durable=True):
        _refuse_on_the_way(db, who.belongings)
        for kind, value in who.identities:
            tombstones.bury(db, kind, value, now)
        for number in who.belongings.ids("messages"):
            message = messages.get(db, number)
            assert message is not None
            messages.unindex(db, message)
        audit.erase(db, [row["id"] for row in history(db, who.belongings)])
        belongings.delete(db, who.belongings)
        for draft in _loose_drafts(db, values):
            db.run("DELETE FROM drafts WHERE id = :id", {"id": draft})
        elsewhere = _take_out_elsewhere(db, frozenset(values), now)
        stamp = Stamp(agent, ERASE, uuid4().hex, now)
        events.append(db, stamp, Entity.CUSTOMER, who.id, "erased", None, dict(who.counts))
        named_in = _named_in(db, [*values, *who.names])
    words = (*values, *who.names, *(row["value"] for row in who.belongings.rows["claims"]))
    mails = (*who.belongings.ids("messages"), *elsewhere)
    return Erased(words, tuple(who.belongings.ids("attachments")), mails, named_in)


def again(db: Database, now: Millis) -> int:
    """Erase whom a copy of the store has brought back; how many people."""
    known = tombstones.every(db)
    erased = 0
    rows = db.all(
        "SELECT i.kind, i.value, i.customer_id, c.created_at"
        " FROM identities i JOIN customers c ON c.id = i.customer_id"
    )
    for row in rows:
        was_erased = known.cover(IdentityKind(row["kind"]), row["value"], row["created_at"])
        there = db.one("SELECT 1 FROM customers WHERE id = :id", {"id": row["customer_id"]})
        if was_erased and there is not None:
            erase(db, person(db, row["customer_id"]), agent=ENGINE, now=now)
            erased += 1
    return erased


def _refuse_on_the_way(db: Database, theirs: Belongings) -> None:
    for row in theirs.rows["outbox"]:
        now = db.one("SELECT state FROM outbox WHERE id = :id", {"id": row["id"]})
        if now is not None and now["state"] in ("sending", "committed"):
            raise StoreError("A message to them is leaving just now; try again in a minute.")


def history(db: Database, theirs: Belongings) -> list[Row]:
    """The events about anything of theirs, oldest first."""
    found: list[Row] = []
    for entity, table in _MEANT.items():
        for number in theirs.ids(table):
            found += db.all(
                "SELECT * FROM events WHERE entity = :entity AND entity_id = :id",
                {"entity": entity, "id": number},
            )
    return sorted(found, key=itemgetter("id"))


def _loose_drafts(db: Database, values: Sequence[str]) -> list[int]:
    """Drafts to these addresses that begin a conversation."""
    rows = db.all("SELECT id, recipients FROM drafts WHERE conversation_id IS NULL")
    return [
        row["id"]
        for row in rows
        if any(a.email.lower() in values for a in codec.recipients(row["recipients"]).all())
    ]


def _take_out_elsewhere(db: Database, values: Collection[str], now: Millis) -> list[int]:
    """Their names and addresses, and what they wrote, in the conversations of others; which
    messages they stood in."""
    changed: list[int] = []
    for value in values:
        params = {"value": value}
        db.run("DELETE FROM participants WHERE address = :value", params)
        db.run("DELETE FROM reactions WHERE address = :value", params)
        for number in _matches(db, value, "people"):
            message = messages.get(db, number)
            if message is not None:
                _take_out_of(db, message, values, now)
                changed.append(number)
    for table in ("drafts", "outbox"):
        _take_out_of_rows(db, table, values)
    return changed


def _take_out_of(db: Database, message: Message, values: Collection[str], now: Millis) -> None:
    author, address = message.author, message.address
    if address.lower() in values:
        rewriting.wipe(db, message, now)
        found = messages.get(db, message.id)
        assert found is not None
        message, author, address = found, ERASED, ERASED
    people = Recipients(
        **{
            role: tuple(_anonymous(a, values) for a in getattr(message.recipients, role))
            for role in Recipients.__slots__
        }
    )
    headers = [pair for pair in message.headers if not _names(pair[1], values)]
    changed = replace(message, author=author, address=address, recipients=people)
    messages.unindex(db, message)
    db.run(
        "UPDATE messages SET author = :author, address = :address, recipients = :recipients,"
        " headers = :headers, raw = NULL WHERE id = :id",
        {
            "author": author,
            "address": address,
            "recipients": codec.dump_recipients(people),
            "headers": codec.dump(headers),
            "id": message.id,
        },
    )
    sources.forget(db, message.id)
    messages.index(db, changed)


def _take_out_of_rows(db: Database, table: str, values: Collection[str]) -> None:
    """Out of the addressees of drafts and effects of others."""
    column = {"drafts": "recipients", "outbox": "payload"}[table]
    for row in db.all(f"SELECT id, {column} AS held FROM {table}"):
        if _names(row["held"], values):
            held = codec.dump(_without(json.loads(row["held"]), values))
            params = {"id": row["id"], "held": held}
            db.run(f"UPDATE {table} SET {column} = :held WHERE id = :id", params)


def _without(held: object, values: Collection[str]) -> object:
    """``held`` with ``ERASED`` in place of each address and of the name before it."""
    match held:
        case [str(), str() as email] if email.lower() in values:
            return ["", ERASED]
        case list():
            return [_without(one, values) for one in held]
        case dict():
            return {name: _without(one, values) for name, one in held.items()}
    return held


def _anonymous(address: Address, values: Collection[str]) -> Address:
    return Address("", ERASED) if address.email.lower() in values else address


def _names(text: str, values: Collection[str]) -> bool:
    """Whether ``text`` holds one of them that is long enough to mean nobody else."""
    plain = text.lower()
    return any(value in plain for value in values if len(value) >= _TELLING)


def _named_in(db: Database, words: Sequence[str]) -> tuple[int, ...]:
    """Conversations whose texts hold one of ``words``."""
    found: dict[int, None] = {}
    for word in words:
        for column in ("body", "subject"):
            for number in _matches(db, word, column):
                row = db.one("SELECT conversation_id FROM messages WHERE id = :id", {"id": number})
                if row is not None:
                    found[row["conversation_id"]] = None
    return tuple(found)


def _matches(db: Database, word: str, column: str) -> list[int]:
    """The messages that are found by ``word`` in ``column``."""
    expression = db.term(word, column, prefix=False)
    if not expression:
        return []
    rows = db.all(f"SELECT rowid AS id FROM search WHERE {db.match('word')}", {"word": expression})
    return [row["id"] for row in rows]

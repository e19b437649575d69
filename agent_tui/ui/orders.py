"""Commands on what shops know of the customer: go to an order, look again, copy, open."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from urllib.parse import urlsplit

from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Conversation
from agent_tui.model.message import Link, Message
from agent_tui.model.record import Known, Record, RecordKind, Shipment
from agent_tui.store import accounts, lookups, messages, records
from agent_tui.store.database import Database, StoreError
from agent_tui.ui import records_lines as lines
from agent_tui.ui.layout import Slot
from agent_tui.ui.shell import Choice, Shell, Where

_NUMBER = re.compile(r"#?\w[\w./-]*")
_LOOKED_AT = 20_000
"""Characters of a message in which numbers are looked for: what is longer is no question."""

_SHORTEST = 4
"""A number of fewer characters is taken for one only with its #: "12 pieces" names no order."""

_MOST = 50
"""Orders that are offered in a list."""

_ALL = 2_000
"""As many as the engine keeps of one customer and account."""


def want(db: Database, customer_id: int, now: Millis, *, stale: Millis = lines.STALE) -> None:
    """Have every account asked that knows customers and was not for a while, about each of those
    who are merged."""
    for account in accounts.with_context(db):
        for member in lookups.stale(db, customer_id, account, now - stale):
            lookups.want(db, member, account, now)


async def want_beside(shell: Shell, customer_id: int) -> None:
    """As :func:`want` beside what the agent does, as soon as nobody else writes to the store: where
    it cannot be written to, as on a full disk, the next who reads of the customer asks."""
    await shell.turns.take_quietly()
    with suppress(StoreError):
        want(shell.db, customer_id, shell.clock())


def named(db: Database, customer_id: int, thread: Iterable[Message]) -> tuple[str, ...]:
    """The numbers of the customer's records that stand in ``thread``, as they stand there.

    Only numbers that are known: no text is taken for a number because it looks like one.
    """
    known = frozenset(number.lstrip("#") for number in records.numbers(db, customer_id))
    return _found(known, tuple(message.body.text for message in thread)) if known else ()


@lru_cache(maxsize=4)
def _found(known: frozenset[str], texts: tuple[str, ...]) -> tuple[str, ...]:
    """Kept, for an open conversation is read again with each change of the store."""
    found: dict[str, None] = {}
    for text in texts:
        for match in _NUMBER.finditer(text[:_LOOKED_AT]):
            word = match[0].rstrip("./-")
            bare = word.lstrip("#")
            if bare in known and (len(bare) >= _SHORTEST or word != bare):
                found[word] = None
    return tuple(found)


def look_again(shell: Shell) -> None:
    """Ask all accounts that know customers, however new their last answer is."""
    conversation = shell.current()
    if conversation is None:
        shell.say("There is no conversation here.")
    elif not accounts.with_context(shell.db):
        shell.say("No account knows orders; agent-tui help orders says how to add one.")
    else:
        want(shell.db, conversation.customer_id, shell.clock(), stale=0)
        shell.refresh_conversation()
        shell.say("Looking ...")


async def go_to(shell: Shell) -> None:
    """Go to the order that the conversation names, in the panel; to one chosen if it is several,
    or none of them."""
    conversation = shell.current()
    if conversation is None:
        shell.say("There is no conversation here.")
        return
    found = meant(shell, conversation, kinds=frozenset(RecordKind))
    chosen = await choose(shell, "Go to", found)
    if chosen is None and not found:
        shell.say("Nothing is known of orders of this customer.")
    if chosen is not None:
        shell.desk.go(Slot.CUSTOMER)
        shell.desk.customer.go_to(chosen)


def meant(
    shell: Shell,
    conversation: Conversation | None,
    kinds: frozenset[RecordKind] = frozenset({RecordKind.ORDER}),
) -> list[Known]:
    """The customer's records that the conversation names, else the latest ones."""
    if conversation is None:
        return []
    db, customer = shell.db, conversation.customer_id
    every = [one for one in records.of_customer(db, customer, _ALL) if one.record.kind in kinds]
    if not every:
        return []
    thread = messages.of_conversation(db, conversation.id)
    said = {word.lstrip("#") for word in named(db, customer, thread)}
    theirs = [one for one in every if one.record.number.lstrip("#") in said]
    return (theirs or every)[:_MOST]


async def choose(shell: Shell, title: str, found: Sequence[Known]) -> Known | None:
    """One of ``found``: the only one, or which the agent says; None when there is none."""
    if len(found) < 2:
        return found[0] if found else None
    items = [Choice(str(one.id), _title(one.record), lines.items(one.record)) for one in found]
    key = await shell.choose(title, items)
    return next((one for one in found if str(one.id) == key), None)


def values(known: Known) -> dict[str, str]:
    """The variables of a canned reply that an order fills in; what it has not is left out."""
    record = known.record
    parcel = next((one for one in record.shipments if one.tracking or one.url), Shipment())
    said = {
        "number": record.number,
        "status": record.status,
        "total": lines.money(record.total) if record.total is not None else "",
        "tracking": parcel.tracking,
        "tracking_url": parcel.url,
    }
    return {name: lines.clean(text) for name, text in said.items() if text}


def under_cursor(shell: Shell) -> Known | None:
    """The record that keys mean in the customer's pane."""
    return shell.desk.customer.record if shell.where() is Where.CUSTOMER else None


def copy(shell: Shell, known: Known) -> None:
    """Put the tracking number, or else the number, on the clipboard."""
    tracking = next((one.tracking for one in known.record.shipments if one.tracking), "")
    text = lines.clean(tracking or known.record.number)
    shell.copy(text)
    what = "tracking number" if tracking else "number"
    shell.say(f"Copied the {what} of {lines.called(known.record)}: {text}")


async def open_record(shell: Shell, known: Known) -> None:
    """Open it in the provider's own program, once the agent has seen where that leads."""
    if known.record.url:
        await _open(shell, known.record.url)
    else:
        shell.say(f"The {lines.called(known.record)} has no address of its own.")


async def details(shell: Shell, known: Known) -> None:
    """Everything of a record; Enter copies a line or opens an address."""
    items = _lines_of(known)
    chosen = await shell.choose(f"{_title(known.record)} ({lines.clean(known.account)})", items)
    if chosen is None:
        return
    text = items[int(chosen)].title
    if text.startswith(("https://", "http://")):
        await _open(shell, text)
    else:
        shell.copy(text)
        shell.say(f"Copied: {text}")


async def _open(shell: Shell, url: str) -> None:
    from agent_tui.ui.reading import open_link

    host = urlsplit(url).hostname or ""
    openable = url.startswith(("https://", "http://"))
    await open_link(shell, Link(0, host, url, host, suspicious=False, openable=openable))


def _lines_of(known: Known) -> list[Choice]:
    record = known.record
    said: list[tuple[str, str]] = [(record.number, "number"), (record.status, "status")]
    said += [(record.reason, "reason")]
    said += [(lines.money(record.total), "total")] if record.total is not None else []
    for item in record.items:
        about = [lines.money(item.total)] if item.total is not None else []
        said.append((lines.item_words(item), "  ".join([*about, item.sku])))
    for shipment in record.shipments:
        said.append((shipment.tracking, f"{shipment.carrier} {shipment.status}".strip()))
        said.append((shipment.url, "follow the parcel"))
    said.append((record.url, "in the shop"))
    return [
        Choice(str(number), lines.clean(text), lines.clean(about))
        for number, (text, about) in enumerate((t, a) for t, a in said if t)
    ]


def _title(record: Record) -> str:
    total = f"  {lines.money(record.total)}" if record.total is not None else ""
    return f"{lines.called(record)}  {lines.clean(record.status)}{total}"

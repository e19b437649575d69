"""How dataclasses of the model stand in TEXT columns: compact JSON, and back."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from agent_tui.model.account import Capabilities, Counted, EffectKind
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.incoming import Outgoing
from agent_tui.model.message import Address, Fold, FoldKind, Link, Recipients
from agent_tui.model.record import Money

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
"""One for all: a message has five such columns, and making an encoder takes as long as its use."""


def dump(value: object) -> str:
    """``value`` as compact JSON."""
    if value is None:
        return "null"
    if type(value) is int:  # the encoder makes itself anew for all that is no text
        return str(value)
    return _ENCODER.encode(value)


def load(text: str) -> object:
    """Back from :func:`dump`."""
    return None if text == "null" else json.loads(text)


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Header pairs."""
    return tuple((name, value) for name, value in json.loads(text))


def strings(text: str) -> tuple[str, ...]:
    """A list of strings."""
    return tuple(json.loads(text))


def mapping(text: str) -> dict[str, str]:
    """Texts by name."""
    found: dict[str, str] = json.loads(text)
    return found


def objects(text: str) -> list[Any]:
    """A list of whatever its column holds."""
    found: list[Any] = json.loads(text)
    return found


def money_parts(money: Money | None) -> list[object] | None:
    """An amount as it stands within such a list."""
    return None if money is None else [money.minor, money.currency, money.exponent]


def money(parts: Sequence[Any] | None) -> Money | None:
    """Back from :func:`money_parts`."""
    return None if parts is None else Money(*parts)


def dump_folds(folds: Iterable[Fold]) -> str:
    return dump([[f.start, f.end, f.kind] for f in folds])


def folds(text: str) -> tuple[Fold, ...]:
    return tuple(Fold(start, end, FoldKind(kind)) for start, end, kind in json.loads(text))


def dump_links(links: Iterable[Link]) -> str:
    return dump([[x.number, x.text, x.url, x.host, x.suspicious, x.openable] for x in links])


def links(text: str) -> tuple[Link, ...]:
    return tuple(Link(*values) for values in json.loads(text))


def dump_recipients(people: Recipients) -> str:
    lists = {role: getattr(people, role) for role in people.__slots__}
    return dump({k: [[a.name, a.email] for a in v] for k, v in lists.items() if v})


def recipients(text: str) -> Recipients:
    return _recipients(json.loads(text))


def dump_capabilities(can: Capabilities) -> str:
    values = {name: getattr(can, name) for name in can.__slots__}
    return dump(values | {"effects": sorted(can.effects), "statuses": sorted(can.statuses)})


def capabilities(text: str) -> Capabilities:
    values = json.loads(text)
    if not values:
        return Capabilities(Channel.MAIL)
    values["channel"] = Channel(values["channel"])
    values["effects"] = frozenset(map(EffectKind, values["effects"]))
    values["counted"] = Counted(values.get("counted", Counted.CHARACTERS))
    if "statuses" in values:
        values["statuses"] = frozenset(map(Status, values["statuses"]))
    return Capabilities(**values)


def dump_outgoing(mail: Outgoing) -> str:
    return dump(
        {
            "subject": mail.subject,
            "text": mail.text,
            "sender": [mail.sender.name, mail.sender.email],
            "recipients": json.loads(dump_recipients(mail.recipients)),
            "in_reply_to": mail.in_reply_to,
            "references": mail.references,
            "files": mail.files,
            "date": mail.date,
            "thread_key": mail.thread_key,
        }
    )


def outgoing(values: dict[str, Any]) -> Outgoing:
    return Outgoing(
        subject=values["subject"],
        text=values["text"],
        sender=Address(*values["sender"]),
        recipients=_recipients(values["recipients"]),
        in_reply_to=values["in_reply_to"],
        references=tuple(values["references"]),
        files=tuple(values["files"]),
        date=values["date"],
        thread_key=values["thread_key"],
    )


def _recipients(lists: dict[str, Sequence[Sequence[str]]]) -> Recipients:
    return Recipients(
        **{role: tuple(Address(*person) for person in people) for role, people in lists.items()}
    )

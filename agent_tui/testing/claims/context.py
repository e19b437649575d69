"""Claims about what an adapter knows of customers: orders found, nobody else's, in any weather."""

import asyncio
from collections.abc import Sequence
from functools import partial

from agent_tui.adapters.contract import (
    AdapterError,
    Role,
)
from agent_tui.content.safe import safe_line, safe_text
from agent_tui.model.customer import Identity, IdentityKind, normal
from agent_tui.model.record import Looked, Money, Record, RecordKind
from agent_tui.testing.claim import Claim, NotApplicable, hold
from agent_tui.testing.claims.meeting import ERRORS, ended, right
from agent_tui.testing.claims.safety import HOSTILE, strings
from agent_tui.testing.stand import CannotPlay, Fault
from agent_tui.testing.trial import FOREVER, Trial

ADA, ADA_AT_WORK, BOB = "ada@example.test", "ada.b@work.example.test", "bob@example.test"

_NOBODY: Sequence[Identity] = (
    Identity(IdentityKind.EMAIL, "nobody@example.test"),
    Identity(IdentityKind.EMAIL, "a@example.test"),  # the end of an address that is somebody's
    Identity(IdentityKind.EMAIL, "*@example.test"),
    Identity(IdentityKind.EMAIL, "' OR email:*"),
    Identity(IdentityKind.PHONE, "+49 30 000000"),
    Identity(IdentityKind.HANDLE, "@nobody"),
    Identity(IdentityKind.SHOP, "0"),
)

_SUMS = (Money(1999, "EUR"), Money(100_000, "USD"), Money(500, "JPY", 0), Money(1_250, "KWD", 3))
"""With two digits behind the point, none and three (ISO 4217)."""


async def _looked(trial: Trial, *emails: str) -> Looked:
    """What is known of one customer with these addresses."""
    identities = [Identity(IdentityKind.EMAIL, email) for email in emails]
    return await _asked(trial, identities)


async def _asked(trial: Trial, identities: Sequence[Identity]) -> Looked:
    looked = await trial.within(trial.context.lookup(identities), "lookup()")
    hold(isinstance(looked, Looked), f"lookup() gave {looked!r}, no Looked")
    return looked


def _orders(looked: Looked) -> list[Record]:
    """The orders, or, of a provider that only bills, the invoices."""
    orders = [one for one in looked.records if one.kind is RecordKind.ORDER]
    return orders or [one for one in looked.records if one.kind is RecordKind.INVOICE]


def _numbers(looked: Looked, *numbers: str) -> list[str]:
    """Which of ``numbers`` the orders have, as often as they come and in their order; a provider
    may put more around them, as in "#1001"."""
    return [n for one in _orders(looked) for n in numbers if n in one.number]


async def _found(trial: Trial) -> None:
    await trial.stand.order(ADA, "7001", item="Lamp")
    await trial.stand.order(ADA, "7002", item="Shade")
    looked = await _looked(trial, ADA)
    there = _numbers(looked, "7001", "7002")
    hold(there == ["7002", "7001"], f"7001 was ordered, then 7002; lookup() has {there}")
    newest = _orders(looked)[0]
    hold(any("Shade" in item.name for item in newest.items), f"its items are {newest.items!r}")
    hold(newest.status, "the order has no status")
    keys = [(one.kind, one.remote_id) for one in looked.records]
    hold(len(set(keys)) == len(keys), f"records of one kind share a remote id: {keys}")
    times = [one.at for one in looked.records]
    hold(times == sorted(times, reverse=True), "the records do not come newest first")
    for score in (one.score for one in looked.records if one.score is not None):
        hold(0 <= score.points <= score.of, f"{score!r} is beyond its own scale")
    urls = [one.url for one in looked.records] + [p.url for p in looked.profiles]
    urls += [shipment.url for one in looked.records for shipment in one.shipments]
    for url in urls:
        hold(not url or url.startswith(("https://", "http://")), f"no address of the web: {url!r}")


async def _sums(trial: Trial) -> None:
    ordered = {}
    for number, total in enumerate(_SUMS, start=7101):
        try:
            await trial.stand.order(ADA, str(number), total=total)
        except CannotPlay:
            continue  # not a currency of this shop
        ordered[str(number)] = total
    if not ordered:
        raise CannotPlay("nobody can order for a given sum on this stand")
    for order in _orders(await _looked(trial, ADA)):
        (total,) = [given for number, given in ordered.items() if number in order.number]
        hold(order.total == total, f"{total!r} came as {order.total!r}")


async def _nobody(trial: Trial) -> None:
    await trial.stand.order(ADA, "7201")
    for identities in ((), *((one,) for one in _NOBODY), _NOBODY):
        looked = await _asked(trial, identities)
        hold(looked == Looked(), f"nobody goes by {identities!r}, and lookup() gave {looked!r}")


async def _others(trial: Trial) -> None:
    await trial.stand.order(ADA, "7301")
    await trial.stand.order(BOB, "7302")
    await trial.stand.order(f"x{ADA}", "7303")
    await trial.stand.order(f"{ADA}.example", "7304")
    there = _numbers(await _looked(trial, ADA), "7301", "7302", "7303", "7304")
    hold(there == ["7301"], f"lookup() of who ordered 7301 has {there}")


async def _several(trial: Trial) -> None:
    await trial.stand.order(ADA, "7401")
    await trial.stand.order(ADA_AT_WORK, "7402")
    identities = [
        Identity(IdentityKind.HANDLE, "@ada"),
        *(Identity(IdentityKind.EMAIL, one) for one in (ADA, ADA_AT_WORK, ADA)),
    ]
    there = _numbers(await _asked(trial, identities), "7401", "7402")
    hold(there == ["7402", "7401"], f"7401 and 7402 are one customer's; lookup() has {there}")


async def _again(trial: Trial) -> None:
    await trial.stand.order(ADA, "7501")
    await trial.stand.order(BOB, "7502")
    first = await _looked(trial, ADA)
    hold(await _looked(trial, ADA) == first, "asked again, lookup() says something else")
    beside = await asyncio.gather(*(_looked(trial, who) for who in (ADA, BOB, ADA)))
    hold(beside[0] == beside[2] == first, "asked side by side, lookup() says something else")
    hold(_numbers(beside[1], "7501", "7502") == ["7502"], "asked side by side, orders are mixed up")
    trial.restarted()
    hold(await _looked(trial, ADA) == first, "after a restart, lookup() says something else")
    await trial.stand.order(ADA, "7503")
    there = _numbers(await _looked(trial, ADA), "7501", "7503")
    hold(there == ["7503", "7501"], f"7503 was ordered meanwhile; lookup() has {there}")


async def _own(trial: Trial) -> None:
    """Where a review is proven to be by a customer of the shop, the agent sees what they bought."""
    if Role.CHANNEL not in trial.stand.adapter.info.roles:
        raise NotApplicable("it is about adapters with both roles")
    sender = (await trial.asked()).sender
    if sender.kind is not IdentityKind.SHOP:
        raise NotApplicable("whoever writes is not told to be a customer of the shop")
    looked = await _asked(trial, [Identity(sender.kind, normal(sender.kind, sender.value))])
    hold(looked != Looked(), f"lookup() does not know {sender.value!r}, who has just written")


async def _hostile(trial: Trial) -> None:
    played = 0
    for number, text in enumerate(HOSTILE.values(), start=7601):
        try:
            await trial.stand.order(ADA, str(number), item=f"Lamp {text}")
        except (UnicodeError, CannotPlay):
            continue  # the provider itself would not take it
        played += 1
    if not played:
        raise CannotPlay("nothing with a hostile name can be ordered on this stand")
    looked = await _looked(trial, ADA)
    hold(len(_orders(looked)) == played, f"{played} orders became {len(_orders(looked))}")
    for place, text in strings(looked):
        one = safe_text(text) if place.endswith(".note") else safe_line(text)
        hold(text == one, f"{place} is not safe: {text[:80]!r}")


async def _weather(trial: Trial, fault: Fault) -> None:
    await trial.stand.order(ADA, "7701")
    trial.stand.fault(fault, times=FOREVER)
    error = await _error(trial, fault)
    trial.stand.end_faults()
    if error is not None or fault is not Fault.SILENCE:
        right(trial, fault, error, "lookup()")
    if fault is not Fault.SLOW_DOWN:
        there = _numbers(await _looked(trial, ADA), "7701")
        hold(there == ["7701"], f"in fair weather again, lookup() has {there}")


async def _error(trial: Trial, fault: Fault) -> AdapterError | None:
    """What lookup() raises; None when it is silent as long as its provider, or says all is well."""
    call = trial.context.lookup([Identity(IdentityKind.EMAIL, ADA)])
    looking = await ended(trial, call, fault, "lookup()")
    if looking is None:
        return None
    try:
        looking.result()
    except AdapterError as error:
        return error
    hold(fault is not Fault.SILENCE, "nobody answered, and lookup() said that all is well")
    return None


async def _secrets(trial: Trial) -> None:
    await trial.stand.order(ADA, "7801")
    await _looked(trial, ADA)
    for fault in (Fault.CUT_BEFORE, Fault.NO_ENTRY):
        if fault in trial.stand.faults:
            trial.stand.fault(fault, times=FOREVER)
            error = await _error(trial, fault)
            trial.log.append(f"{error} {error.detail if error else ''}")
            trial.stand.end_faults()
    for secret in trial.secrets:
        for line in trial.log:
            hold(not secret or secret not in line, "a secret is written to the log")


async def _closes(trial: Trial, fault: Fault) -> None:
    trial.stand.fault(fault, times=FOREVER)
    await _error(trial, fault)
    await trial.close()
    trial.stand.end_faults()


_CONTEXT = frozenset({Role.CONTEXT})

CLAIMS = (
    Claim("orders", "A customer's orders are found, newest first.", _found, roles=_CONTEXT),
    Claim("order-sums", "Sums come exactly, in any currency.", _sums, roles=_CONTEXT),
    Claim("order-nobody", "Of who is not known, nothing is known.", _nobody, roles=_CONTEXT),
    Claim("order-others", "Nobody else's orders are among them.", _others, roles=_CONTEXT),
    Claim(
        "order-several",
        "A customer with several addresses has the orders of all, each once.",
        _several,
        roles=_CONTEXT,
    ),
    Claim(
        "order-again",
        "Looking up again, and side by side, says the same until something is new.",
        _again,
        roles=_CONTEXT,
    ),
    Claim(
        "order-own",
        "A customer of the shop who writes is known to lookup() by what pull() calls them.",
        _own,
        roles=_CONTEXT,
    ),
    Claim("order-hostile", "Hostile text in orders arrives harmless.", _hostile, roles=_CONTEXT),
    Claim("order-secrets", "Looking up logs and tells no secret.", _secrets, roles=_CONTEXT),
    *(
        Claim(
            f"lookup-{fault.value.replace(' ', '-')}",
            f"lookup() that meets '{fault}' raises {wanted.__name__}.",
            partial(_weather, fault=fault),
            fault=fault,
            pulling=True,
            roles=_CONTEXT,
        )
        for fault, wanted in ERRORS.items()
    ),
    *(
        Claim(
            f"lookup-close-{fault.value.replace(' ', '-')}",
            f"close() comes to an end after a look-up that met '{fault}'.",
            partial(_closes, fault=fault),
            fault=fault,
            pulling=True,
            roles=_CONTEXT,
        )
        for fault in (Fault.CUT_BEFORE, Fault.SILENCE)
    ),
)

"""What ``doctor`` and ``account check`` say of a Stripe account: what its key may read."""

from agent_tui.adapters.contract import AccountProblem, AdapterError, Finding, Refused, Severity
from agent_tui.adapters.stripe.api import Stripe

_WHAT = "Stripe"
_READ = ("customers", "invoices", "charges", "disputes", "subscriptions")


async def findings(stripe: Stripe) -> list[Finding]:
    """Each kind of object that look-ups need, and whether the key can do more than that."""
    try:
        key = await stripe.key()
    except AdapterError as error:
        return [Finding(_WHAT, Severity.ERROR, str(error))]
    found = [_about(key)]
    for kind in _READ:
        try:
            await stripe.first(kind)
        except (AccountProblem, Refused) as error:
            found.append(Finding(f"Reading {kind}", Severity.ERROR, str(error)))
        except AdapterError as error:
            return [Finding(_WHAT, Severity.ERROR, str(error))]
        else:
            found.append(Finding(f"Reading {kind}", Severity.OK))
    return [*found, await _searching(stripe)]


async def _searching(stripe: Stripe) -> Finding:
    """Look-ups go on without the search, so only here is it said."""
    try:
        await stripe.search("customers", 'email:"nobody@example.com"', most=1)
    except AdapterError as error:
        return Finding(
            "Searching customers",
            Severity.WARNING,
            f"{error} Addresses are found only in the case in which Stripe has them, and phone "
            "numbers not at all.",
        )
    return Finding("Searching customers", Severity.OK)


def _about(key: str) -> Finding:
    if key.startswith("sk_"):
        return Finding(
            "Stripe key",
            Severity.WARNING,
            "This key may do everything in your Stripe account. This program only reads: make a "
            f"restricted key with Read for {', '.join(_READ)} in Stripe's dashboard.",
        )
    mode = "test mode" if key.startswith("rk_test_") else "live mode"
    return Finding("Stripe key", Severity.OK, f"restricted, {mode}")

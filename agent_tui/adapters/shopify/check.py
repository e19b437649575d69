"""What ``doctor`` and ``account check`` say of a shop: what its app may read."""

from agent_tui.adapters.contract import AdapterError, Finding, Severity
from agent_tui.adapters.node import Node
from agent_tui.adapters.shopify import queries
from agent_tui.adapters.shopify.api import VERSION, Shopify

_WHAT = "Shopify"
_NEEDED = ("read_customers", "read_orders")


async def findings(shopify: Shopify) -> list[Finding]:
    """The shop's name, the app's rights, and the version that the shop answers in."""
    try:
        data = await shopify.ask(queries.ABOUT)
    except AdapterError as error:
        return [Finding(_WHAT, Severity.ERROR, str(error))]
    shop = data.node("shop").line("name") or shopify.shop
    return [
        Finding(_WHAT, Severity.OK, shop),
        _rights(data.node("currentAppInstallation")),
        _version(shopify.version),
    ]


def _rights(app: Node) -> Finding:
    has = {one.text("handle") for one in app.nodes("accessScopes")}
    may = has | {one.replace("write_", "read_", 1) for one in has if one.startswith("write_")}
    if lacks := [one for one in _NEEDED if one not in may]:
        return Finding("Rights", Severity.ERROR, f"The shop's app lacks {' and '.join(lacks)}.")
    if writes := sorted(one for one in has if one.startswith("write_")):
        return Finding(
            "Rights",
            Severity.WARNING,
            f"The shop's app may change things ({len(writes)} rights to write). This program only "
            f"reads: {' and '.join(_NEEDED)} are enough.",
        )
    if "read_all_orders" not in may:
        return Finding(
            "Rights",
            Severity.WARNING,
            "Without read_all_orders Shopify shows only the orders of the last 60 days.",
        )
    return Finding("Rights", Severity.OK, "reads customers and all orders")


def _version(served: str) -> Finding:
    if not served or served == VERSION:
        return Finding("Version of the API", Severity.OK, VERSION)
    return Finding(
        "Version of the API",
        Severity.WARNING,
        f"Shopify answers in version {served} in place of {VERSION}; look for a newer agent-tui.",
    )

"""Parcels of an order, as the common shipment plug-ins write them into its meta data."""

from agent_tui.adapters.node import Node
from agent_tui.model.clock import SECOND, Millis
from agent_tui.model.record import Shipment

_ITEMS = "_wc_shipment_tracking_items"
"""Of WooCommerce Shipment Tracking, and of Advanced Shipment Tracking, which took over its key."""


def shipments(order: Node) -> tuple[Shipment, ...]:
    """The parcels of ``order``, in the order in which they were entered."""
    metas = [one for one in order.nodes("meta_data") if one.text("key") == _ITEMS]
    found = [_shipment(one) for meta in metas for one in meta.nodes("value")]
    return tuple(one for one in found if one.tracking)


def _shipment(item: Node) -> Shipment:
    url = item.line("tracking_link") or item.line("custom_tracking_link")
    return Shipment(
        carrier=item.line("tracking_provider") or item.line("custom_tracking_provider"),
        tracking=item.line("tracking_number"),
        url=url if url.startswith(("https://", "http://")) else "",
        at=_day(item),
    )


def _day(item: Node) -> Millis | None:
    """When it was sent: seconds since the epoch, which these plug-ins write as text."""
    text = item.text("date_shipped")
    return int(text) * SECOND if text.isdecimal() and len(text) < 12 else None

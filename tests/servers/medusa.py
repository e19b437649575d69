"""A real Medusa with its reviews plugin, its customers who order and review, and a key of ours."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers.real import base_folder, free_ports, missing, recipe, require, run, shared

Json = dict[str, Any]

_INSTALLED = "AGENT_TUI_MEDUSA"
"""Names a folder in which Medusa is, or is to be, installed: 700 MB, some minutes."""

_AGENT = {"email": "agent@shop.test", "password": "secret-m"}  # of the recipe
_ADDRESS = {
    "first_name": "Ann",
    "last_name": "Lee",
    "address_1": "Street 1",
    "city": "Bonn",
    "country_code": "de",
    "postal_code": "53111",
}


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody with an account in the shop."""

    id: str
    email: str


@dataclass(frozen=True, slots=True)
class Medusa:
    """A shop that sells in euros; reviews wait for approval."""

    url: str
    key: str  # a secret API key
    admin: httpx.Client = field(repr=False)
    store: httpx.Client = field(repr=False)
    _region: str = ""
    _channel: str = ""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def customer(self, first: str, last: str) -> Customer:
        """Somebody registers in the shop."""
        email = f"{first.lower()}.{last.lower()}{next(self._numbers)}@shop.test"
        entry = {"email": email, "password": "secret-c"}
        token = _asked(self.store.post("/auth/customer/emailpass/register", json=entry))["token"]
        who = {"email": email, "first_name": first, "last_name": last}
        bearer = {"Authorization": f"Bearer {token}"}
        made = _asked(self.store.post("/store/customers", json=who, headers=bearer))["customer"]
        return Customer(made["id"], email)

    def order(self, of: Customer, title: str, *, price: float, quantity: int = 1) -> Json:
        """A customer orders a product that was not there before; the order as the shop shows it."""
        variant = self._product(title, price)
        draft = {
            "email": of.email,
            "customer_id": of.id,
            "region_id": self._region,
            "sales_channel_id": self._channel,
            "items": [{"variant_id": variant, "quantity": quantity}],
            "shipping_address": _ADDRESS,
        }
        made = self.post("/admin/draft-orders", draft)["draft_order"]["id"]
        return dict(self.post(f"/admin/draft-orders/{made}/convert-to-order")["order"])

    def review(self, order: Json, text: str, *, stars: int = 4) -> str:
        """Whoever ordered reviews the first thing of an order; the review's id."""
        body = {
            "order_id": order["id"],
            "order_line_item_id": order["items"][0]["id"],
            "rating": stars,
            "content": text,
            "images": [],
        }
        written = _asked(self.store.post("/store/product-reviews", json={"reviews": [body]}))
        return str(written["product_reviews"][0]["id"])

    def pay_and_refund(self, order: Json, amount: float, note: str) -> None:
        """The order is paid, and some of it paid back."""
        due = {"order_id": order["id"], "amount": order["summary"]["current_order_total"]}
        paying = self.post("/admin/payment-collections", due)["payment_collection"]["id"]
        path = f"/admin/payment-collections/{paying}/mark-as-paid"
        paid = self.post(path, {"order_id": order["id"]})["payment_collection"]
        payment = paid["payment_sessions"][0]["payment"]["id"]
        self.post(f"/admin/payments/{payment}/refund", {"amount": amount, "note": note})

    def ship(self, order: Json, number: str, url: str) -> None:
        """All of an order leaves in one parcel."""
        location, option = self._parcels()
        items = [{"id": one["id"], "quantity": one["quantity"]} for one in order["items"]]
        path = f"/admin/orders/{order['id']}/fulfillments"
        self.post(path, {"items": items, "location_id": location, "shipping_option_id": option})
        fields = {"fields": "fulfillments.id"}
        packed = _asked(self.admin.get(f"/admin/orders/{order['id']}", params=fields))["order"]
        label = {"tracking_number": number, "tracking_url": url, "label_url": url}
        path = f"{path}/{packed['fulfillments'][0]['id']}/shipments"
        self.post(path, {"items": items, "labels": [label]})

    def shown(self, review: str) -> Json:
        """A review with its answer, as an admin sees it."""
        query = {"id": review, "fields": "id,status,response.content"}
        found = _asked(self.admin.get("/admin/product-reviews", params=query))["product_reviews"]
        return dict(found[0])

    def public(self, review: str) -> list[Json]:
        """What everybody is shown of a review: nothing, or the review with its answer."""
        found = _asked(self.store.get("/store/product-reviews", params={"id": review}))
        return list(found["product_reviews"])

    def post(self, path: str, body: Json | None = None) -> Json:
        """What the admin API answers."""
        return _asked(self.admin.post(path, json=body or {}))

    def _parcels(self) -> tuple[str, str]:
        """A place from where parcels leave, and a way to send them; the ids of both."""
        name = f"parcels {next(self._numbers)}"
        provider = "manual_manual"
        place = self.post("/admin/stock-locations", {"name": name})["stock_location"]["id"]
        path = f"/admin/stock-locations/{place}"
        self.post(f"{path}/sales-channels", {"add": [self._channel]})
        self.post(f"{path}/fulfillment-providers", {"add": [provider]})
        kind = {"name": name, "type": "shipping"}
        query = {"fields": "*fulfillment_sets"}
        made = _asked(self.admin.post(f"{path}/fulfillment-sets", json=kind, params=query))
        ways = made["stock_location"]["fulfillment_sets"][0]["id"]
        zone = {"name": name, "geo_zones": [{"type": "country", "country_code": "de"}]}
        zones = self.post(f"/admin/fulfillment-sets/{ways}/service-zones", zone)["fulfillment_set"]
        option = {
            "name": name,
            "service_zone_id": zones["service_zones"][0]["id"],
            "shipping_profile_id": self._profile(),
            "provider_id": provider,
            "price_type": "flat",
            "type": {"label": "p", "description": "p", "code": "p"},
            "prices": [{"currency_code": "eur", "amount": 5}],
            "rules": [],
        }
        return place, self.post("/admin/shipping-options", option)["shipping_option"]["id"]

    def _profile(self) -> str:
        profiles = _asked(self.admin.get("/admin/shipping-profiles"))["shipping_profiles"]
        return str(profiles[0]["id"])

    def _product(self, title: str, price: float) -> str:
        """A new product; the id of its only variant."""
        number = next(self._numbers)
        body = {
            "title": title,
            "handle": f"product-{number}-{time.time_ns()}",
            "status": "published",
            "shipping_profile_id": self._profile(),
            "sales_channels": [{"id": self._channel}],
            "options": [{"title": "Size", "values": ["S"]}],
            "variants": [
                {
                    "title": "S",
                    "sku": f"SKU-{number}",
                    "manage_inventory": False,
                    "options": {"Size": "S"},
                    "prices": [{"currency_code": "eur", "amount": price}],
                }
            ],
        }
        return str(self.post("/admin/products", body)["product"]["variants"][0]["id"])


@pytest.fixture(scope="session")
def medusa() -> Iterator[Medusa]:
    """A running Medusa with PostgreSQL."""
    require("node", "nodejs npm")
    if shutil.which("bc") is None or shutil.which("psql") is None:
        missing("apt-get install -y --no-install-recommends postgresql postgresql-client bc")
    http, database = free_ports(2)
    with ExitStack() as stack:
        data = stack.enter_context(base_folder("postgres"))
        stack.enter_context(recipe("postgres", data, [database, _postgres()]))
        base = stack.enter_context(base_folder("medusa"))
        stack.enter_context(recipe("medusa", base, [_installed(), http, database]))
        url = f"http://127.0.0.1:{http}"
        admin = stack.enter_context(httpx.Client(base_url=url, timeout=60))
        store = stack.enter_context(httpx.Client(base_url=url, timeout=60))
        yield _opened(url, admin, store)


def _opened(url: str, admin: httpx.Client, store: httpx.Client) -> Medusa:
    """The shop once there is somewhere to sell and a key for each API."""
    token = _asked(admin.post("/auth/user/emailpass", json=_AGENT))["token"]
    admin.headers["Authorization"] = f"Bearer {token}"
    where = {"name": "EU", "currency_code": "eur"}
    region = _asked(admin.post("/admin/regions", json=where))["region"]["id"]
    channel = _asked(admin.post("/admin/sales-channels", json={"name": "web"}))["sales_channel"]
    profile = {"name": "std", "type": "default"}
    admin.post("/admin/shipping-profiles", json=profile)  # there may be one already
    key = _key(admin, "publishable")
    path = f"/admin/api-keys/{key['id']}/sales-channels"
    _asked(admin.post(path, json={"add": [channel["id"]]}))
    store.headers["x-publishable-api-key"] = key["token"]
    return Medusa(url, _key(admin, "secret")["token"], admin, store, region, channel["id"])


def _key(admin: httpx.Client, kind: str) -> Json:
    return dict(
        _asked(admin.post("/admin/api-keys", json={"title": kind, "type": kind}))["api_key"]
    )


def _installed() -> Path:
    """Where Medusa is installed; it is where nothing is yet."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get(_INSTALLED) or cache / "agent-tui-tests" / "medusa")
    if not (folder / "node_modules" / "zod").is_dir():
        run(["bash", str(shared() / "servers" / "medusa" / "install.sh"), str(folder)])
    return folder


def _postgres() -> Path:
    """The folder of PostgreSQL's programs, which Debian keeps out of the PATH."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        missing("PostgreSQL is missing: apt-get install -y --no-install-recommends postgresql")
    return folders[-1]


def _asked(answer: httpx.Response) -> Json:
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.text}"
    return dict(answer.json())

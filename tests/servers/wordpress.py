"""A real WordPress whose products are reviewed, its visitors, and an account of ours on it."""

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent_tui.adapters.contract import AccountContext
from agent_tui.adapters.woocommerce import WooCommerceAdapter
from agent_tui.model.clock import Clock, system_clock
from tests.servers.real import base_folder, free_ports, missing, recipe, require

PACKAGES = (
    "wordpress php-cli php-mysql php-curl php-gd php-xml php-mbstring mariadb-server mariadb-client"
)
USER = "admin"


@dataclass(frozen=True, slots=True)
class WordPress:
    """A shop with moderation on: what visitors write is held."""

    url: str
    password: str  # an application password of USER
    visitors: httpx.Client = field(repr=False)
    admin: httpx.Client = field(repr=False)

    def product(self, title: str) -> int:
        """A new product that can be reviewed; its number."""
        body = {"title": title, "status": "publish", "comment_status": "open"}
        return int(_asked(self.admin.post("/products", json=body))["id"])

    def review(self, product: int, text: str, *, stars: int = 4, who: str = "Ann") -> int:
        """A visitor reviews a product; the review's number."""
        body = {
            "post": product,
            "author_name": who,
            "author_email": f"{who.lower().replace(' ', '.')}@shop.test",
            "content": text,
            "rating": stars,
        }
        return int(_asked(self.visitors.post("/comments", json=body))["id"])

    def revised(self, review: int, text: str, stars: int) -> None:
        """The review as its customer has changed it, which shops let them do by a plug-in."""
        body = {"content": text, "meta": {"rating": stars}}
        _asked(self.admin.post(f"/comments/{review}", json=body))

    def shown(self, number: int) -> dict[str, Any]:
        """A comment as an editor sees it."""
        return _asked(self.admin.get(f"/comments/{number}", params={"context": "edit"}))

    def answers(self, *reviews: int) -> list[dict[str, Any]]:
        """What stands below ``reviews``, doubles included."""
        found: list[dict[str, Any]] = []
        query: dict[str, str | int] = {"context": "edit", "status": "any", "per_page": 100}
        query["parent"] = ",".join(map(str, reviews))
        for page in range(1, 100):
            part = self.admin.get("/comments", params=query | {"page": page}).json()
            found += part
            if len(part) < 100:
                break
        return found

    def is_public(self, number: int) -> bool:
        """Whether a visitor can read it."""
        return self.visitors.get(f"/comments/{number}").is_success

    def adapter(self, *, clock: Clock = system_clock) -> WooCommerceAdapter:
        """An account without WooCommerce's own key: there is none in a plain WordPress."""
        log = logging.getLogger("agent_tui.test.shop")
        settings = {"url": self.url, "user": USER, "application_password": {"env": "P"}}
        secrets = {"application_password": self.password}
        context = AccountContext("shop", settings, secrets.__getitem__, log, clock)
        return WooCommerceAdapter(context)


@pytest.fixture(scope="session")
def wordpress() -> Iterator[WordPress]:
    """A running WordPress with MariaDB."""
    for binary in ("php", "mariadbd", "mariadb-install-db", "mariadb"):
        require(binary, PACKAGES)
    if not Path("/usr/share/wordpress/wp-settings.php").exists() or shutil.which("bc") is None:
        missing(f"wordpress is missing: apt-get install -y --no-install-recommends {PACKAGES} bc")
    http, database = free_ports(2)
    with base_folder("wordpress") as base, recipe("wordpress", base, [http, database]):
        password = (base / "app-password").read_text().strip()
        api = f"http://127.0.0.1:{http}/wp-json/wp/v2"
        entry = (USER, password)
        with (
            httpx.Client(base_url=api, timeout=60) as visitors,
            httpx.Client(base_url=api, auth=entry, timeout=60) as admin,
        ):
            yield WordPress(f"http://127.0.0.1:{http}", password, visitors, admin)


def _asked(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    return dict(answer.json())

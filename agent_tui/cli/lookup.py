"""The network behind discovery: an https document, DNS records; short limits, no surprises."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from agent_tui.cli.discover import Service

if TYPE_CHECKING:
    import httpx

LIMIT_S = 4.0
"""For each look-up; the person waits."""

_LONGEST = 64 * 1024
_REDIRECTS = 3
_HEADERS = {"Accept-Encoding": "identity"}  # what is not packed cannot swell


def fetch(url: str) -> bytes | None:
    """The document at ``url``, over verified https only, at most 64 kB, within 4 s; else None."""
    import ssl

    import httpx

    deadline = time.monotonic() + LIMIT_S
    with httpx.Client(verify=ssl.create_default_context()) as client:
        return fetch_with(client, url, deadline)


def fetch_with(client: "httpx.Client", url: str, deadline: float) -> bytes | None:
    """As :func:`fetch`, with a client; ``deadline`` is a time of the monotonic clock."""
    import httpx

    try:
        for _ in range(1 + _REDIRECTS):
            if not url.startswith("https://"):
                return None
            left = max(deadline - time.monotonic(), 0.001)
            with client.stream("GET", url, headers=_HEADERS, timeout=left) as response:
                if response.is_redirect:
                    url = urljoin(url, response.headers["Location"])
                    continue
                return _body(response, deadline) if response.status_code == 200 else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None  # an address that does not answer is the usual case, not a mistake
    return None


class SystemDns:
    """DNS as the machine resolves it; no answer in time is no record."""

    def services(self, name: str) -> Sequence[Service]:
        from dns.rdtypes.IN.SRV import SRV

        return [
            Service(_host(record.target), record.port, record.priority, record.weight)
            for record in _records(name, "SRV")
            if isinstance(record, SRV)
        ]

    def mail_exchangers(self, domain: str) -> Sequence[str]:
        from dns.rdtypes.ANY.MX import MX

        records = [record for record in _records(domain, "MX") if isinstance(record, MX)]
        return [_host(mx.exchange) for mx in sorted(records, key=lambda mx: mx.preference)]

    def exists(self, host: str) -> bool:
        return any(_records(host, kind) for kind in ("A", "AAAA"))


def _body(response: "httpx.Response", deadline: float) -> bytes | None:
    body = b""
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > _LONGEST or time.monotonic() > deadline:
            return None
    return body


def _records(name: str, kind: str) -> list[object]:
    import dns.exception
    import dns.resolver

    try:
        return list(dns.resolver.resolve(name, kind, lifetime=LIMIT_S, search=False))
    except (dns.exception.DNSException, OSError):
        return []  # no such name, no answer, no network: all of them are "not said here"


def _host(name: object) -> str:
    return str(name).rstrip(".").lower()

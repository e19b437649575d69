"""Mail servers are found from an address, by whichever source answers."""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.adapters.server import Security
from agent_tui.cli.autoconfig import parse_autoconfig
from agent_tui.cli.discover import MailServers, Service, Source, discover, split_address
from agent_tui.cli.lookup import fetch_with
from agent_tui.cli.providers import PROVIDERS, Endpoint
from agent_tui.config.errors import ConfigError

XML = b"""\
<?xml version="1.0"?>
<clientConfig version="1.1">
  <emailProvider id="example.org">
    <incomingServer type="pop3">
      <hostname>pop.example.net</hostname><port>995</port><socketType>SSL</socketType>
    </incomingServer>
    <incomingServer type="imap">
      <hostname>plain.example.net</hostname><port>143</port><socketType>plain</socketType>
    </incomingServer>
    <incomingServer type="imap">
      <hostname>IMAP.example.net</hostname><port>993</port><socketType>SSL</socketType>
      <username>%EMAILLOCALPART%</username><authentication>OAuth2</authentication>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.example.net</hostname><port>587</port><socketType>STARTTLS</socketType>
    </outgoingServer>
  </emailProvider>
</clientConfig>
"""


@dataclass
class FakeDns:
    """Records by name; everything else does not exist."""

    srv: Mapping[str, Sequence[Service]] = field(default_factory=dict)
    mx: Sequence[str] = ()
    hosts: Sequence[str] = ()

    def services(self, name: str) -> Sequence[Service]:
        return self.srv.get(name, ())

    def mail_exchangers(self, domain: str) -> Sequence[str]:
        return self.mx

    def exists(self, host: str) -> bool:
        return host in self.hosts


def nothing(_url: str) -> bytes | None:
    return None


def found(dns: FakeDns, fetch: Callable[[str], bytes | None] = nothing) -> MailServers:
    return discover("support@example.org", fetch=fetch, dns=dns)


def test_a_known_provider_needs_no_network() -> None:
    def unwanted(url: str) -> bytes | None:
        raise AssertionError(url)

    servers = discover("Me@GMail.com", fetch=unwanted, dns=None)

    assert servers.imap == Endpoint("imap.gmail.com", 993, Security.TLS)
    assert servers.smtp == Endpoint("smtp.gmail.com", 465, Security.TLS)
    assert servers.user == "Me@GMail.com"
    assert servers.source is Source.TABLE
    assert "app password" in servers.notes[0]


def test_no_domain_and_no_mx_belongs_to_two_providers() -> None:
    domains = [domain for provider in PROVIDERS for domain in provider.domains]
    ends = [end for provider in PROVIDERS for end in provider.mx]

    assert len(domains) == len(set(domains))
    assert len(ends) == len(set(ends))


def test_a_provider_may_want_the_short_user_name_for_reading_only() -> None:
    servers = discover("emily@icloud.com", fetch=None, dns=None)

    assert (servers.user, servers.smtp_user) == ("emily", "emily@icloud.com")


def test_the_table_agrees_with_the_public_database_of_providers() -> None:
    shared = os.environ.get("AGENT_TUI_SHARED")
    if not shared:
        pytest.skip("AGENT_TUI_SHARED is not set: the public database is not here")
    file = Path(shared) / "contracts" / "mail-autoconfig" / "ispdb-compact.json"
    public = {
        domain: entry
        for entry in json.loads(file.read_text()).values()
        for domain in entry["domains"]
    }
    differing = [
        domain
        for provider in PROVIDERS
        for domain in provider.domains
        if domain in public
        and not (
            _says(public[domain]["in"], provider.imap)
            and _says(public[domain]["out"], provider.smtp)
        )
    ]

    # IONOS renamed the hosts of the former 1&1 brands; both names reach the same servers.
    assert set(differing) <= {"online.de", "onlinehome.de", "sofort-start.de"}


def _says(servers: list[dict[str, object]], endpoint: Endpoint) -> bool:
    socket = {Security.TLS: "SSL", Security.STARTTLS: "STARTTLS"}[endpoint.security]
    wanted = (endpoint.host, endpoint.port, socket)
    return wanted in [(s["host"], s["port"], s["socket"]) for s in servers]


def test_the_domain_is_asked_for_autoconfig_in_two_places() -> None:
    asked: list[str] = []

    def remember(url: str) -> bytes | None:
        asked.append(url)
        return None

    found(FakeDns(), remember)

    assert sorted(asked) == [
        "https://autoconfig.example.org/mail/config-v1.1.xml?emailaddress=support%40example.org",
        "https://example.org/.well-known/autoconfig/mail/config-v1.1.xml",
    ]


def test_autoconfig_gives_the_encrypted_servers_and_the_user() -> None:
    servers = found(FakeDns(), lambda _url: XML)

    assert servers.imap == Endpoint("imap.example.net", 993, Security.TLS)
    assert servers.smtp == Endpoint("smtp.example.net", 587, Security.STARTTLS)
    assert servers.user == "support"
    assert servers.smtp_user == "support@example.org"
    assert servers.source is Source.AUTOCONFIG
    assert servers.oauth
    assert servers.confirm == ()


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html><body>Not found</body></html>",
        b"<clientConfig>",
        XML.replace(b"SSL", b"plain"),
        XML.replace(b"IMAP.example.net", b"-oProxyCommand=x"),
        XML.replace(b"IMAP.example.net", b"a.b\x1b[2J"),
        XML.replace(b"993", b"99999"),
        XML.replace(b"993", "٣".encode()),
        XML.replace(b'"1.0"?>', b'"1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'),
        XML.decode().replace('"1.0"?>', '"1.0"?><!DOCTYPE x>').encode("utf-16"),
        b"<a>" * 20_000,
    ],
)
def test_what_is_no_plain_autoconfig_is_left_out(document: bytes) -> None:
    assert parse_autoconfig(document, "support", "example.org") is None


def test_entities_are_refused_before_they_grow() -> None:
    bombs = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(30))
    document = f'<!DOCTYPE x [<!ENTITY e0 "boom">{bombs}]><x>&e30;</x>'

    assert parse_autoconfig(document.encode(), "support", "example.org") is None


@given(st.binary(max_size=200))
def test_no_document_raises(document: bytes) -> None:
    parse_autoconfig(document, "support", "example.org")
    parse_autoconfig(XML.replace(b"993", document), "support", "example.org")


def test_srv_records_prefer_tls_and_the_lowest_priority() -> None:
    servers = found(
        FakeDns(
            srv={
                "_imaps._tcp.example.org": [
                    Service("b.example.org", 993, priority=20),
                    Service("a.example.org", 994, priority=10, weight=1),
                    Service("c.example.org", 995, priority=10, weight=9),
                ],
                "_imap._tcp.example.org": [Service("plain.example.org", 143)],
                "_submission._tcp.example.org": [Service("out.example.org", 587)],
            }
        )
    )

    assert servers.imap == Endpoint("c.example.org", 995, Security.TLS)
    assert servers.smtp == Endpoint("out.example.org", 587, Security.STARTTLS)
    assert servers.source is Source.SRV
    assert servers.user == "support@example.org"
    assert servers.confirm == ()


def test_a_service_that_is_declared_absent_is_not_used() -> None:
    servers = found(
        FakeDns(
            srv={
                "_imaps._tcp.example.org": [Service("", 0)],
                "_submissions._tcp.example.org": [Service("out.example.org", 465)],
            }
        )
    )

    assert servers.source is Source.GUESS


def test_srv_targets_in_another_domain_need_confirmation() -> None:
    servers = found(
        FakeDns(
            srv={
                "_imaps._tcp.example.org": [Service("mail.evil-example.org", 993)],
                "_submissions._tcp.example.org": [Service("mail.evil-example.org", 465)],
            }
        )
    )

    assert servers.confirm == ("mail.evil-example.org",)


def test_an_own_domain_is_known_by_who_receives_its_mail() -> None:
    servers = found(FakeDns(mx=["aspmx.l.google.com"]))

    assert servers.imap.host == "imap.gmail.com"
    assert servers.source is Source.MX


def test_a_name_that_only_ends_alike_is_no_provider() -> None:
    assert found(FakeDns(mx=["mx.notgoogle.com"])).source is Source.GUESS


def test_the_guess_is_a_host_that_exists() -> None:
    servers = found(FakeDns(hosts=["mail.example.org"]))

    assert servers.imap == Endpoint("mail.example.org", 993)
    assert servers.smtp == Endpoint("mail.example.org", 465)


def test_without_any_source_there_is_still_a_guess() -> None:
    servers = discover("support@example.org", fetch=None, dns=None)

    assert servers.imap == Endpoint("imap.example.org", 993)
    assert servers.smtp == Endpoint("smtp.example.org", 465)
    assert servers.source is Source.GUESS
    assert "guessed" in servers.notes[0]


def test_a_domain_in_another_script_is_asked_for_in_ascii() -> None:
    assert split_address("info@Müller.example") == ("info", "xn--mller-kva.example")


@pytest.mark.parametrize(
    "address", ["", "support", "@example.org", "a@b", "a b@c.d", "a@..", "a@b..c"]
)
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(ConfigError, match="is not a mail address"):
        discover(address, fetch=None, dns=None)


def get(handler: Callable[[httpx.Request], httpx.Response], url: str) -> bytes | None:
    with httpx.Client(transport=httpx.MockTransport(handler)) as client:
        return fetch_with(client, url, time.monotonic() + 60)


def test_a_document_is_fetched() -> None:
    assert (
        get(
            lambda _request: httpx.Response(200, stream=httpx.ByteStream(XML)), "https://a.example/"
        )
        == XML
    )


def test_redirects_are_followed_over_https_only() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.host == "a.example":
            return httpx.Response(
                302,
                headers={"Location": "/b"}
                if request.url.path == "/"
                else {"Location": "http://b.example/"},
            )
        raise AssertionError(request.url)

    assert get(handler, "https://a.example/") is None


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(404, content=XML),
        httpx.Response(200, stream=httpx.ByteStream(b"x" * 100_000)),
        httpx.Response(302, headers={"Location": "https://a.example/"}),
        httpx.Response(302, headers={"Location": "https://[bad"}),
    ],
)
def test_anything_but_a_small_document_is_none(response: httpx.Response) -> None:
    assert get(lambda _request: response, "https://a.example/") is None


def test_a_host_that_does_not_answer_is_none() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("no", request=request)

    assert get(handler, "https://a.example/") is None

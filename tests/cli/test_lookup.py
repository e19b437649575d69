"""DNS records are read as a name server gives them."""

import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from agent_tui.cli import lookup
from agent_tui.cli.discover import Service
from agent_tui.cli.lookup import SystemDns

RECORDS = {
    ("_imaps._tcp.example.org.", "SRV"): ["10 5 993 IMAP.example.org.", "20 0 993 b.example.org."],
    ("_pop3s._tcp.example.org.", "SRV"): ["0 0 0 ."],
    ("example.org.", "MX"): ["20 second.example.net.", "10 first.example.net."],
    ("imap.example.org.", "AAAA"): ["2001:db8::1"],
}


@pytest.fixture(autouse=True)
def name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A name server on loopback that knows ``RECORDS``."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_serve, args=(server,), daemon=True)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = server.getsockname()[1]
        monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
        yield
        server.sendto(b"stop", server.getsockname())
        thread.join(10)


def test_services_are_read_with_their_priorities() -> None:
    assert set(SystemDns().services("_imaps._tcp.example.org")) == {
        Service("imap.example.org", 993, priority=10, weight=5),
        Service("b.example.org", 993, priority=20, weight=0),
    }


def test_a_service_that_is_not_offered_has_no_host() -> None:
    assert SystemDns().services("_pop3s._tcp.example.org") == [Service("", 0)]


def test_mail_exchangers_come_in_their_order() -> None:
    assert SystemDns().mail_exchangers("example.org") == [
        "first.example.net",
        "second.example.net",
    ]


def test_a_host_exists_by_either_kind_of_address() -> None:
    assert SystemDns().exists("imap.example.org")
    assert not SystemDns().exists("smtp.example.org")


def test_a_name_server_that_is_silent_has_no_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "LIMIT_S", 0.05)

    assert SystemDns().services("silent.example.org") == []


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".org", ""])
def test_what_is_no_name_has_no_records(name: str) -> None:
    assert SystemDns().mail_exchangers(name) == []


def _serve(server: socket.socket) -> None:
    while True:
        wire, peer = server.recvfrom(4096)
        if wire == b"stop":
            return
        query = dns.message.from_wire(wire)
        question = query.question[0]
        if question.name.to_text().startswith("silent"):
            continue
        kind = dns.rdatatype.to_text(question.rdtype)
        found = RECORDS.get((question.name.to_text().lower(), kind))
        answer = dns.message.make_response(query)
        if found:
            answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, found))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        server.sendto(answer.to_wire(), peer)

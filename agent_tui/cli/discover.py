"""Finds the mail servers of an address: provider table, autoconfig, DNS SRV and MX, a guess.

Every source may fail or be left out; the last one always answers. What a source says is a
default that the person can change, and the password is sent to nobody before they have seen it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from agent_tui.adapters.server import Security
from agent_tui.cli.autoconfig import parse_autoconfig
from agent_tui.cli.providers import Endpoint, Provider, by_domain, by_mx
from agent_tui.config.errors import ConfigError


class Source(StrEnum):
    """Who said where the servers are."""

    TABLE = "known provider"
    AUTOCONFIG = "autoconfig of the domain"
    SRV = "DNS SRV records of the domain"
    MX = "provider that receives the domain's mail"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class MailServers:
    """Where an address's mail is read and sent."""

    imap: Endpoint
    smtp: Endpoint
    user: str
    smtp_user: str
    source: Source
    notes: tuple[str, ...] = ()  # sentences for the person
    oauth: bool = False  # the servers take no passwords, only access tokens
    confirm: tuple[str, ...] = ()  # hosts outside the address's domain that only DNS vouches for


@dataclass(frozen=True, slots=True)
class Service:
    """A DNS SRV record (RFC 2782)."""

    host: str  # "." without its dot: the service is not offered
    port: int
    priority: int = 0
    weight: int = 0


class Dns(Protocol):
    """The look-ups that discovery needs; an unanswered question has no records."""

    def services(self, name: str) -> Sequence[Service]: ...
    def mail_exchangers(self, domain: str) -> Sequence[str]: ...
    def exists(self, host: str) -> bool: ...


Fetch = Callable[[str], bytes | None]
"""The document behind an https address; None when there is none in time."""


def discover(address: str, *, fetch: Fetch | None, dns: Dns | None) -> MailServers:
    """The servers of ``address``; without ``fetch`` or ``dns``, those sources are left out.

    Takes as long as the slowest look-up. Raises ConfigError when ``address`` is no mail address.
    """
    local, domain = split_address(address)
    if known := by_domain(domain):
        return _of_provider(known, address, Source.TABLE)
    with ThreadPoolExecutor(max_workers=4) as pool:
        documents = [pool.submit(fetch, url) for url in _urls(address, domain)] if fetch else []
        services = pool.submit(_services, dns, address, domain) if dns else None
        exchangers = pool.submit(dns.mail_exchangers, domain) if dns else None
        guess = pool.submit(_guess, dns, address, domain)
        for document in documents:
            if found := _autoconfig(document.result(), local, domain):
                return found
        if services and (found := services.result()):
            return found
        if exchangers and (provider := by_mx(tuple(exchangers.result()))):
            return _of_provider(provider, address, Source.MX)
        return guess.result()


def split_address(address: str) -> tuple[str, str]:
    """Local part and domain (as DNS spells it). Raises ConfigError."""
    local, _, domain = address.strip().rpartition("@")
    try:
        ascii_domain = domain.lower().encode("idna").decode()
    except UnicodeError:
        ascii_domain = ""
    if not local or "." not in ascii_domain or any(c.isspace() for c in address.strip()):
        raise ConfigError(f"'{address}' is not a mail address, such as support@example.org.")
    return local, ascii_domain


def _of_provider(provider: Provider, address: str, source: Source) -> MailServers:
    short = address.strip().rpartition("@")[0]
    return MailServers(
        provider.imap,
        provider.smtp,
        short if provider.short_imap_user else address,
        short if provider.short_smtp_user else address,
        source,
        provider.notes,
        provider.oauth,
    )


def _urls(address: str, domain: str) -> tuple[str, ...]:
    from urllib.parse import quote

    return (
        f"https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={quote(address, safe='')}",
        f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
    )


def _autoconfig(document: bytes | None, local: str, domain: str) -> MailServers | None:
    found = parse_autoconfig(document, local, domain) if document else None
    if found is None:
        return None
    return MailServers(
        found.imap, found.smtp, found.user, found.smtp_user, Source.AUTOCONFIG, oauth=found.oauth
    )


def _services(dns: Dns, address: str, domain: str) -> MailServers | None:
    """RFC 6186 with the order of RFC 8314: TLS from the first byte before STARTTLS."""
    imap = _service(dns, domain, "_imaps", "_imap")
    smtp = _service(dns, domain, "_submissions", "_submission")
    if imap is None or smtp is None:
        return None
    outside = tuple(e.host for e in (imap, smtp) if not _within(e.host, domain))
    return MailServers(
        imap, smtp, address, address, Source.SRV, confirm=tuple(dict.fromkeys(outside))
    )


def _service(dns: Dns, domain: str, tls: str, starttls: str) -> Endpoint | None:
    for name, security in ((tls, Security.TLS), (starttls, Security.STARTTLS)):
        offered = [s for s in dns.services(f"{name}._tcp.{domain}") if s.host]
        if offered:
            best = min(offered, key=lambda s: (s.priority, -s.weight))
            return Endpoint(best.host, best.port, security)
    return None


def _within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _guess(dns: Dns | None, address: str, domain: str) -> MailServers:
    return MailServers(
        Endpoint(_first(dns, f"imap.{domain}", f"mail.{domain}"), 993),
        Endpoint(_first(dns, f"smtp.{domain}", f"mail.{domain}"), 465),
        address,
        address,
        Source.GUESS,
        notes=("These servers are guessed; compare them with your provider's help page.",),
    )


def _first(dns: Dns | None, *hosts: str) -> str:
    """The first of ``hosts`` that exists, else the first."""
    return next((host for host in hosts if dns and dns.exists(host)), hosts[0])

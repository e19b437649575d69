"""Reads the XML by which a domain announces its mail servers; it comes from anybody.

The format: https://benbucksch.github.io/autoconfig-spec/draft-ietf-mailmaint-autoconfig.html
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

from agent_tui.adapters.server import Security
from agent_tui.cli.providers import Endpoint

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_SECURITY = {"SSL": Security.TLS, "STARTTLS": Security.STARTTLS}


@dataclass(frozen=True, slots=True)
class Announced:
    """What such a document says, in so far as we can use it."""

    imap: Endpoint
    smtp: Endpoint
    user: str
    smtp_user: str
    oauth: bool  # no passwords, only access tokens


def parse_autoconfig(document: bytes, local: str, domain: str) -> Announced | None:
    """The encrypted IMAP and submission servers in ``document`` for ``local@domain``.

    None when it has none, is no XML, or declares a document type: entities grow without bound.
    """
    # Only a DOCTYPE can declare entities, and the tree builder refuses any before they expand.
    parser = ET.XMLParser(target=_NoDoctype())  # noqa: S314 - see above
    try:
        parser.feed(document)
        root: ET.Element = parser.close()
    except (ET.ParseError, ValueError, LookupError):
        return None
    incoming = _first_usable(root, "incomingServer", "imap")
    outgoing = _first_usable(root, "outgoingServer", "smtp")
    if incoming is None or outgoing is None:
        return None
    return Announced(
        imap=incoming[1],
        smtp=outgoing[1],
        user=_user(incoming[0], local, domain),
        smtp_user=_user(outgoing[0], local, domain),
        oauth=_oauth(incoming[0]),
    )


class _NoDoctype(ET.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:  # noqa: ARG002
        raise ValueError("a DOCTYPE has no place in autoconfig")


def _first_usable(root: ET.Element, tag: str, protocol: str) -> tuple[ET.Element, Endpoint] | None:
    return next(_usable(root, tag, protocol), None)


def _usable(root: ET.Element, tag: str, protocol: str) -> Iterator[tuple[ET.Element, Endpoint]]:
    for server in root.iterfind(f"./emailProvider/{tag}"):
        endpoint = _endpoint(server)
        if server.get("type") == protocol and endpoint is not None:
            yield server, endpoint


def _endpoint(server: ET.Element) -> Endpoint | None:
    host = _child(server, "hostname").lower()
    port = _child(server, "port")
    security = _SECURITY.get(_child(server, "socketType"))
    if security is None or _HOST.fullmatch(host) is None:
        return None
    if not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65536):
        return None
    return Endpoint(host, int(port), security)


def _user(server: ET.Element, local: str, domain: str) -> str:
    pattern = _child(server, "username")
    user = (
        pattern.replace("%EMAILADDRESS%", f"{local}@{domain}")
        .replace("%EMAILLOCALPART%", local)
        .replace("%EMAILDOMAIN%", domain)
    )
    return user if user.isprintable() and 0 < len(user) <= 320 else f"{local}@{domain}"


def _oauth(server: ET.Element) -> bool:
    methods = {(child.text or "").strip() for child in server.iterfind("authentication")}
    return methods == {"OAuth2"}


def _child(server: ET.Element, name: str) -> str:
    return (server.findtext(name) or "").strip()

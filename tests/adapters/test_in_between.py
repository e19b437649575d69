"""Who is in between, or a server that proves nothing, hears no log-in (S27 of the faults' list).

Each fault is done to receiving (IMAP) and to sending (SMTP), on the wire, and what the server heard
is looked at afterwards.
"""

import socket
import ssl
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field

import pytest

from agent_tui.adapters import smtp
from agent_tui.adapters.contract import AccountProblem, AdapterError, Unreachable
from agent_tui.adapters.imap.line import Line
from agent_tui.adapters.server import Login, Security, Server
from agent_tui.adapters.smtp import SmtpSettings
from tests.adapters.scripted import Authority, Scripted, Talk, Wire, self_signed, serve

CANARY = "canary"
PROTOCOLS = ("IMAP", "SMTP")


@dataclass
class Fault:
    """What a server, or somebody in between, does to a client; nothing unless said."""

    greeting: str = ""  # instead of the usual one
    begin: str = ""  # instead of the yes to STARTTLS; {tag} is IMAP's
    offers: bool = True  # STARTTLS
    tls: ssl.SSLContext | None = None  # what follows a yes to STARTTLS
    beside: str = ""  # lines that come in one segment with the yes
    inside: list[str] = field(default_factory=list)  # verbs that came after TLS began


def imap(fault: Fault) -> Talk:
    """An IMAP server that lets everybody in."""

    def talk(wire: Wire) -> None:
        wire.say(fault.greeting or "* OK ready\n")
        encrypted = False
        while True:
            tag, _, command = wire.line().decode().partition(" ")
            verb = command.split()[0].upper()
            fault.inside += [verb] if encrypted else []
            match verb:
                case "CAPABILITY":
                    offered = " STARTTLS" if fault.offers and not encrypted else ""
                    wire.say(f"* CAPABILITY IMAP4rev1{offered} AUTH=PLAIN\n{tag} OK done\n")
                case "STARTTLS":
                    wire.say((fault.begin or "{tag} OK begin\n").format(tag=tag) + fault.beside)
                    if fault.tls:
                        wire.begin_tls(fault.tls)
                        encrypted = True
                case "AUTHENTICATE":
                    wire.say("+ \n")
                    wire.line()
                    wire.say(f"{tag} OK in\n")
                case _:
                    wire.say(f"{tag} OK done\n")

    return talk


def submission(fault: Fault) -> Talk:
    """An SMTP server that lets everybody in."""

    def talk(wire: Wire) -> None:
        wire.say(fault.greeting or "220 ready\n")
        encrypted = False
        while True:
            verb = wire.line().decode().split()[0].upper()
            fault.inside += [verb] if encrypted else []
            match verb:
                case "EHLO":
                    offered = "250-STARTTLS\n" if fault.offers and not encrypted else ""
                    wire.say(f"250-localhost\n{offered}250 AUTH PLAIN\n")
                case "STARTTLS":
                    wire.say((fault.begin or "220 begin\n") + fault.beside)
                    if fault.tls:
                        wire.begin_tls(fault.tls)
                        encrypted = True
                case "AUTH":
                    wire.say("235 in\n")
                case _:
                    wire.say("250 fine\n")

    return talk


TALKS: dict[str, Callable[[Fault], Talk]] = {"IMAP": imap, "SMTP": submission}


async def entered(protocol: str, server: Server) -> None:
    """Log in to receive or to send, as the program does. Raises AdapterError."""
    login = Login("support", lambda: CANARY)
    if protocol == "IMAP":
        line = Line("test", server, login)
        try:
            await line.run(lambda client: client.has_capability("IMAP4rev1"))
        finally:
            line.close()
    else:
        await smtp.send(SmtpSettings(server, login), "a@b.test", ["c@d.test"], b"x", _nothing)


async def _nothing() -> None:
    """A commit that needs no record."""


async def refused(
    protocol: str,
    fault: Fault,
    authority: Authority | None,
    *,
    at_once: ssl.SSLContext | None = None,
) -> AdapterError:
    """The error of a log-in under ``fault``; nothing secret, and no log-in, was on the wire.

    ``at_once`` is the server's TLS where that begins with the first byte; else by STARTTLS.
    """
    security = Security.TLS if at_once else Security.STARTTLS
    ca_file = str(authority.ca_file) if authority else None
    with serve(TALKS[protocol](fault), at_once) as served:
        server = Server(protocol, "localhost", served.port, security, ca_file, timeout=5)
        with pytest.raises(AdapterError) as raised:
            await entered(protocol, server)
    silent(served)
    told = str(raised.value)
    assert told.endswith(".")
    assert "\n" not in told
    assert CANARY not in told + raised.value.detail
    return raised.value


def silent(served: Scripted) -> None:
    """Nothing of a log-in was heard."""
    heard = served.heard_text().upper()
    for word in ("AUTH", "LOGIN", "SUPPORT", CANARY.upper(), "MAIL FROM", "SELECT", "EXAMINE"):
        assert word not in heard, heard


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_whoever_proves_to_be_the_server_is_logged_in_to(
    protocol: str, authority: Authority
) -> None:
    """The faults below are what keeps the others out, not a server that lets nobody in."""
    fault = Fault(tls=authority.server())
    with serve(TALKS[protocol](fault)) as served:
        ca_file = str(authority.ca_file)
        server = Server(protocol, "localhost", served.port, Security.STARTTLS, ca_file, timeout=5)
        takes_no_mail = pytest.raises(AdapterError) if protocol == "SMTP" else nullcontext()
        with takes_no_mail:
            await entered(protocol, server)
    assert {"AUTHENTICATE", "AUTH"} & set(fault.inside)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_starttls_that_was_taken_out_of_the_offer_is_missed(
    protocol: str, authority: Authority
) -> None:
    told = await refused(protocol, Fault(offers=False), authority)

    assert isinstance(told, AccountProblem)
    assert "offers no encryption (STARTTLS), so nothing was sent to it" in str(told)


@pytest.mark.parametrize(
    ("protocol", "answer"),
    [
        ("IMAP", "{tag} NO not today\n"),
        ("IMAP", "{tag} BAD what is that\n"),
        ("IMAP", "* BYE\n"),
        ("SMTP", "454 not today\n"),
        ("SMTP", "502 what is that\n"),
        ("SMTP", "250 as you like\n"),
    ],
)
async def test_without_a_yes_to_starttls_nothing_goes_on(
    protocol: str, answer: str, authority: Authority
) -> None:
    await refused(protocol, Fault(begin=answer), authority)


@pytest.mark.parametrize("greeting", ["* PREAUTH welcome\n", "* PREAUTH [CAPABILITY IMAP4rev1]\n"])
@pytest.mark.parametrize("security", Security)
async def test_preauth_is_not_believed(
    greeting: str, security: Security, authority: Authority
) -> None:
    at_once = authority.server() if security is Security.TLS else None

    told = await refused("IMAP", Fault(greeting=greeting), authority, at_once=at_once)

    assert isinstance(told, AccountProblem)
    assert "says we are logged in before we said who we are" in str(told)


@pytest.mark.parametrize(
    ("protocol", "beside"),
    [
        ("IMAP", "* CAPABILITY IMAP4rev1 AUTH=PLAIN EVIL\n"),
        ("IMAP", '* LIST () "/" "Attacker"\n'),
        ("IMAP", "* PREAUTH welcome\n"),
        ("IMAP", "half a line"),
        ("SMTP", "250-localhost\n250 AUTH PLAIN\n"),
        ("SMTP", "235 in\n"),
        ("SMTP", "half a line"),
    ],
)
async def test_words_in_one_segment_with_the_yes_to_starttls_end_it(
    protocol: str, beside: str, authority: Authority
) -> None:
    fault = Fault(tls=authority.server(), beside=beside)

    told = await refused(protocol, fault, authority)

    assert isinstance(told, AccountProblem)
    assert "said more than it may before encryption began" in str(told)
    assert fault.inside == []


async def test_answers_sent_ahead_of_the_questions_end_it(authority: Authority) -> None:
    """Replies in the greeting's segment would each stand for the next command's."""
    ahead = "220 ready\n250-localhost\n250 STARTTLS\n220 begin\n250-localhost\n250 AUTH PLAIN\n"

    told = await refused("SMTP", Fault(greeting=ahead), authority)

    assert "said more than it may before encryption began" in str(told)


async def test_lists_told_before_tls_are_forgotten(authority: Authority) -> None:
    injected = '* LIST () "/" "Attacker"\n* CAPABILITY IMAP4rev1 EVIL\n{tag} OK begin\n'
    fault = Fault(begin=injected, tls=authority.server())
    with serve(imap(fault)) as served:
        ca_file = str(authority.ca_file)
        server = Server("IMAP", "localhost", served.port, Security.STARTTLS, ca_file, timeout=5)
        line = Line("test", server, Login("support", lambda: CANARY))
        assert await line.run(lambda client: client.folders()) == ()
        assert not await line.run(lambda client: client.has_capability("EVIL"))
        line.close()
    assert "LIST" in fault.inside


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("security", Security)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
async def test_outdated_encryption_is_refused(
    protocol: str, security: Security, version: ssl.TLSVersion, authority: Authority
) -> None:
    old = outdated(authority, version)
    at_once = old if security is Security.TLS else None

    told = await refused(protocol, Fault(tls=old), authority, at_once=at_once)

    assert isinstance(told, AccountProblem)
    assert "offers only outdated encryption; ask its operator for TLS 1.2 or newer" in str(told)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_the_outdated_server_of_these_tests_speaks_what_it_is_said_to(
    version: ssl.TLSVersion, authority: Authority
) -> None:
    ours = ssl.create_default_context(cafile=authority.ca_file)
    _speak_only(ours, version)
    with (
        serve(lambda wire: wire.say("hello\n"), outdated(authority, version)) as served,
        socket.create_connection(("127.0.0.1", served.port), 5) as plain,
        ours.wrap_socket(plain, server_hostname="localhost") as encrypted,
    ):
        assert encrypted.version() == version.name.replace("_", ".")


def outdated(authority: Authority, version: ssl.TLSVersion) -> ssl.SSLContext:
    """A server of one old version of TLS, which needs OpenSSL's lowest level of security."""
    context = authority.server()
    _speak_only(context, version)
    return context


def _speak_only(context: ssl.SSLContext, version: ssl.TLSVersion) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = version
        context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("security", Security)
@pytest.mark.parametrize(
    ("certificate", "says"),
    [
        ("expired", "has expired"),
        ("elsewhere", "belongs to another host name"),
        ("unknown", "comes from an authority that this machine does not trust"),
        ("self-signed", "is signed by itself"),
    ],
)
async def test_a_certificate_that_proves_nothing_ends_it(
    protocol: str, security: Security, certificate: str, says: str, authority: Authority
) -> None:
    shown = {
        "expired": lambda: authority.server(expired=True),
        "elsewhere": lambda: authority.server("elsewhere.test"),
        "unknown": authority.server,
        "self-signed": self_signed,
    }[certificate]()
    trusted = authority if certificate in {"expired", "elsewhere"} else None
    at_once = shown if security is Security.TLS else None

    told = await refused(protocol, Fault(tls=shown), trusted, at_once=at_once)

    assert isinstance(told, AccountProblem)
    assert f"The certificate of the {protocol} server localhost:" in str(told)
    assert says in str(told)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_server_without_tls_where_it_should_begin_at_once_is_left(
    protocol: str, authority: Authority
) -> None:
    with serve(lambda wire: wire.say("* OK ready\n")) as served:
        server = Server(protocol, "localhost", served.port, ca_file=str(authority.ca_file))
        with pytest.raises(AccountProblem, match="does not speak TLS where it was expected"):
            await entered(protocol, server)
    assert CANARY.encode() not in b"".join(served.heard)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_connection_that_dies_instead_of_tls_may_be_tried_again(
    protocol: str, authority: Authority
) -> None:
    """No judgement on the server: nothing was said yet."""

    def talk(wire: Wire) -> None:
        wire.say("* OK ready\n" if protocol == "IMAP" else "220 ready\n")

    with serve(talk) as served:
        ca_file = str(authority.ca_file)
        server = Server(protocol, "localhost", served.port, Security.STARTTLS, ca_file, timeout=5)
        with pytest.raises(Unreachable, match="broke off"):
            await entered(protocol, server)
    silent(served)

"""Fixtures of real servers; absent ones skip, or fail with AGENT_TUI_REQUIRE_SERVERS=1."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.servers.medusa import medusa  # noqa: F401 - a fixture
from tests.servers.real import (
    USERS,
    Dovecot,
    FaultProxy,
    Postfix,
    Sink,
    User,
    answers,
    base_folder,
    eventually,
    free_ports,
    missing,
    program,
    recipe,
    require,
    run,
    shared,
)
from tests.servers.synapse import (  # noqa: F401 - fixtures
    own_synapse,
    synapse,
    synapse_venv,
    tight_synapse,
)
from tests.servers.wordpress import wordpress  # noqa: F401 - a fixture

_DOVECOT = "dovecot-imapd dovecot-submissiond dovecot-lmtpd dovecot-sieve dovecot-managesieved"


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A running Dovecot."""
    require("dovecot", _DOVECOT)
    users = [User("support", "secret-s"), *(User(f"u{i}", f"pass-{i}") for i in range(USERS))]
    imap, imaps, submission, lmtp, sieve, sasl = free_ports(6)
    with ExitStack() as stack:
        base = stack.enter_context(base_folder("dovecot"))
        accounts = " ".join(f"{user.name}:{user.password}" for user in users)
        ports = [imap, imaps, submission, lmtp, sieve, 1, sasl]
        stack.enter_context(recipe("dovecot", base, ports, USERS=accounts))
        yield Dovecot(base, imap, imaps, submission, lmtp, sieve, sasl, iter(users[1:]))


@pytest.fixture
def user(dovecot: Dovecot) -> User:
    """A mail user of this test's own."""
    return next(dovecot.users)


@pytest.fixture(scope="session")
def sink() -> Iterator[Sink]:
    """A running submission server that keeps what it gets."""
    (port,) = free_ports(1)
    script, certs = shared() / "servers/smtp-aiosmtpd/sink.py", shared() / "servers/common/certs.py"
    with ExitStack() as stack:
        base = stack.enter_context(base_folder("sink"))
        make = [sys.executable, str(certs), str(base), "localhost", "127.0.0.1"]
        run(make)
        kept = Sink(port, base / "mails", base / "ca.pem")
        secrets = [str(base / "server.pem"), str(base / "server.key"), kept.user, kept.password]
        command = [sys.executable, str(script), str(port), str(kept.folder), *secrets]
        stack.enter_context(program(command, port))
        yield kept


@pytest.fixture(scope="session")
def open_sink() -> Iterator[Sink]:
    """A sink without TLS and log-in, for what Postfix hands on."""
    (port,) = free_ports(1)
    script = shared() / "servers/smtp-aiosmtpd/sink.py"
    with ExitStack() as stack:
        base = stack.enter_context(base_folder("open-sink"))
        kept = Sink(port, base / "mails", base / "none")
        command = [sys.executable, str(script), str(port), str(kept.folder)]
        stack.enter_context(program(command, port))
        yield kept


@pytest.fixture(scope="session")
def postfix(dovecot: Dovecot, open_sink: Sink) -> Iterator[Postfix]:
    """A running Postfix that asks Dovecot for passwords."""
    require("postfix", "postfix")
    if os.getuid() != 0:
        missing("Postfix's master process runs as root only")
    submission, submissions = free_ports(2)
    with ExitStack() as stack:
        base = stack.enter_context(base_folder("postfix"))
        ports = [submission, submissions, dovecot.sasl, dovecot.lmtp, open_sink.port]
        stack.enter_context(recipe("postfix", base, ports))
        yield Postfix(submission, submissions, base / "tls" / "ca.pem")


@pytest.fixture
def fault_proxy(dovecot: Dovecot) -> Iterator[FaultProxy]:
    """A proxy before Dovecot's TLS port."""
    port, control = free_ports(2)
    script = shared() / "servers" / "faultproxy" / "faultproxy.py"
    command = [sys.executable, str(script), str(port), str(dovecot.imaps), str(control)]
    with program(command, control):
        eventually(lambda: answers(port), "the proxy listens")
        yield FaultProxy(port, control)

"""Before TLS is verified nothing is told to a server, and what servers say is read with care."""

from collections.abc import Callable

import pytest

from agent_tui.adapters.contract import AccountProblem, AdapterError, Unreachable
from agent_tui.adapters.imap.client import Client, Row
from agent_tui.adapters.imap.line import Line
from agent_tui.adapters.server import Auth, Login, Security, Server
from agent_tui.model.incoming import Flags
from tests.adapters.scripted import Authority, Scripted, Wire, self_signed, serve

CAPABILITIES = "IMAP4rev1 STARTTLS AUTH=PLAIN"


def imap(
    answers: dict[str, str] | None = None,
    greeting: str = "* OK ready",
    capabilities: str = CAPABILITIES,
) -> Callable[[Wire], None]:
    """A server that answers each command with OK, after the lines in ``answers``."""

    def talk(wire: Wire) -> None:
        wire.say(f"{greeting}\n")
        while True:
            line = wire.line().decode()
            tag, _, command = line.partition(" ")
            verb = command.split()[0]
            if verb == "AUTHENTICATE":
                wire.say("+ \n")
                wire.line()
            before = f"* CAPABILITY {capabilities}\n" if verb == "CAPABILITY" else ""
            said = (answers or {}).get(command, (answers or {}).get(verb, "{tag} OK done\n"))
            if not said:
                raise EOFError
            wire.say(before + said.replace("{tag}", tag))

    return talk


async def failure(served: Scripted, authority: Authority | None, **server: object) -> AdapterError:
    """What opening a session raises."""
    ca_file = str(authority.ca_file) if authority else None
    settings = Server("IMAP", "localhost", served.port, ca_file=ca_file, timeout=5, **server)  # type: ignore[arg-type]  # a test's shorthand
    line = Line("test", settings, Login("support", lambda: "canary"))
    with pytest.raises(AdapterError) as raised:
        await line.run(lambda client: client.folders())
    line.close()
    return raised.value


def session(served: Scripted, authority: Authority, auth: Auth = Auth.PASSWORD) -> Client:
    """A session that is logged in."""
    server = Server("IMAP", "localhost", served.port, ca_file=str(authority.ca_file), timeout=5)
    return Client.open(server, Login("support", lambda: "canary", auth))


@pytest.mark.parametrize(
    ("names", "expired", "trusted", "says"),
    [
        (("localhost",), True, True, "has expired"),
        (("elsewhere.test",), False, True, "belongs to another host name"),
        (("localhost",), False, False, "an authority that this machine does not trust"),
    ],
)
async def test_a_bad_certificate_ends_before_the_log_in(
    authority: Authority, names: tuple[str, ...], *, expired: bool, trusted: bool, says: str
) -> None:
    with serve(imap(), authority.server(*names, expired=expired)) as served:
        problem = await failure(served, authority if trusted else None)

    assert isinstance(problem, AccountProblem)
    assert says in str(problem)
    assert served.heard == []


async def test_a_self_signed_certificate_is_refused() -> None:
    with serve(imap(), self_signed()) as served:
        problem = await failure(served, None)

    assert "is signed by itself" in str(problem)
    assert served.heard == []


async def test_a_server_without_starttls_hears_no_log_in(authority: Authority) -> None:
    with serve(imap(capabilities="IMAP4rev1 AUTH=PLAIN")) as served:
        problem = await failure(served, authority, security=Security.STARTTLS)

    assert isinstance(problem, AccountProblem)
    assert "offers no encryption" in str(problem)
    assert "AUTH" not in served.heard_text()
    assert "LOGIN" not in served.heard_text()


async def test_a_server_that_refuses_starttls_hears_no_log_in(authority: Authority) -> None:
    with serve(imap({"STARTTLS": "{tag} NO not today\n"})) as served:
        problem = await failure(served, authority, security=Security.STARTTLS)

    assert isinstance(problem, Unreachable)
    assert "refused a request" in str(problem)
    assert "AUTH" not in served.heard_text()


async def test_a_server_that_claims_we_are_in_already_is_left(authority: Authority) -> None:
    with serve(imap(greeting="* PREAUTH welcome")) as served:
        problem = await failure(served, authority, security=Security.STARTTLS)

    assert isinstance(problem, AccountProblem)
    assert "before we said who we are" in str(problem)
    assert "canary" not in served.heard_text()
    assert "LIST" not in served.heard_text()


async def test_what_was_slipped_in_before_tls_is_not_believed(authority: Authority) -> None:
    context = authority.server()

    def talk(wire: Wire) -> None:
        wire.say("* OK ready\n")
        for verb in ("CAPABILITY", "STARTTLS"):
            tag = wire.line().decode().split()[0]
            if verb == "CAPABILITY":
                wire.say(f"* CAPABILITY {CAPABILITIES}\n{tag} OK done\n")
            else:
                wire.say(f"{tag} OK begin\n* CAPABILITY IMAP4rev1 AUTH=PLAIN EVIL\n")
        wire.begin_tls(context)
        imap(greeting="* OK still here", capabilities="IMAP4rev1 AUTH=PLAIN")(wire)

    with serve(talk) as served:
        server = Server(
            "IMAP", "localhost", served.port, Security.STARTTLS, str(authority.ca_file), 5
        )
        client = Client.open(server, Login("support", lambda: "secret"))
        assert not client.has_capability("EVIL")
        client.close()


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        ("{tag} NO [AUTHENTICATIONFAILED] wrong\n", AccountProblem, "(wrong); correct them"),
        ("{tag} NO [UNAVAILABLE] database down\n", Unreachable, "nobody in now (database down)"),
        ("{tag} NO [LIMIT] too many\n", Unreachable, "nobody in now (too many)"),
        ("* BYE going down\n{tag} OK done\n", Unreachable, "broke off"),
        ("", Unreachable, "broke off"),
    ],
)
async def test_a_refused_log_in_tells_whose_turn_it_is(
    authority: Authority, reply: str, kind: type[AdapterError], says: str
) -> None:
    with serve(imap({"AUTHENTICATE": reply}), authority.server()) as served:
        problem = await failure(served, authority)

    assert type(problem) is kind
    assert says in str(problem)
    assert "canary" not in str(problem) + problem.detail


async def test_a_server_without_the_chosen_log_in_is_told(authority: Authority) -> None:
    with serve(imap(capabilities="IMAP4rev1 LOGINDISABLED"), authority.server()) as served:
        problem = await failure(served, authority)

    assert isinstance(problem, AccountProblem)
    assert "offers no log-in by password" in str(problem)


def test_login_is_used_where_plain_is_not_offered(authority: Authority) -> None:
    with serve(imap(capabilities="IMAP4rev1"), authority.server()) as served:
        session(served, authority).close()

    assert 'LOGIN support "canary"' in served.heard_text()


def test_rows_without_a_uid_are_not_taken_for_others(authority: Authority) -> None:
    fetched = (
        "* 5 FETCH (FLAGS (\\Seen))\n"
        "* 1 FETCH (UID 5 FLAGS (\\Answered) RFC822.SIZE 12)\n"
        "* 3 EXPUNGE\n{tag} OK done\n"
    )
    selected = "* 9 EXISTS\n* OK [UIDVALIDITY 7] ok\n{tag} OK [READ-ONLY] done\n"
    with serve(imap({"UID": fetched, "EXAMINE": selected}), authority.server()) as served:
        client = session(served, authority)
        client.examine("INBOX")
        rows = client.rows("5", "FLAGS RFC822.SIZE")
        client.close()

    assert rows == {5: Row(5, Flags(seen=False, answered=True), None, 12)}

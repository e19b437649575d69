"""Before TLS is verified nothing is told to a server, and what servers say is read with care."""

from collections.abc import Callable

import pytest

from agent_tui.adapters.contract import AccountProblem, AdapterError, LoginRefused, Unreachable
from agent_tui.adapters.imap.client import Client, Row
from agent_tui.adapters.imap.line import Line
from agent_tui.adapters.server import Auth, Login, Server
from agent_tui.model.incoming import Flags
from tests.adapters.scripted import Authority, Scripted, Wire, serve

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
    ("reply", "kind", "says"),
    [
        ("{tag} NO [AUTHENTICATIONFAILED] wrong\n", LoginRefused, "(wrong); correct them"),
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

"""Mail servers that cannot be used, through the installed program: one sentence each."""

import re
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from tests.adapters.scripted import Authority, self_signed, serve
from tests.program import Home
from tests.servers.imap_account import mail
from tests.servers.imap_home import add_imap
from tests.servers.real import Dovecot, FaultProxy, User, eventually, free_ports

pytestmark = pytest.mark.server


def only_problem(home: Home, sentence: str) -> None:
    """Both ``sync --once`` and ``account check`` say ``sentence`` about the account, and fail."""
    synced = home.run("sync", "--once", "mail")
    assert (synced.code, synced.out, synced.err) == (1, f"mail: {sentence}\n", "")
    checked = home.run("account", "check", "mail")
    assert checked.code == 1
    assert checked.err == ""
    receiving = [line for line in checked.out.splitlines() if " Receiving from " in line]
    assert [line.partition(": ")[2] for line in receiving] == [sentence]


def test_a_wrong_password_is_told(tmp_path: Path, dovecot: Dovecot, user: User) -> None:
    home = Home(tmp_path, {"MAIL_PASSWORD": "wrong"})
    add_imap(home, dovecot, user)

    only_problem(
        home,
        f"The IMAP server localhost:{dovecot.imaps} refused the user name or password of "
        f"'{user.name}' (Authentication failed); correct them in the account's settings.",
    )


def test_an_unknown_host_is_told(tmp_path: Path, dovecot: Dovecot, user: User) -> None:
    home = Home(tmp_path, {"MAIL_PASSWORD": user.password})
    add_imap(home, dovecot, user, host="no.such.host.invalid")

    only_problem(
        home,
        "No IMAP server is known by the name no.such.host.invalid; check the host and this "
        "machine's network.",
    )


def test_a_port_where_nobody_listens_is_told(tmp_path: Path, dovecot: Dovecot, user: User) -> None:
    home = Home(tmp_path, {"MAIL_PASSWORD": user.password})
    (port,) = free_ports(1)
    add_imap(home, dovecot, user, port=port)

    only_problem(
        home,
        f"Nothing answers at the IMAP server localhost:{port}; check host and port, or wait until "
        "it is back.",
    )


def test_an_authority_that_is_not_trusted_is_told(
    tmp_path: Path, dovecot: Dovecot, user: User
) -> None:
    home = Home(tmp_path, {"MAIL_PASSWORD": user.password})
    add_imap(home, dovecot, user, ca_file="")

    only_problem(
        home,
        f"The certificate of the IMAP server localhost:{dovecot.imaps} comes from an authority "
        "that this machine does not trust; if it is yours, name it in 'ca_file'.",
    )


@pytest.mark.parametrize(
    ("context", "said"),
    [
        (
            lambda authority: authority.server(expired=True),
            "has expired; ask the server's operator to renew it",
        ),
        (
            lambda authority: authority.server("other.example"),
            "belongs to another host name; correct the host, or ask the server's operator",
        ),
        (
            lambda authority: self_signed(),
            "is signed by itself; if it is yours, name it in 'ca_file'",
        ),
    ],
)
def test_a_certificate_that_proves_nothing_is_told_and_no_password_sent(
    tmp_path: Path,
    dovecot: Dovecot,
    user: User,
    context: Callable[[Authority], ssl.SSLContext],
    said: str,
) -> None:
    home = Home(tmp_path, {"MAIL_PASSWORD": user.password})
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    authority = Authority(ca, tmp_path / "ca.pem")

    with serve(lambda wire: wire.say("* OK ready\n"), context(authority)) as server:
        add_imap(home, dovecot, user, port=server.port, ca_file=str(authority.ca_file))
        only_problem(home, f"The certificate of the IMAP server localhost:{server.port} {said}.")
        assert server.heard == []


def test_a_server_that_goes_while_mail_is_fetched_is_told_and_the_rest_comes_later(
    tmp_path: Path, dovecot: Dovecot, user: User, fault_proxy: FaultProxy
) -> None:
    dovecot.seed(user, 600)
    home = Home(tmp_path, {"MAIL_PASSWORD": user.password})
    add_imap(home, dovecot, user, port=fault_proxy.port)
    assert home.listed() == []
    fault_proxy.say("rate 200000")
    syncing = home.start("sync", "--once")
    eventually(lambda: home.rows("SELECT count(*) FROM messages") >= [(200,)], "mail comes in")
    fault_proxy.say("refuse")

    assert syncing.wait(60) == 1
    assert home.rows("SELECT state, problem FROM accounts") == [
        (
            "failing",
            f"Nothing answers at the IMAP server localhost:{fault_proxy.port}; check host and "
            "port, or wait until it is back.",
        )
    ]
    assert home.rows("SELECT count(*) FROM messages") == [(200,)]

    fault_proxy.say("clear")
    assert home.run("sync", "--once").out == "mail: 400 new messages, 0 delivered.\n"


def test_an_answer_that_breaks_off_is_asked_for_again_at_once(
    tmp_path: Path, dovecot: Dovecot, user: User, fault_proxy: FaultProxy
) -> None:
    dovecot.seed(user, 50)
    home = Home(tmp_path, {"MAIL_PASSWORD": user.password})
    add_imap(home, dovecot, user, port=fault_proxy.port)
    fault_proxy.say("cut 20000")

    done = home.run("sync", "--once")

    assert (done.code, done.out) == (0, "mail: 50 new messages, 0 delivered.\n")


def test_a_mailbox_that_disappeared_is_named_while_the_other_one_is_synced(
    tmp_path: Path, dovecot: Dovecot, user: User
) -> None:
    dovecot.seed(user, 3)
    with dovecot.session(user) as imap:
        imap.create("Shop")
    home = Home(tmp_path, {"MAIL_PASSWORD": user.password})
    add_imap(home, dovecot, user, mailboxes=["Shop", "INBOX"])
    assert home.run("sync", "--once").code == 0
    with dovecot.session(user) as imap:
        imap.delete("Shop")
    dovecot.put(user, 1, b"From: ada@shop.test\r\nSubject: A new one\r\n\r\nHello\r\n")

    done = home.run("sync", "--once")

    assert (done.code, done.out) == (
        1,
        "mail: 1 new messages, 0 delivered. The mailbox 'Shop' is not on localhost; create it "
        "there, or take it out of 'mailboxes' in the account's settings.\n",
    )
    assert [row["subject"] for row in home.listed("new")] == ["A new one"]


def test_the_inbox_shows_what_fails_since_when_while_another_account_goes_on(
    tmp_path: Path, dovecot: Dovecot, user: User
) -> None:
    other = next(dovecot.users)
    home = Home(tmp_path, {"MAIL_PASSWORD": other.password, "WRONG": "wrong"})
    add_imap(home, dovecot, user, "bad", password={"env": "WRONG"})
    add_imap(home, dovecot, other, "good")

    with home.screen(cols=120) as screen:
        since = r"since \d\d:\d\d, see A"
        screen.wait_for(rf"bad: The IMAP server localhost:\d+ refused.* {since}")
        dovecot.deliver(mail("The first since then"), other)
        screen.wait_for("The first since then")

        screen.press(":accounts\r")
        text = screen.wait_for(r"bad +imap +stopped since \d\d:\d\d +next try in")
        assert re.search(r"good +imap +ok since \d\d:\d\d", text)
        assert f"refused the user name or password of '{user.name}'" in " ".join(text.split())
        screen.press("q", "q")
        assert screen.wait_for_exit() == 0

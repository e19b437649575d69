"""At each stage of SMTP the agent is told what happened, and nothing is sent that may not be."""

import asyncio
import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from agent_tui.adapters import smtp
from agent_tui.adapters.contract import (
    AccountProblem,
    AdapterError,
    Deferred,
    Refused,
    Severity,
    Unreachable,
)
from agent_tui.adapters.server import Auth, Login, Server
from agent_tui.adapters.smtp import SmtpSettings
from tests.adapters.scripted import Authority, Scripted, Wire, serve

STAGES = ("greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "dot")


@dataclass
class Script:
    """A submission server that answers one stage otherwise, or hangs up at it."""

    answers: dict[str, str] = field(default_factory=dict)  # stage -> reply; "" hangs up
    mechanisms: str = "PLAIN LOGIN"
    size: int = 0
    accepted: list[bytes] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    before_dot: threading.Event = field(default_factory=threading.Event)
    leaving: threading.Event = field(default_factory=threading.Event)
    may_leave: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.may_leave.set()

    def talk(self, wire: Wire) -> None:
        self._answer(wire, "greeting", "220 ready")
        while True:
            words = wire.line().split()
            match words[0].upper():
                case b"EHLO":
                    limit = f"250-SIZE {self.size}\n" if self.size else ""
                    offered = f"250-localhost\n{limit}250 AUTH {self.mechanisms}"
                    self._answer(wire, "EHLO", offered)
                case b"AUTH" if words[1] == b"LOGIN":
                    wire.say("334 VXNlcm5hbWU6\n")
                    wire.line()
                    wire.say("334 UGFzc3dvcmQ6\n")
                    wire.line()
                    self._answer(wire, "AUTH", "235 in")
                case b"AUTH":
                    self._answer(wire, "AUTH", "235 in")
                case b"DATA":
                    self._answer(wire, "DATA", "354 go on")
                    self._take(wire)
                case b"QUIT":
                    self.leaving.set()
                    assert self.may_leave.wait(20)
                    self._answer(wire, "QUIT", "221 bye")
                    return
                case verb:
                    self._answer(wire, verb.decode(), "250 fine")

    def _take(self, wire: Wire) -> None:
        while (line := wire.line()) != b".":
            self.body += line + b"\r\n"
            if b"last line" in line:
                self.before_dot.set()
        self._answer(wire, "dot", "250 taken")
        if "dot" not in self.answers:
            self.accepted.append(bytes(self.body))

    def _answer(self, wire: Wire, stage: str, usual: str) -> None:
        reply = self.answers.get(stage, usual)
        if not reply:
            raise EOFError
        wire.say(f"{reply}\n")


@dataclass
class Attempt:
    """What came of trying to send one mail."""

    refused: smtp.Refusals = ()
    error: AdapterError | None = None
    commits: int = 0
    heard: list[bytes] = field(default_factory=list)

    def said(self) -> str:
        """The sentence for the agent."""
        return str(self.error)


@contextmanager
def running(
    script: Script, authority: Authority, auth: Auth = Auth.PASSWORD
) -> Iterator[tuple[SmtpSettings, Scripted]]:
    """The script as a TLS server, and the settings to reach it."""
    with serve(script.talk, authority.server()) as served:
        ca_file = str(authority.ca_file)
        server = Server("SMTP", "localhost", served.port, ca_file=ca_file, timeout=5)
        yield SmtpSettings(server, Login("support", lambda: "pässword", auth)), served


async def attempt(
    script: Script, authority: Authority, text: str = "Hello\r\n", auth: Auth = Auth.PASSWORD
) -> Attempt:
    """Try to send a mail by ``script``."""
    with running(script, authority, auth) as (settings, served):
        return await attempt_by(settings, served, script, text)


async def attempt_by(
    settings: SmtpSettings, served: Scripted, script: Script, text: str = "Hello\r\n"
) -> Attempt:
    """Try to send a mail with ``settings``; the text has arrived when the commit ends."""
    came = Attempt(heard=served.heard)

    async def commit() -> None:
        came.commits += 1
        assert await asyncio.to_thread(script.before_dot.wait, 10)

    message = f"Subject: x\r\n\r\n{text}last line".encode()
    recipients = ["ada@shop.test", "bob@shop.test"]
    try:
        came.refused = await smtp.send(
            settings, "support@example.test", recipients, message, commit
        )
    except AdapterError as error:
        came.error = error
    return came


async def test_a_mail_is_sent_with_its_dots_doubled(authority: Authority) -> None:
    script = Script()

    came = await attempt(script, authority, "one\n.\n..two\r.\r\nthree\r\n")

    assert (came.error, came.refused, came.commits) == (None, (), 1)
    text = b"Subject: x\r\n\r\none\r\n..\r\n...two\r\n..\r\nthree\r\nlast line\r\n"
    assert script.accepted == [text]
    assert b"RCPT TO:<bob@shop.test>\r\n" in came.heard


async def test_commit_comes_after_the_text_and_before_the_dot(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    send = smtplib.SMTP.send

    def noted(self: smtplib.SMTP, octets: bytes | str) -> None:
        if b"last line\r\n" in (octets if isinstance(octets, bytes) else b""):
            steps.append("text")
        if octets == ".\r\n":
            steps.append("dot")
        send(self, octets)

    async def commit() -> None:
        assert await asyncio.to_thread(script.before_dot.wait, 10), "the text has arrived"
        steps.append("commit")

    monkeypatch.setattr(smtplib.SMTP, "send", noted)
    script = Script()
    with running(script, authority) as (settings, _):
        await smtp.send(settings, "a@b.test", ["c@d.test"], b"x\r\nlast line", commit)

    assert steps == ["text", "commit", "dot"]
    assert len(script.accepted) == 1


async def test_the_dot_does_not_wait_until_the_text_is_confirmed(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows meanwhile whether the mail has left, and servers confirm 40 ms late."""
    waits: list[bool] = []
    send = smtplib.SMTP.send

    def noted(self: smtplib.SMTP, octets: bytes | str) -> None:
        if octets == ".\r\n" and self.sock is not None:
            waits.append(not self.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        send(self, octets)

    monkeypatch.setattr(smtplib.SMTP, "send", noted)
    script = Script()
    await attempt(script, authority)

    assert waits == [False]
    assert len(script.accepted) == 1


async def test_a_commit_that_fails_sends_no_dot(authority: Authority) -> None:
    async def disk_full() -> None:
        raise OSError("no space left")

    script = Script()
    with running(script, authority) as (settings, served), pytest.raises(OSError, match="no space"):
        await smtp.send(settings, "a@b.test", ["c@d.test"], b"x\r\nlast line", disk_full)

    assert script.accepted == []
    assert b".\r\n" not in served.heard


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("code", [421, 451, 452])
async def test_a_reply_of_not_now_means_nothing_happened(
    authority: Authority, stage: str, code: int
) -> None:
    script = Script({stage: f"{code} 4.3.0 not now"})

    came = await attempt(script, authority)

    assert isinstance(came.error, Deferred)
    assert f"({code} 4.3.0 not now)" in came.said()
    assert script.accepted == []
    assert came.commits == (stage == "dot")


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("code", [550, 552, 554])
async def test_a_refusal_is_told_in_the_servers_words(
    authority: Authority, stage: str, code: int
) -> None:
    script = Script({stage: f"{code} 5.7.1 never"})

    came = await attempt(script, authority)

    assert isinstance(came.error, Refused)
    assert f"({code} 5.7.1 never)" in came.said()
    assert script.accepted == []


@pytest.mark.parametrize("code", [534, 535, 538])
async def test_a_wrong_password_is_for_a_person_to_mend(authority: Authority, code: int) -> None:
    came = await attempt(Script({"AUTH": f"{code} 5.7.8 who are you"}), authority)

    assert isinstance(came.error, AccountProblem)
    assert "user name or password of 'support'" in came.said()


@pytest.mark.parametrize("stage", STAGES[:-1])
async def test_a_line_cut_before_the_dot_leaves_no_doubt(authority: Authority, stage: str) -> None:
    came = await attempt(Script({stage: ""}), authority)

    assert isinstance(came.error, Unreachable)
    assert "broke off" in came.said()
    assert came.commits == 0


async def test_a_line_cut_after_the_dot_leaves_the_mail_in_doubt(authority: Authority) -> None:
    came = await attempt(Script({"dot": ""}), authority)

    assert type(came.error) is Unreachable
    assert "nobody knows whether it has it" in came.said()
    assert came.commits == 1


async def test_no_answer_to_the_dot_leaves_the_mail_in_doubt(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "DOT_PATIENCE", 0.1)
    script = Script({"dot": "250-taken"})  # the last line of the reply never comes
    with running(script, authority) as (settings, served):
        hasty = replace(settings, server=replace(settings.server, timeout=0.5))
        came = await attempt_by(hasty, served, script)

    assert type(came.error) is Unreachable
    assert "nobody knows" in came.said()


async def test_what_is_sent_is_known_before_the_server_takes_leave(authority: Authority) -> None:
    """Else the program could die meanwhile and would not know that the mail is through."""
    script = Script()
    script.may_leave.clear()
    with running(script, authority) as (settings, served):
        sent = await attempt_by(settings, served, script, "Hello\r\n")
        assert await asyncio.to_thread(script.leaving.wait, 20)
        script.may_leave.set()
    assert sent.error is None
    assert script.accepted


def test_the_dot_is_waited_for_as_long_as_the_rfc_asks() -> None:
    assert smtp.DOT_PATIENCE >= 600


async def test_a_mail_over_the_servers_limit_is_not_begun(authority: Authority) -> None:
    came = await attempt(Script(size=5_000), authority, "x" * 6_000)

    assert isinstance(came.error, Refused)
    assert "more than the 5 kB that localhost" in came.said()
    assert not any(line.startswith(b"MAIL") for line in came.heard)


async def test_login_is_used_where_plain_is_not_offered(authority: Authority) -> None:
    came = await attempt(Script(mechanisms="CRAM-MD5 LOGIN"), authority)

    assert came.error is None
    assert b"AUTH LOGIN\r\n" in came.heard


async def test_a_server_without_a_known_log_in_is_named(authority: Authority) -> None:
    came = await attempt(Script(mechanisms="GSSAPI"), authority)

    assert isinstance(came.error, AccountProblem)
    assert "GSSAPI" in came.said()


@pytest.mark.parametrize("auth", [Auth.XOAUTH2, Auth.OAUTHBEARER])
async def test_a_refused_token_is_answered_and_named(authority: Authority, auth: Auth) -> None:
    class Challenging(Script):
        def _answer(self, wire: Wire, stage: str, usual: str) -> None:
            if stage == "AUTH":
                wire.say("334 eyJzdGF0dXMiOiI0MDAifQ==\n")
                wire.line()
                wire.say("535 5.7.8 expired\n")
            else:
                super()._answer(wire, stage, usual)

    came = await attempt(Challenging(), authority, auth=auth)

    assert isinstance(came.error, AccountProblem)
    assert "access token" in came.said()


async def test_check_says_that_sending_works_and_sends_nothing(authority: Authority) -> None:
    with running(Script(), authority) as (settings, served):
        finding = await smtp.check(settings)

    assert finding.severity is Severity.OK
    assert "MAIL" not in served.heard_text()


async def test_giving_up_wakes_the_thread_that_waits(authority: Authority) -> None:
    committed = asyncio.Event()

    async def commit() -> None:
        committed.set()

    script = Script({"dot": "250-taken"})
    with running(script, authority) as (settings, _):
        sending = asyncio.create_task(smtp.send(settings, "a@b.test", ["c@d.test"], b"x", commit))
        await committed.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        waiting = [thread for thread in threading.enumerate() if thread.name == "smtp"]
        for thread in waiting:
            await asyncio.to_thread(thread.join, 5)

    assert not any(thread.is_alive() for thread in waiting)

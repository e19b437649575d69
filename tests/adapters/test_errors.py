"""Whatever breaks between us and a server is told in one sentence that says what to do."""

import errno
import socket
import ssl

import pytest

from agent_tui.adapters.contract import AccountProblem, AdapterError, Unreachable
from agent_tui.adapters.errors import in_words, words
from agent_tui.adapters.server import Server

SERVER = Server("IMAP", "mail.example.test", 993)


def _certificate(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    return error


def _tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, "failed")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (_certificate(10), AccountProblem, "has expired"),
        (_certificate(9), AccountProblem, "is not valid yet"),
        (_certificate(18), AccountProblem, "is signed by itself"),
        (_certificate(20), AccountProblem, "does not trust"),
        (_certificate(62), AccountProblem, "belongs to another host name"),
        (_certificate(1), AccountProblem, "cannot be trusted"),
        (_tls("WRONG_VERSION_NUMBER"), AccountProblem, 'try security = "starttls"'),
        (_tls("UNSUPPORTED_PROTOCOL"), AccountProblem, "outdated encryption"),
        (_tls("UNEXPECTED_EOF_WHILE_READING"), Unreachable, "broke off"),
        (socket.gaierror(-2, "unknown"), Unreachable, "known by the name mail.example.test"),
        (ConnectionRefusedError(), Unreachable, "Nothing answers at"),
        (TimeoutError(), Unreachable, "did not answer in time"),
        (OSError(errno.ENETUNREACH, "x"), Unreachable, "No way leads to"),
        (ConnectionResetError(), Unreachable, "broke off"),
        (EOFError(), Unreachable, "broke off"),
    ],
)
def test_an_error_becomes_one_sentence(
    error: Exception, kind: type[AdapterError], says: str
) -> None:
    problem = in_words(error, SERVER)

    sentence = str(problem)
    assert type(problem) is kind
    assert says in sentence
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "mail.example.test" in sentence
    assert problem.detail


def test_what_is_in_words_already_stays_as_it_is() -> None:
    problem = AccountProblem("The mailbox is full.")

    assert in_words(problem, SERVER) is problem


def test_a_servers_words_are_made_safe_and_short() -> None:
    assert words("no\x1b]52;c;x\x07 way\r\nat all...") == "no\ufffd]52;c;x\ufffd way at all"
    assert len(words("x" * 5000)) == 200
    assert words("") == "without giving a reason"

"""A provider that knows one password, and a person with prepared answers."""

import logging
from collections.abc import Sequence

from agent_tui.adapters.contract import (
    AccountContext,
    AdapterInfo,
    Finding,
    Option,
    Severity,
)
from agent_tui.model.account import Capabilities
from agent_tui.model.conversation import Channel

GOOD = "sk-live-CANARY-0042"


class FakeAdapter:
    """Looks like a mail account; its check logs in with ``GOOD`` only."""

    info = AdapterInfo(
        "fake",
        "Fake mail",
        "1",
        Capabilities(Channel.MAIL),
        (
            Option("address", str, "The address customers write to."),
            Option("host", str, "The IMAP server."),
            Option("port", int, "Its port.", optional=True),
            Option("security", str, "Encryption.", default="tls", choices=("tls", "starttls")),
            Option("smtp_host", str, "The server that mail leaves by."),
            Option("auth", str, "How to log in.", default="password"),
            Option("mailboxes", list[str], "Mailboxes.", default=["INBOX"]),
            Option("mark_seen", bool, "Whether reading marks.", default=False),
            Option("password", str, "The password.", secret=True),
        ),
    )
    closed = 0

    def __init__(self, account: AccountContext) -> None:
        self.account = account

    def pull(self) -> None:
        """Makes the registry take this for an adapter."""

    async def check(self) -> list[Finding]:
        if self.account.secret("password") == GOOD:
            return [Finding("Receiving", Severity.OK, str(self.account.settings["host"]))]
        return [Finding("Receiving", Severity.ERROR, "wrong password\x1b[2J")]

    async def close(self) -> None:
        type(self).closed += 1


class FolderAdapter(FakeAdapter):
    """Mail in a folder: no server, an address and a password only if answers shall leave."""

    info = AdapterInfo(
        "folder",
        "Fake folder",
        "1",
        Capabilities(Channel.MAIL),
        (
            Option("path", str, "The folder."),
            Option("address", str, "The address customers write to.", default=""),
            Option("smtp_host", str, "The server that answers leave by.", optional=True),
            Option("smtp_password", str, "The password.", optional=True, secret=True),
        ),
    )

    async def check(self) -> list[Finding]:
        return [Finding("Folder", Severity.OK, str(self.account.settings["path"]))]


class RaisingAdapter(FakeAdapter):
    """A plugin with a bug."""

    async def check(self) -> list[Finding]:
        raise ZeroDivisionError(GOOD)


class Person:
    """Answers questions by their words; fails the test on a question nobody expected."""

    def __init__(self, **answers: str) -> None:
        self.answers = {words.replace("_", " "): answer for words, answer in answers.items()}
        self.asked: list[str] = []

    def text(self, question: str, default: str = "") -> str:
        return self._answer(question, default)

    def secret(self, question: str) -> str:
        return self._answer(question, None)

    def yes(self, question: str, *, default: bool) -> bool:
        return self._answer(question, "y" if default else "n") == "y"

    def choice(self, question: str, choices: Sequence[str]) -> int:
        return int(self._answer(question, "0"))

    def _answer(self, question: str, default: str | None) -> str:
        self.asked.append(question)
        for words, answer in self.answers.items():
            if words.lower() in question.lower():
                return answer
        if default is None:
            raise AssertionError(f"nobody prepared an answer to: {question}")
        return default


def quiet() -> logging.Logger:
    """A log that nobody reads."""
    return logging.Logger("quiet")

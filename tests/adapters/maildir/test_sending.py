"""Mail in files is answered by SMTP where a server is named, and cannot be where none is."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from agent_tui.adapters import smtp
from agent_tui.adapters.contract import AccountProblem, Commit, Effect, Refused, Settled
from agent_tui.model.account import EffectKind
from agent_tui.model.incoming import Outgoing
from agent_tui.model.message import Address, Recipients
from tests.adapters.maildir.tree import Account, folder

ANSWER = Effect(
    EffectKind.SEND,
    "k1@shop.example",
    Outgoing(
        "Re: Zip",
        "We mend it.",
        Address("Shop", "help@shop.example"),
        Recipients(to=(Address("Ada", "ada@post.example"),)),
    ),
)


async def commit() -> None:
    """Stands for the engine's note before the step of no return."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return folder(tmp_path / "mail")


def test_without_smtp_the_account_cannot_send(root: Path) -> None:
    assert Account(root).adapter().capabilities.effects == frozenset()


async def test_without_smtp_an_answer_is_refused_in_words(root: Path) -> None:
    with pytest.raises(Refused, match="add smtp_host"):
        await Account(root).adapter().deliver(ANSWER, commit)


async def test_with_smtp_an_answer_leaves_with_its_message_id(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[smtp.SmtpSettings, str, Sequence[str], bytes]] = []

    async def send(
        settings: smtp.SmtpSettings,
        sender: str,
        recipients: Sequence[str],
        message: bytes,
        commit: Commit,
    ) -> smtp.Refusals:
        await commit()
        sent.append((settings, sender, recipients, message))
        return ()

    monkeypatch.setattr(smtp, "send", send)
    adapter = Account(root, settings={"smtp_host": "smtp.shop.example"}).adapter()
    assert adapter.capabilities.effects == {EffectKind.SEND}
    receipt = await adapter.deliver(ANSWER, commit)
    [(settings, sender, recipients, message)] = sent
    assert (settings.server.host, settings.server.port) == ("smtp.shop.example", 465)
    assert settings.login is None
    assert (sender, list(recipients)) == ("help@shop.example", ["ada@post.example"])
    assert b"Message-ID: <k1@shop.example>" in message
    assert receipt.refused == ()


async def test_what_became_of_an_answer_in_doubt_cannot_be_told(root: Path) -> None:
    assert await Account(root).adapter().settle(ANSWER) is Settled.UNKNOWN


async def test_smtp_without_an_address_to_send_from_is_told_in_words(root: Path) -> None:
    settings = {"smtp_host": "smtp.shop.example", "address": ""}
    with pytest.raises(AccountProblem, match="no address to send from"):
        Account(root, settings=settings).adapter()


async def test_reading_and_resolving_leave_the_files_alone(root: Path) -> None:
    adapter = Account(root).adapter()
    for kind in (EffectKind.STATUS, EffectKind.READ, EffectKind.UNREAD):
        assert (await adapter.deliver(Effect(kind, "k"), commit)).targets == ()

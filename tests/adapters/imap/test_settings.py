"""An account's settings become types, with ports and log-ins that follow from the rest."""

import logging

import pytest

from agent_tui.adapters import registry
from agent_tui.adapters.contract import AccountContext, AccountProblem, Adapter
from agent_tui.adapters.imap import ImapAdapter
from agent_tui.adapters.imap.settings import OPTIONS, OnResolve, Settings
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Channel

LEAST = {"address": "support@shop.test", "host": "imap.shop.test", "smtp_host": "smtp.shop.test"}


def settings(**given: object) -> Settings:
    """The settings of an account that says ``given`` and what must be said."""
    context = AccountContext(
        "shop", LEAST | given, lambda name: f"<{name}>", logging.getLogger("test"), lambda: 0
    )
    return Settings.read(context)


def test_what_is_left_out_follows_from_the_rest() -> None:
    read = settings()

    assert (str(read.imap), str(read.smtp.server)) == ("imap.shop.test:993", "smtp.shop.test:465")
    assert read.mailboxes == ("INBOX",)
    assert read.on_resolve is OnResolve.ARCHIVE
    assert (read.mark_seen, read.files_copy) == (False, True)
    assert read.smtp.login is not None
    assert (read.login.user, read.smtp.login.user) == ("support@shop.test", "support@shop.test")
    assert (read.login.secret(), read.smtp.login.secret()) == ("<password>", "<password>")


def test_starttls_moves_to_its_usual_ports() -> None:
    read = settings(security="starttls", smtp_security="starttls")

    assert (read.imap.port, read.smtp.server.port) == (143, 587)


def test_sending_may_have_a_log_in_of_its_own() -> None:
    read = settings(user="inbox", smtp_user="out", smtp_password="a reference")

    assert read.smtp.login is not None
    assert (read.smtp.login.user, read.smtp.login.secret()) == ("out", "<smtp_password>")


@pytest.mark.parametrize(
    ("host", "setting", "files"),
    [
        ("smtp.gmail.com", "auto", False),
        ("SMTP.office365.com", "auto", False),
        ("smtp-mail.outlook.com", "auto", False),
        ("smtp.notgmail.com", "auto", True),
        ("smtp.gmail.com", "yes", True),
        ("smtp.shop.test", "no", False),
    ],
)
def test_a_copy_is_filed_where_the_provider_does_not(
    host: str, setting: str, *, files: bool
) -> None:
    assert settings(smtp_host=host, file_sent=setting).files_copy is files


def test_moving_on_resolve_names_its_mailbox() -> None:
    read = settings(on_resolve="move:Done/2026")

    assert (read.on_resolve, read.archive) == (OnResolve.MOVE, "Done/2026")


@pytest.mark.parametrize("value", ["delete", "move", "move:", "archive:x"])
def test_on_resolve_that_cannot_be_meant_is_refused(value: str) -> None:
    with pytest.raises(AccountProblem, match=f"cannot be '{value}'"):
        settings(on_resolve=value)


def test_secrets_do_not_show() -> None:
    assert "<password>" not in repr(settings())


def test_no_option_switches_verification_off() -> None:
    words = " ".join(f"{option.name} {' '.join(option.choices)}" for option in OPTIONS)

    assert not {"insecure", "none", "plain", "verify", "off"} & set(words.split())


def test_it_is_found_under_its_name_and_keeps_the_contract() -> None:
    kept: type[Adapter] = ImapAdapter  # checked by mypy

    assert registry.load("imap") is kept


def test_the_adapter_says_what_it_can_do() -> None:
    can = ImapAdapter.info.capabilities

    assert can.channel is Channel.MAIL
    kinds = {EffectKind.SEND, EffectKind.STATUS, EffectKind.READ, EffectKind.UNREAD}
    assert can.effects == kinds  # what a mailbox cannot take is not offered
    assert (can.push, can.attach, can.recipients, can.undo_ms) == (True, True, True, 10_000)

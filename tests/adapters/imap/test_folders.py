"""The right mailbox is Sent and Archive at providers of all kinds."""

import pytest

from agent_tui.adapters.imap.client import Folder
from agent_tui.adapters.imap.folders import Folders


def folders(*names: str, delimiter: str = "/", **special: str) -> Folders:
    """Mailboxes called ``names``; ``special`` gives some an attribute."""
    marked = {name: f"\\{attribute}" for attribute, name in special.items()}
    return Folders(
        tuple(
            Folder(name, frozenset({marked[name]} if name in marked else set()), delimiter)
            for name in ("INBOX", *names)
        )
    )


@pytest.mark.parametrize(
    ("found", "sent", "archive"),
    [
        (folders("Sent", "Archive"), "Sent", "Archive"),
        (folders("Outbox", "Old", sent="Outbox", archive="Old"), "Outbox", "Old"),
        (
            folders(
                "[Gmail]/Sent Mail",
                "[Gmail]/All Mail",
                sent="[Gmail]/Sent Mail",
                all="[Gmail]/All Mail",
            ),
            "[Gmail]/Sent Mail",
            "[Gmail]/All Mail",
        ),
        (folders("Sent Items", "Archive"), "Sent Items", "Archive"),
        (folders("INBOX.Sent", "INBOX.Archives", delimiter="."), "INBOX.Sent", "INBOX.Archives"),
        (folders("Sent", "Gesendet", sent="Gesendet"), "Gesendet", None),
        (folders(), None, None),
    ],
)
def test_special_mailboxes_are_found(found: Folders, sent: str | None, archive: str | None) -> None:
    assert (found.sent(), found.archive()) == (sent, archive)


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (folders("Work"), "Archive"),
        (folders(), "Archive"),
        (folders("INBOX.Work", "INBOX.Drafts", delimiter="."), "INBOX.Archive"),
        (folders("INBOX/Orders", "Sent"), "Archive"),
    ],
)
def test_a_new_mailbox_goes_where_the_others_are(found: Folders, name: str) -> None:
    assert found.new("Archive") == name

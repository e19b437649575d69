"""Which of an account's mailboxes is which: Sent, Archive, and where a new one would go."""

from collections.abc import Iterable
from dataclasses import dataclass

from agent_tui.adapters.imap.client import Client, Folder

_SENT = ("sent", "sent items", "sent messages", "sent mail", "gesendet", "envoyés", "enviados")
_ARCHIVE = ("archive", "archives", "archiv")


@dataclass(frozen=True, slots=True)
class Folders:
    """The mailboxes of an account."""

    all: tuple[Folder, ...]

    def sent(self) -> str | None:
        """Where the provider keeps sent mail: by SPECIAL-USE (RFC 6154), else by its name."""
        return self._special(("\\sent",)) or self._called(_SENT)

    def archive(self) -> str | None:
        """Where mail goes that is done with; at Gmail that is All Mail, out of the Inbox."""
        return self._special(("\\archive", "\\all")) or self._called(_ARCHIVE)

    def new(self, name: str) -> str:
        """``name`` where a mailbox may be made: some servers keep all of them below INBOX."""
        others = [folder for folder in self.all if folder.name.upper() != "INBOX"]
        below = [f for f in others if f.name.upper().startswith(f"INBOX{f.delimiter}")]
        return f"INBOX{below[0].delimiter}{name}" if below and below == others else name

    def _special(self, attributes: Iterable[str]) -> str | None:
        marked = (f.name for wanted in attributes for f in self.all if wanted in f.attributes)
        return next(marked, None)

    def _called(self, names: Iterable[str]) -> str | None:
        last = {f.name.rpartition(f.delimiter)[2].lower(): f.name for f in self.all if f.delimiter}
        plain = {f.name.lower(): f.name for f in self.all}
        return next((found for name in names if (found := plain.get(name) or last.get(name))), None)


def folders_of(client: Client) -> Folders:
    """The account's mailboxes, asked of the server."""
    return Folders(client.folders())


def sent_or_new(client: Client, setting: str | None) -> str:
    """The mailbox for sent mail, made where there is none."""
    folders = folders_of(client)
    return _existing_or_new(client, folders, setting or folders.sent(), "Sent")


def archive_or_new(client: Client, setting: str | None) -> str:
    """The mailbox for mail that is done with, made where there is none."""
    folders = folders_of(client)
    return _existing_or_new(client, folders, setting or folders.archive(), "Archive")


def _existing_or_new(client: Client, folders: Folders, name: str | None, usual: str) -> str:
    chosen = name or folders.new(usual)
    if chosen not in {folder.name for folder in folders.all}:
        client.create_folder(chosen)
    return chosen

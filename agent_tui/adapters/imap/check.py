"""What ``doctor`` says about an IMAP account: each step of getting in, and what is offered."""

from agent_tui.adapters.contract import AdapterError, Finding, MailboxProblem, Severity
from agent_tui.adapters.imap.client import Client
from agent_tui.adapters.imap.folders import folders_of
from agent_tui.adapters.imap.line import Line
from agent_tui.adapters.imap.pull import examined
from agent_tui.adapters.imap.settings import OnResolve, Settings


async def imap_findings(line: Line, settings: Settings) -> list[Finding]:
    """Connection and log-in, then mailboxes and extensions; never raises AdapterError."""
    try:
        return await line.run(lambda client: _inside(client, settings))
    except AdapterError as problem:
        return [Finding(f"Receiving from {settings.imap}", Severity.ERROR, str(problem))]


def _inside(client: Client, settings: Settings) -> list[Finding]:
    return [
        Finding(
            f"Receiving from {settings.imap}",
            Severity.OK,
            f"connected over verified TLS, logged in as {settings.login.user}",
        ),
        *(_mailbox(client, mailbox) for mailbox in settings.mailboxes),
        *_special(client, settings),
        _extension(client, "IDLE", "new mail shows at once", "new mail shows at the next poll"),
        _extension(
            client,
            "CONDSTORE",
            "flags are synced by difference",
            "flags of the newest mails are compared at each poll",
        ),
    ]


def _mailbox(client: Client, mailbox: str) -> Finding:
    what = f"Mailbox {mailbox}"
    try:
        return Finding(what, Severity.OK, f"{examined(client, mailbox).exists} mails")
    except MailboxProblem as problem:
        return Finding(what, Severity.ERROR, str(problem))


def _special(client: Client, settings: Settings) -> list[Finding]:
    folders = folders_of(client)
    names = {folder.name for folder in folders.all}
    wanted = [("Sent", settings.sent or folders.sent())] if settings.files_copy else []
    if settings.on_resolve is not OnResolve.NOTHING:
        wanted.append(("Archive", settings.archive or folders.archive()))
    return [
        Finding(f"Mailbox for {what}", Severity.OK, name)
        if name in names
        else Finding(f"Mailbox for {what}", Severity.WARNING, f"{name or what} will be created")
        for what, name in wanted
    ]


def _extension(client: Client, name: str, good: str, less: str) -> Finding:
    if client.has_capability(name):
        return Finding(name, Severity.OK, good)
    return Finding(name, Severity.WARNING, f"not offered: {less}")

"""Commands on the conversation that is read: details, folds, links, files, copying, searching."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from agent_tui.actions.action import ActionError
from agent_tui.model.message import Attachment, FetchState, Link, Message
from agent_tui.query.complete import Known, complete
from agent_tui.store import accounts, agents, companies, conversations, customers, messages
from agent_tui.system.files import is_there
from agent_tui.ui import orders, source
from agent_tui.ui.files import brief_path
from agent_tui.ui.lines import Detail, clean, is_gone, say_size, say_time
from agent_tui.ui.shell import Choice, Complete, Shell, Where

_OPENED_SCHEMES = frozenset({"http", "https", "mailto"})
_DETAILS = {
    Detail.RENDERED: "Messages are shown as they read best.",
    Detail.HEADERS: "Messages are shown with their headers.",
    Detail.PLAIN: "Messages are shown as plain text with their headers.",
}
_FETCH_POLL_S = 0.25
_FETCH_PATIENCE_S = 60


def details(shell: Shell) -> None:
    """Show more of each message: headers, plain text, a mail's source, and again as it was."""
    reading = shell.desk.reading
    if shell.where() is Where.VIEWER:
        shell.close_pane()
        return
    last = reading.detail is Detail.PLAIN
    said = _DETAILS[reading.cycle_detail()]
    if last:
        try:
            source.show(shell)
        except ActionError as refused:
            shell.say(str(refused))
    else:
        shell.say(said)


def fold(shell: Shell) -> None:
    """Show quotes and signatures, or fold them."""
    shown = shell.desk.reading.toggle_folds()
    shell.say("Quotes and signatures are shown." if shown else "Quotes are folded again.")


def completions(shell: Shell) -> Complete:
    """How words of a query may go on."""
    known = Known(
        accounts=tuple(account.name for account in accounts.every(shell.db)),
        labels=tuple(conversations.labels(shell.db)),
        tags=tuple(customers.tags(shell.db)),
        companies=tuple(companies.names(shell.db)),
        assignees=tuple(agent.handle for agent in agents.every(shell.db)),
    )
    return lambda text, cursor: complete(text, cursor, known)


async def links(shell: Shell) -> None:
    """Choose a link, see where it really leads, open it; on an order, its own page."""
    order = orders.under_cursor(shell)
    if order is not None:
        await orders.open_record(shell, order)
        return
    having = [message for message in _from_here(shell) if message.body.links]
    found = [link for message in having for link in message.body.links]
    whose = [_whose(shell, message, having) for message in having for _ in message.body.links]
    items = [
        Choice(str(n), f"[{link.number}] {link.text or link.url}", f"{link.host or link.url}{of}")
        for n, (link, of) in enumerate(zip(found, whose, strict=True))
    ]
    if not items:
        shell.say("There are no links here.")
        return
    chosen = await shell.choose("Open link", items)
    if chosen is None:
        return
    await open_link(shell, found[int(chosen)])


async def open_link(shell: Shell, link: Link) -> None:
    """Say where ``link`` really leads; Enter opens it."""
    if not link.openable:
        shell.say(f"Not opened, only http, https and mailto are: {link.url}", error=True)
        return
    careful = "CAREFUL, it is not what it says: " if link.suspicious else ""
    if await shell.ask(f"{careful}{link.url}  Enter opens", keys=("enter",)) is not None:
        _open_outside(shell, link)


def _open_outside(shell: Shell, link: Link) -> None:
    """Hand a checked address to the desktop, never through a shell of the system."""
    if urlsplit(link.url).scheme.lower() not in _OPENED_SCHEMES:
        raise ValueError(f"refused to open {link.url}")
    program = "open" if sys.platform == "darwin" else "xdg-open"
    try:
        subprocess.Popen(
            [program, link.url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        shell.say(f"'{program}' is not there; y copies the link instead.", error=True)
    else:
        shell.say(f"Opened {link.url}")


async def attachments(shell: Shell) -> None:
    """Choose an attachment, have it fetched, and say where it lies; or what is looked at."""
    pane = shell.pane()
    if pane is not None and pane.where is Where.VIEWER:
        _say_where(shell, pane.file)
        return
    file = await choose_file(shell, "Save attachment", "attachments", lambda _: True)
    if file is None:
        return
    here = await fetched(shell, file)
    if here is not None:
        shell.say(f"Saved: {brief_path(here.path or '')}")


def _say_where(shell: Shell, path: str) -> None:
    if not path:
        shell.say("It is not here yet.")
    elif is_there(path):
        shell.say(f"Saved: {brief_path(path)}")
    else:
        shell.say(f"The file is gone: {brief_path(path)}; ask for it again.", error=True)


async def choose_file(
    shell: Shell, title: str, what: str, wanted: Callable[[Attachment], bool]
) -> Attachment | None:
    """One of the files that are ``wanted``, those of the message in view first; None where none
    was chosen. Raises ActionError where there are none."""
    having = [message for message in _from_here(shell) if any(map(wanted, message.attachments))]
    files = [(file, message) for message in having for file in message.attachments if wanted(file)]
    if not files:
        raise ActionError(f"There are no {what} here.")
    if len(files) == 1:
        return files[0][0]
    items = [
        Choice(str(file.id), clean(file.name), f"{say_size(file.size)}{_whose(shell, of, having)}")
        for file, of in files
    ]
    chosen = await shell.choose(title, items)
    return next((file for file, _ in files if str(file.id) == chosen), None)


def _from_here(shell: Shell) -> list[Message]:
    """All messages: the one at the top of the view, those after it, and then those before."""
    every, first = shell.desk.reading.messages, shell.desk.reading.first_message()
    at = next((n for n, message in enumerate(every) if message is first), 0)
    return [*every[at:], *every[:at]]


def _whose(shell: Shell, message: Message, among: Sequence[Message]) -> str:
    """Which of several messages something is of."""
    if len(among) == 1:
        return ""
    who = clean(message.author or message.address)
    return f"  {who}, {say_time(message.at, shell.clock())}"


async def fetched(shell: Shell, file: Attachment) -> Attachment | None:
    """``file`` once its bytes are on this machine; None where they do not come soon, which is
    said."""
    if file.state is not FetchState.HERE or is_gone(file):
        if not await shell.turns.take("Save an attachment"):
            return None
        shell.hold_keys()
        messages.want_file(shell.db, file.id)
        shell.refresh_conversation()
        shell.say(f"Fetching {file.name} ...")
    for _ in range(int(_FETCH_PATIENCE_S / _FETCH_POLL_S)):
        message = messages.get(shell.db, file.message_id)
        now = next((f for f in message.attachments if f.id == file.id), None) if message else None
        if now is None:
            shell.say(f"{file.name} is gone.", error=True)
            return None
        if is_gone(now):  # and nobody fetches it: it was attached here
            where = brief_path(clean(now.path or ""))
            shell.say(f"The file is gone: {where}; no provider gives it again.", error=True)
            return None
        if now.state is FetchState.HERE:
            return now
        if now.state is FetchState.FAILED:
            shell.say(f"{now.name} was not fetched: {now.problem}", error=True)
            return None
        if now.problem:
            shell.say(f"{now.name} is fetched as soon as that is possible: {now.problem}")
            return None
        await asyncio.sleep(_FETCH_POLL_S)
    shell.say(f"{file.name} is still being fetched; its line says when it is there.")
    return None


async def copy(shell: Shell) -> None:
    """Put a piece of the conversation on the terminal's clipboard (OSC 52); of an order its
    tracking number."""
    order = orders.under_cursor(shell)
    if order is not None:
        orders.copy(shell, order)
        return
    pieces = _copyable(shell)
    if not pieces:
        shell.say("There is nothing to copy here.")
        return
    items = [Choice(name, name, text.strip().split("\n")[0][:60]) for name, text in pieces.items()]
    chosen = await shell.choose("Copy", items)
    if chosen is None:
        return
    shell.copy(pieces[chosen])
    tmux = " (tmux needs: set -g set-clipboard on)" if os.environ.get("TMUX") else ""
    shell.say(f"Copied: {chosen}{tmux}")


def _copyable(shell: Shell) -> dict[str, str]:
    conversation = shell.current()
    if conversation is None:
        return {}
    pieces: dict[str, str] = {}
    message = shell.desk.reading.first_message()
    if message is not None and message.conversation_id == conversation.id:
        pieces["message"] = message.body.text
    person = customers.person(shell.db, conversation.customer_id)
    counts: dict[str, int] = {}
    for identity in person.identities if person else ():
        count = counts[identity.kind] = counts.get(identity.kind, 0) + 1
        which = f" {count}" if count > 1 else ""
        pieces[f"{identity.kind}{which} of the customer"] = identity.value
    pieces["subject"] = conversation.subject
    pieces["number"] = f"#{conversation.id}"
    for link in message.body.links if message is not None else ():
        pieces[f"link {link.number}"] = link.url
    return {name: text for name, text in pieces.items() if text}

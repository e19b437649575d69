"""A conversation as text: into a file of the agent's, or by mail to the customer."""

import os
from datetime import datetime
from pathlib import Path

from agent_tui.actions import transcript as texts
from agent_tui.actions.action import ActionError
from agent_tui.content.safe import safe_line
from agent_tui.model.conversation import Conversation
from agent_tui.system import private
from agent_tui.ui import files
from agent_tui.ui.shell import Choice, Hint, Shell

_FILE, _MAIL = "file", "mail"


async def transcript(shell: Shell) -> None:
    """Ask where to, and write it or open a mail with it. Raises ActionError."""
    conversation = shell.current()
    if conversation is None:
        raise ActionError("There is no conversation here.")
    chosen = await shell.choose(
        "Transcript",
        [
            Choice(_FILE, "Into a file", "you are asked where"),
            Choice(_MAIL, f"By mail to {safe_line(conversation.customer)}", "opens the mail"),
        ],
    )
    if chosen == _FILE:
        await _into_file(shell, conversation)
    elif chosen == _MAIL:
        _by_mail(shell, conversation)


def default_name(conversation: Conversation) -> str:
    """``transcript-300-2026-09-21.txt``: number and day of the last message."""
    day = datetime.fromtimestamp(conversation.last_at / 1000).astimezone()
    return f"transcript-{conversation.id}-{day:%Y-%m-%d}.txt"


async def _into_file(shell: Shell, conversation: Conversation) -> None:
    said = await shell.ask(
        "Write to: ",
        str(Path("~") / default_name(conversation)),
        complete=files.complete_path,
        preview=_preview,
        history="transcripts",
    )
    if not said or not said.strip():
        return
    path = files.meant_path(said)
    if path.is_dir():
        path /= default_name(conversation)
    shown = safe_line(str(path))
    if path.exists():
        answer = await shell.ask(
            f"Overwrite {safe_line(path.name)}, which is there already? y/n ", keys=("y",)
        )
        if answer != "y":
            shell.say("Nothing was written.")
            return
    try:
        _write(path, texts.transcript(shell.db, conversation))
    except OSError as error:
        raise ActionError(f"Not written to {shown}: {error.strerror}.") from error
    shell.say(f"Written to {shown}; only you can read it.")


def _write(path: Path, text: str) -> None:
    """For its owner only; a link that lies there is not followed."""
    with os.fdopen(private.opened(path, private.OVERWRITE), "w", encoding="utf-8") as file:
        private.close_to_others(file.fileno())  # also where it was there already
        file.write(text)


def _by_mail(shell: Shell, conversation: Conversation) -> None:
    from agent_tui.ui import composer

    draft, sentence = texts.mail_draft(shell.context, conversation)
    composer.open_draft(shell, draft.id)
    shell.say(sentence)


def _preview(text: str) -> Hint:
    """What stands there already."""
    path = files.meant_path(text)
    if path.is_dir():
        return Hint("a folder")
    return Hint("there already", wrong=True) if path.exists() else Hint("Tab completes")

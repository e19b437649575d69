"""Commands that make conversations one, and one of them two."""

from agent_tui.actions import joining
from agent_tui.actions.action import ActionError
from agent_tui.content.safe import safe_line
from agent_tui.store import conversations
from agent_tui.ui.shell import Shell

_WORDS = 30


async def merge(shell: Shell) -> None:
    """Say which conversation the others go into, ask, and merge them."""
    targets = shell.targets()
    target = joining.survivor(conversations.by_ids(shell.db, targets))
    name = safe_line(target.subject or target.customer, _WORDS)
    question = f'Merge {len(targets)} conversations into #{target.id} "{name}"? y/n '
    if await shell.ask(question, keys=("y",)) == "y":
        shell.do(joining.MERGE, targets)


async def split(shell: Shell) -> None:
    """Ask how much, beginning with the message at the top of the view, becomes another one."""
    message = shell.desk.reading.first_message()
    if message is None:
        raise ActionError("There is no message here.")
    words = safe_line(message.body.text, _WORDS)
    question = f'Split off "{words}" alone (o), or it and all after it (a)? '
    answer = await shell.ask(question, keys=("o", "a"))
    if answer is not None:
        only = {"only": "yes"} if answer == "o" else {}
        shell.do(joining.SPLIT, [message.conversation_id], message=str(message.id), **only)

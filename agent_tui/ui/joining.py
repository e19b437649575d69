"""Commands that make conversations one, and one of them two."""

from functools import partial

from agent_tui.actions import joining
from agent_tui.actions.action import ActionError
from agent_tui.content.safe import safe_line
from agent_tui.store import conversations
from agent_tui.ui.shell import Shell, Where

_WORDS = 30


async def merge(shell: Shell) -> None:
    """Say which conversation the others go into, ask, and merge them."""
    targets = shell.targets()
    target = joining.survivor(conversations.by_ids(shell.db, targets))
    name = safe_line(target.subject or target.customer, _WORDS)
    question = f'Merge {len(targets)} conversations into #{target.id} "{name}"? y/n '
    reads = shell.where() is Where.READING
    if await shell.ask(question, keys=("y",)) == "y":
        read_on = partial(shell.show_conversation, target.id) if reads else None
        shell.do(joining.MERGE, targets, read_on)


async def split(shell: Shell) -> None:
    """Ask how much, beginning with the message at the top of the view, becomes another one."""
    conversation, message = shell.current(), shell.desk.reading.first_message()
    if conversation is None or message is None:
        raise ActionError("There is no message here.")
    joining.check_splittable(conversation)
    words = safe_line(message.body.text, _WORDS)
    question = f'Split off "{words}" alone (o), or it and all after it (a)? '
    answer = await shell.ask(question, keys=("o", "a"))
    if answer is not None:
        only = {"only": "yes"} if answer == "o" else {}
        shell.do(joining.SPLIT, [message.conversation_id], message=str(message.id), **only)

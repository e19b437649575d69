"""The palette and the command line: every command by a few letters, or by its name."""

import asyncio
from collections.abc import Mapping

from agent_tui.actions.action import Action
from agent_tui.actions.registry import registry
from agent_tui.content.safe import safe_line
from agent_tui.model.account import Account
from agent_tui.store import accounts
from agent_tui.ui import command_line as lines
from agent_tui.ui import navigation
from agent_tui.ui.recent import Recent
from agent_tui.ui.shell import Choice, Command, Hint, Shell, Where

_NOT_LISTED = frozenset({"palette", "command-line"})
"""What opens the list is not in it."""


async def pick_command(shell: Shell) -> None:
    """Choose a command by letters of its title or name, and do it."""
    where = shell.where()
    recent = Recent(shell.paths.state / "recent-commands")
    chosen = await shell.choose("Command", choices(shell, where, recent))
    if chosen is None:
        return
    shell.run_command(chosen)
    await asyncio.to_thread(recent.use, chosen)


async def command_line(shell: Shell) -> None:
    """Ask for a command with its arguments, and do it.

    Raises ActionError for what cannot be done.
    """
    words = lines.vocabulary(shell)

    def preview(text: str) -> Hint:
        return lines.hint(shell, words, text)

    said = await shell.ask(
        ":",
        complete=lambda text, cursor: lines.complete(shell, words, text, cursor),
        preview=preview,
        history=":",
    )
    if said and said.strip():
        lines.run(shell, words, said)


def choices(shell: Shell, where: Where, recent: Recent) -> list[Choice]:
    """Every command with its keys: those used of late, then those of this pane, moving last."""
    actions = registry()
    account = _account(shell)
    found = [
        Choice(
            command.name,
            f"{_keys(shell, command.name)}{command.title}",
            command.help,
            _refused(command, where, actions, account),
        )
        for command in shell.commands().values()
        if command.name not in _NOT_LISTED
    ]
    return sorted(found, key=lambda c: (recent.age(c.key), bool(c.refused), c.key in _MOVING))


_KEYS_WIDTH = 16
_MOVING = frozenset(command.name for command in navigation.COMMANDS)


def _keys(shell: Shell, name: str) -> str:
    return f"{' '.join(shell.keys_of(name)[:2]):{_KEYS_WIDTH}}"


def _refused(
    command: Command, where: Where, actions: Mapping[str, Action], account: Account | None
) -> str:
    """Why the command cannot be used now; empty when it can."""
    if where not in command.where:
        panes = ", ".join(sorted(command.where))
        return f"Not here: it works in {panes}."
    action = actions.get(command.name)
    if action is None or action.needs is None or account is None:
        return ""
    if action.needs not in account.capabilities.effects:
        return f"The account '{safe_line(account.name)}' cannot {action.needs}."
    return ""


def _account(shell: Shell) -> Account | None:
    current = shell.current()
    return accounts.get(shell.db, current.account, current.channel) if current else None

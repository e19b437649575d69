"""Commands that open a prompt, a picker, the composer or a screen of its own.

Their modules are imported when a command first runs: text inputs cost 60 ms that the first paint
need not wait for.
"""

from agent_tui.ui.shell import SCREENS, TRIAGE, Command, Shell, Where

_LIST = frozenset({Where.LIST})


async def _reply(shell: Shell, _: int) -> None:
    from agent_tui.ui import composer

    await composer.reply(shell)


async def _reply_all(shell: Shell, _: int) -> None:
    from agent_tui.ui import composer

    await composer.reply(shell, everybody=True)


async def _forward(shell: Shell, _: int) -> None:
    from agent_tui.ui import composer

    await composer.forward(shell)


async def _new(shell: Shell, _: int) -> None:
    from agent_tui.ui import composer

    await composer.new(shell)


async def _note(shell: Shell, _: int) -> None:
    from agent_tui.ui import composer

    await composer.note(shell)


async def _canned(shell: Shell, _: int) -> None:
    from agent_tui.ui import composer

    await composer.canned(shell)


async def _palette(shell: Shell, _: int) -> None:
    from agent_tui.ui import palette

    await palette.pick_command(shell)


async def _command_line(shell: Shell, _: int) -> None:
    from agent_tui.ui import palette

    await palette.command_line(shell)


async def _help(shell: Shell, _: int) -> None:
    from agent_tui.ui import help as pages

    await pages.show(shell)


async def _outbox(shell: Shell, _: int) -> None:
    from agent_tui.ui import outbox

    await outbox.show(shell)


async def _accounts(shell: Shell, _: int) -> None:
    from agent_tui.ui import accounts

    await accounts.show(shell)


COMMANDS: tuple[Command, ...] = (
    Command("reply", "Reply", TRIAGE, _reply, "Write an answer to the customer."),
    Command("reply-all", "Reply to all", TRIAGE, _reply_all, "The same to everybody on it."),
    Command("forward", "Forward", TRIAGE, _forward, "Send the last message to somebody else."),
    Command("new", "New conversation", TRIAGE, _new, "Write to a customer first."),
    Command("note", "Internal note", TRIAGE, _note, "Write what only colleagues read."),
    Command("canned", "Canned reply", TRIAGE, _canned, "Answer with a prepared text."),
    Command("palette", "Palette", SCREENS, _palette, "Find any command by a word of it."),
    Command("command-line", "Command line", SCREENS, _command_line, "Type a command."),
    Command("help", "Help", SCREENS, _help, "The keys of this pane, and longer pages."),
    Command("outbox", "Outbox", SCREENS, _outbox, "What is on its way, failed or is in doubt."),
    Command("accounts", "Accounts", SCREENS, _accounts, "How each account is doing."),
)

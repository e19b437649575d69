"""Commands on the live chats, imported when one first runs."""

from agent_tui.ui.shell import Shell


async def choose(shell: Shell) -> None:
    """Pick a live chat from a list."""
    await shell.chats.choose()


def following(shell: Shell) -> None:
    """Go to the next chat that waits."""
    shell.chats.next()


def numbered(shell: Shell, count: int) -> None:
    """Go to the chat with this digit in the strip."""
    shell.chats.go_to_number(count)

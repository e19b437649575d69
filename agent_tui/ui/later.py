"""Commands whose modules are imported when one first runs, not before the first paint.

Text inputs, pickers and message stores cost 60 ms that the list need not wait for.
"""

from collections.abc import Awaitable
from importlib import import_module

from agent_tui.ui.shell import SCREENS, TRIAGE, Command, Run, Shell, Where

_READING = frozenset({Where.READING, Where.CUSTOMER})


def in_module(module: str, function: str, **arguments: object) -> Run:
    """``function`` of ``agent_tui.ui.module``, called with the shell; a test holds that it is
    there."""

    def run(shell: Shell, _: int) -> Awaitable[None] | None:
        found = getattr(import_module(f"agent_tui.ui.{module}"), function)
        going: Awaitable[None] | None = found(shell, **arguments)
        return going

    return run


COMMANDS: tuple[Command, ...] = (
    Command(
        "reply", "Reply", TRIAGE, in_module("composer", "reply"), "Write an answer to the customer."
    ),
    Command(
        "reply-all",
        "Reply to all",
        TRIAGE,
        in_module("composer", "reply", everybody=True),
        "The same to everybody on it.",
    ),
    Command(
        "forward",
        "Forward",
        TRIAGE,
        in_module("composer", "forward"),
        "Send the last message to somebody else.",
    ),
    Command(
        "new",
        "New conversation",
        TRIAGE,
        in_module("composer", "new"),
        "Write to a customer first.",
    ),
    Command(
        "note",
        "Internal note",
        TRIAGE,
        in_module("composer", "note"),
        "Write what only colleagues read.",
    ),
    Command(
        "canned",
        "Canned reply",
        TRIAGE,
        in_module("composer", "canned"),
        "Answer with a prepared text.",
    ),
    Command(
        "palette",
        "Palette",
        SCREENS,
        in_module("palette", "pick_command"),
        "Find any command by a word of it.",
    ),
    Command(
        "command-line",
        "Command line",
        SCREENS,
        in_module("palette", "command_line"),
        "Type a command.",
    ),
    Command(
        "help",
        "Help",
        SCREENS,
        in_module("help", "show"),
        "The keys of this pane, and longer pages.",
    ),
    Command(
        "outbox",
        "Outbox",
        SCREENS,
        in_module("outbox", "show"),
        "What is on its way, failed or is in doubt.",
    ),
    Command(
        "accounts",
        "Accounts",
        SCREENS,
        in_module("accounts", "show"),
        "How each account is doing.",
    ),
    Command(
        "search",
        "Search",
        TRIAGE,
        in_module("reading", "search"),
        "Narrow the view by words and keys; the same once more searches all views.",
    ),
    Command(
        "details",
        "Details",
        _READING,
        in_module("reading", "details"),
        "Headers, then the source, then rendered.",
    ),
    Command(
        "fold",
        "Fold quotes",
        _READING,
        in_module("reading", "fold"),
        "Show quotes and signatures, or fold them.",
    ),
    Command(
        "links",
        "Open a link",
        _READING,
        in_module("reading", "links"),
        "Shows where it leads before it opens.",
    ),
    Command(
        "attachments",
        "Save an attachment",
        _READING,
        in_module("reading", "attachments"),
        "Says where it lies.",
    ),
    Command(
        "copy",
        "Copy",
        TRIAGE,
        in_module("reading", "copy"),
        "The message, an address or a link.",
    ),
)

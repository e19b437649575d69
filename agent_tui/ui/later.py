"""Commands whose modules are imported when one first runs, not before the first paint.

Text inputs, pickers and message stores cost 60 ms that the list need not wait for.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from importlib import import_module

from agent_tui.ui.shell import SCREENS, TRIAGE, WRITING, Command, Shell, Where

_TIMELINE = frozenset({Where.TIMELINE})
_LIST = frozenset({Where.LIST})
_OPEN = frozenset({Where.READING})
_READING = frozenset({Where.READING, Where.CUSTOMER})
_VIEWER = frozenset({Where.VIEWER})


@dataclass(frozen=True, slots=True)
class InModule:
    """A function of ``agent_tui.ui.module`` that gets the shell; a test holds that it is there."""

    module: str
    function: str
    everybody: bool = False  # a reply to all
    counted: bool = False  # it wants the count typed before the key

    def __call__(self, shell: Shell, count: int) -> Awaitable[None] | None:
        function = getattr(import_module(f"agent_tui.ui.{self.module}"), self.function)
        more: dict[str, int] = {"everybody": True} if self.everybody else {}
        more |= {"count": count} if self.counted else {}
        going: Awaitable[None] | None = function(shell, **more)
        return going


@dataclass(frozen=True, slots=True)
class InProfile:
    """An action that changes a line of the customer's profile, asked for with what stands there."""

    action: str

    def __call__(self, shell: Shell, _: int) -> Awaitable[None] | None:
        from agent_tui.ui import profile

        return profile.change(shell, self.action)


COMMANDS: tuple[Command, ...] = (
    Command(
        "reply", "Reply", TRIAGE, InModule("composer", "reply"), "Write an answer to the customer."
    ),
    Command(
        "reply-all",
        "Reply to all",
        TRIAGE,
        InModule("composer", "reply", everybody=True),
        "The same to everybody on it.",
    ),
    Command(
        "forward",
        "Forward",
        TRIAGE,
        InModule("composer", "forward"),
        "Send the last message to somebody else.",
    ),
    Command(
        "new",
        "New conversation",
        TRIAGE,
        InModule("composer", "new"),
        "Write to a customer first.",
    ),
    Command(
        "note",
        "Internal note",
        TRIAGE,
        InModule("composer", "note"),
        "Write what only colleagues read.",
    ),
    Command(
        "canned",
        "Canned reply",
        TRIAGE,
        InModule("composer", "canned"),
        "Answer with a prepared text.",
    ),
    Command(
        "go-on-writing",
        "Go on writing",
        TRIAGE,
        InModule("composer", "go_on"),
        "The draft that you typed in last, wherever it is.",
    ),
    Command(
        "transcript",
        "Transcript",
        TRIAGE,
        InModule("transcripts", "transcript"),
        "All of the conversation as text, into a file or by mail.",
    ),
    Command(
        "why",
        "Why is it here",
        TRIAGE,
        InModule("why", "show"),
        "Its status and who set it, its views, and when it is due, with the arithmetic.",
    ),
    Command(
        "palette",
        "Palette",
        SCREENS,
        InModule("palette", "pick_command"),
        "Find any command by a word of it.",
    ),
    Command(
        "command-line",
        "Command line",
        SCREENS,
        InModule("palette", "command_line"),
        "Type a command.",
    ),
    Command(
        "help",
        "Help",
        SCREENS,
        InModule("help", "show"),
        "The keys of this pane, and longer pages.",
    ),
    Command(
        "outbox",
        "Outbox",
        SCREENS,
        InModule("outbox", "show"),
        "What is on its way, failed or is in doubt.",
    ),
    Command(
        "accounts",
        "Accounts",
        SCREENS,
        InModule("accounts", "show"),
        "How each account is doing.",
    ),
    Command(
        "ratings",
        "Ratings",
        SCREENS - {Where.RATINGS},
        InModule("ratings", "show"),
        "How they go, by source, product and stars; of what a search lists, else of all reviews.",
    ),
    Command(
        "ratings-period",
        "Weeks or months",
        frozenset({Where.RATINGS}),
        InModule("ratings", "turn"),
        "What the trend is counted by.",
    ),
    Command(
        "search",
        "Search",
        TRIAGE,
        InModule("searching", "search"),
        "Narrow the view by words and keys; the same once more searches all views.",
    ),
    Command(
        "select-all",
        "Select all",
        _LIST,
        InModule("selecting", "every"),
        "All that the list has, also what is not on the screen.",
    ),
    Command(
        "select-by-query",
        "Select by query",
        _LIST,
        InModule("selecting", "by_query"),
        "What of the list matches words and keys, too.",
    ),
    Command(
        "views",
        "All views",
        TRIAGE,
        InModule("views_menu", "choose"),
        "Choose one by a few letters of its name.",
    ),
    Command(
        "edit-view",
        "Change the view",
        TRIAGE,
        InModule("views_menu", "edit"),
        "Its query, order, name and place; keeps a search as a view.",
    ),
    Command(
        "merge-conversations",
        "Merge conversations",
        frozenset({Where.LIST, Where.READING}),
        InModule("joining", "merge"),
        "Those that are selected become one; u makes them several again.",
    ),
    Command(
        "split",
        "Split the conversation",
        _OPEN,
        InModule("joining", "split"),
        "The message at the top of the view, alone or with all after it, becomes another one.",
    ),
    Command(
        "undo-list",
        "Undo from a list",
        TRIAGE,
        InModule("undo_list", "choose"),
        "What you did, also in earlier sessions; one of it, or all down to it, is taken back.",
    ),
    Command(
        "details",
        "Details",
        _READING | _VIEWER,
        InModule("reading", "details"),
        "With headers, then as plain text, then a mail's source, then as it reads best.",
    ),
    Command(
        "source",
        "Source of the mail",
        _READING,
        InModule("source", "show"),
        "Every octet of it as it came, fetched from the provider.",
    ),
    Command(
        "fold",
        "Fold quotes",
        _READING,
        InModule("reading", "fold"),
        "Show quotes and signatures, or fold them.",
    ),
    Command(
        "links",
        "Open a link",
        _READING,
        InModule("reading", "links"),
        "Shows where it leads before it opens.",
    ),
    Command(
        "attachments",
        "Save an attachment",
        _READING | _VIEWER,
        InModule("reading", "attachments"),
        "Says where it lies.",
    ),
    Command(
        "picture",
        "Show a picture",
        _READING,
        InModule("picture", "show"),
        "Of the attachments, drawn on the terminal; needs the extra `images`.",
    ),
    Command(
        "copy",
        "Copy",
        TRIAGE,
        InModule("reading", "copy"),
        "The message, an address or a link; of an order its tracking number.",
    ),
    Command(
        "pipe",
        "Pipe",
        _READING,
        InModule("pipe", "pipe"),
        "The message into a program of yours; shows what that says.",
    ),
    Command(
        "order",
        "Go to the order",
        TRIAGE,
        InModule("orders", "go_to"),
        "The one that the conversation names, in the customer's pane.",
    ),
    Command(
        "call",
        "Log a phone call",
        TRIAGE | _TIMELINE,
        InModule("calls", "log"),
        "Who called, how long, what was said, when to call back: asked line by line.",
    ),
    Command(
        "timeline",
        "Timeline",
        TRIAGE,
        InModule("timeline", "show"),
        "Everything of this customer in one stream: messages, orders, calls, what was done.",
    ),
    Command(
        "timeline-search",
        "Filter the timeline",
        _TIMELINE,
        InModule("timeline", "search"),
        "By words and keys, such as kind:order; it follows while you type.",
    ),
    Command(
        "timeline-copy",
        "Copy",
        _TIMELINE,
        InModule("timeline", "copy"),
        "The message's text; of an order its tracking number.",
    ),
    Command(
        "profile",
        "Customer's profile",
        TRIAGE,
        InModule("profile", "profile"),
        "Name, VIP, tags, company, time zone, notes and more; Enter changes a line.",
    ),
    Command(
        "company-page",
        "Customer's company",
        TRIAGE,
        InModule("profile", "company_page"),
        "Its people, and all conversations with them.",
    ),
    Command(
        "look-up",
        "Look orders up again",
        TRIAGE,
        InModule("orders", "look_again"),
        "Ask the shops what they know of the customer now.",
    ),
)

WHILE_WRITING: tuple[Command, ...] = (
    Command(
        "write-chat",
        "Write in a chat",
        _OPEN,
        InModule("composer", "write_chat"),
        "The same as a reply, where the conversation is a chat.",
    ),
    Command(
        "chats",
        "Live chats",
        TRIAGE | {Where.CHAT},
        InModule("chat_commands", "choose"),
        "Who waits, longest waiting first; Enter goes there.",
    ),
    Command(
        "next-chat",
        "Next waiting chat",
        TRIAGE | WRITING,
        InModule("chat_commands", "following"),
        "What you write is kept, and there again when you come back.",
    ),
    Command(
        "chat",
        "Chat by number",
        TRIAGE | {Where.CHAT},
        InModule("chat_commands", "numbered", counted=True),
        "Alt+1 to Alt+9 go to the chats named in the first line.",
    ),
    Command(
        "help-writing",
        "Help while writing",
        WRITING,
        InModule("help", "show"),
        "The keys of this pane; what you write is kept.",
    ),
)
"""Those that help lists behind what is done to the text itself."""

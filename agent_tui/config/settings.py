"""The settings of one agent, and the one declaration of each: name, type, default, help, choices.

The file reader, the help page and a settings screen are all read off :data:`SETTINGS`.

This module is imported before first paint. Its small records are named tuples because each
costs 0.05 ms to define where a frozen dataclass costs 0.4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from agent_tui.config.values import ValueType
from agent_tui.model.conversation import BUILT_IN_VIEWS, Channel, Sort, View
from agent_tui.model.hours import Block
from agent_tui.model.targets import Rules


class AfterResolve(StrEnum):
    """Where the screen goes when a conversation has been resolved."""

    NEXT = "next"
    PREVIOUS = "previous"
    LIST = "list"


class ChatEnter(StrEnum):
    """What Enter does while a chat message is written; Alt+Enter does the other."""

    SEND = "send"
    NEWLINE = "newline"


class Preset(StrEnum):
    """Whose habits the keys follow before the user's own are put over them."""

    TRIAGE = "triage"
    VIM = "vim"
    MUTT = "mutt"
    GMAIL = "gmail"


class Desktop(StrEnum):
    """The sequence by which a terminal shows a notice on the desktop."""

    NONE = "none"
    OSC9 = "osc9"  # iTerm2, kitty, WezTerm, Ghostty, Windows Terminal
    OSC777 = "osc777"  # foot, rxvt-unicode, WezTerm, Ghostty


class Setting(NamedTuple):
    """One key of ``config.toml``; without a ``default``, ``derived`` says where it comes from."""

    name: str  # dotted
    type: ValueType
    help: str
    default: object = None
    derived: str = ""
    choices: tuple[str, ...] = ()
    most: int | None = None  # numbers go from 0 to this


class Agent(NamedTuple):
    """The person at the keyboard."""

    handle: str  # as in assignee:maria
    name: str


class Notify(NamedTuple):
    """How the agent is told that a customer wrote."""

    bell: bool = False
    desktop: Desktop = Desktop.NONE
    title: bool = True  # the window's, with the count of the view
    query: str = "status:open"  # what arrives in other conversations is not told
    quiet: tuple[Block, ...] = ()  # minutes of the agent's day without bell and desktop notice

    def silent(self, minute: int) -> bool:
        """Whether nothing may ring at that minute of the day."""
        return any(block.start <= minute < block.end for block in self.quiet)


class KeyBinding(NamedTuple):
    """A key that its user bound to an action; ``line`` is for telling of clashes."""

    key: str
    action: str
    line: int


class Macro(NamedTuple):
    """Actions in a row; the lines of the file are for telling what is wrong."""

    name: str
    key: str  # empty: only by its name
    actions: tuple[str, ...]  # as on the ``:`` line
    line: int  # of the key
    lines: tuple[int, ...]  # of the actions


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything in ``config.toml``, defaults filled in."""

    agent: Agent
    theme: str
    signature: str
    undo_seconds: Mapping[Channel, int]
    start_view: str
    after_resolve: AfterResolve
    preview: bool
    headings: bool
    editor: str
    canned: tuple[Path, ...]  # the personal folder first
    screen_reader: bool
    notify: Notify
    chat_enter: ChatEnter
    blaming_words: tuple[str, ...] | None  # None: the built-in ones
    clocks: Rules  # until when customers should have their answers
    key_preset: Preset
    keys: tuple[KeyBinding, ...]
    macros: tuple[Macro, ...]
    own_views: tuple[View, ...]

    @property
    def own_keys(self) -> tuple[KeyBinding, ...]:
        """The keys that the user has bound, those of macros among them."""
        named = (KeyBinding(m.key, f"macro {m.name}", m.line) for m in self.macros if m.key)
        return (*self.keys, *named)

    @property
    def views(self) -> tuple[View, ...]:
        """The built-in views, each replaced by the user's own of the same name, then the others."""
        own = {view.name: view for view in self.own_views}
        built_in = tuple(own.pop(view.name, view) for view in BUILT_IN_VIEWS)
        return built_in + tuple(own.values())


LONGEST_UNDO_S = 120

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_NEXT = {
    Channel.MAIL: "4 business hours",
    Channel.CHAT: "2 min",
    Channel.REVIEW: "24 h",
    Channel.FORM: "4 business hours",
    Channel.SOCIAL: "1 h",
    Channel.CALL: "none",
}

_TARGETS = (
    *(
        Setting(
            f"targets.{channel}",
            str,
            f"How long a customer should wait for an answer at most ({channel}), such as `2 min`, "
            "`24 h`, `2 days`, `4 business hours` or `none`.",
            default=default,
        )
        for channel, default in _NEXT.items()
    ),
    *(
        Setting(
            f"targets.{channel}_first",
            str,
            f"The same for the first answer of a conversation ({channel}).",
            derived=f"`targets.{channel}`",
        )
        for channel in Channel
    ),
    *(
        Setting(
            f"targets.{channel}_resolution",
            str,
            f"How long it should take until a conversation is resolved ({channel}).",
            default="none",
        )
        for channel in Channel
    ),
)

_HOURS = tuple(
    Setting(
        f"hours.{day}",
        list[str],
        f"When somebody is there to answer on a {day.title()}: `from-to`, as many as needed.",
        default=[] if day in ("saturday", "sunday") else ["09:00-17:00"],
    )
    for day in WEEK
)

_NOTIFY = (
    Setting(
        "notify.bell",
        bool,
        "Ring the terminal's bell when a customer writes or has waited too long in a chat.",
        default=False,
    ),
    Setting(
        "notify.desktop",
        str,
        "Show the same on the desktop while the terminal has not the focus: by OSC 9 (iTerm2, "
        "kitty, WezTerm, Ghostty, Windows Terminal) or OSC 777 (foot, rxvt-unicode). In tmux set "
        "`allow-passthrough on`.",
        default=str(Desktop.NONE),
        choices=tuple(Desktop),
    ),
    Setting(
        "notify.title",
        bool,
        "Name the terminal's window after the view, with its count.",
        default=True,
    ),
    Setting(
        "notify.query",
        str,
        "Which conversations it is about, in the query language, such as `assignee:me`.",
        default="status:open",
    ),
    Setting(
        "notify.quiet",
        list[str],
        'Hours without bell and desktop notices, such as `["22:00-07:00"]`.',
        default=[],
    ),
)

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "agent.handle",
        str,
        "Your short name, as in `assignee:maria`: letters, digits, `.`, `_` and `-`.",
        derived="your login name",
    ),
    Setting(
        "agent.name",
        str,
        "Your name as customers and teammates read it.",
        derived="your full name in the system's user list",
    ),
    Setting(
        "theme",
        str,
        "The colour theme: the name of a shipped one or of a file in your folder `themes`.",
        default="default",
    ),
    Setting(
        "signature",
        str,
        "Text put below every mail you write, after a line with `-- `.",
        default="",
    ),
    Setting(
        "undo_seconds.mail",
        int,
        "How many seconds a mail is held after you send it, so that you can take it back.",
        default=10,
        most=LONGEST_UNDO_S,
    ),
    Setting("undo_seconds.chat", int, "The same for chat.", default=0, most=LONGEST_UNDO_S),
    Setting(
        "undo_seconds.social",
        int,
        "The same for direct messages in social networks.",
        default=0,
        most=LONGEST_UNDO_S,
    ),
    Setting(
        "undo_seconds.review",
        int,
        "The same for public answers to reviews.",
        default=10,
        most=LONGEST_UNDO_S,
    ),
    Setting("start_view", str, "The view shown first.", default="Inbox"),
    Setting(
        "after_resolve",
        str,
        "Where to go after resolving a conversation.",
        default="next",
        choices=tuple(AfterResolve),
    ),
    Setting(
        "preview",
        bool,
        "Show the conversation under the cursor beside the list where there is room.",
        default=True,
    ),
    Setting(
        "headings",
        bool,
        "Headings in the lists: the day, or in a view by due time how soon an answer is due. A key "
        "turns them on and off for one view.",
        default=False,
    ),
    Setting(
        "editor",
        str,
        "The command behind Ctrl+E in the composer.",
        derived="`$VISUAL`, else `$EDITOR`, else `vi`",
    ),
    Setting(
        "canned",
        list[str],
        "Folders of canned replies beside your own folder `canned`, such as a team's; relative "
        "to the settings file.",
        default=[],
    ),
    Setting(
        "screen_reader",
        bool,
        "For screen readers and braille displays: one pane at a time, the rows of the list as "
        "sentences, and the terminal's cursor on the line that matters.",
        default=False,
    ),
    *_NOTIFY,
    Setting(
        "chat_enter",
        str,
        "What Enter does while you write in a chat; Alt+Enter does the other. Ctrl+S always sends.",
        default=str(ChatEnter.SEND),
        choices=tuple(ChatEnter),
    ),
    Setting(
        "key_preset",
        str,
        "Whose keys to begin with: this program's own, those that users of aerc, of mutt or of "
        "Gmail are used to. The table `keys` changes single ones.",
        default=str(Preset.TRIAGE),
        choices=tuple(Preset),
    ),
    Setting(
        "blaming_words",
        list[str],
        "Words and phrases that a public answer asks about before it leaves; `[]` for none.",
        derived="a list in English and German",
    ),
    *_TARGETS,
    Setting(
        "targets.pauses",
        list[str],
        "Statuses in which the clocks of the targets stand.",
        default=["snoozed", "on_hold"],
        choices=("snoozed", "on_hold", "pending"),
    ),
    *_HOURS,
    Setting(
        "hours.holidays",
        list[str],
        'Days without business hours, such as `["2026-12-25"]`.',
        default=[],
    ),
    Setting(
        "hours.zone",
        str,
        "The time zone of the business hours, such as `Europe/Berlin`.",
        derived="the machine's",
    ),
)

VIEW_FIELDS: tuple[Setting, ...] = (
    Setting("name", str, "The view's name; a built-in one's replaces that view."),
    Setting("query", str, "What it shows, in the query language."),
    Setting("sort", str, "Its order.", default=str(Sort.NEWEST), choices=tuple(Sort)),
)
"""The keys of each ``[[views]]``."""

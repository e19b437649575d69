"""The keys before anybody has changed one: the preset ``triage``, and the others by what differs.

A preset other than ``triage`` names the commands that it binds in a way of its own; all others
keep the keys that they have in ``triage``. Tests hold that in each of them every command can be
reached, that no key has two meanings in a pane, and that none begins another.
"""

from collections.abc import Iterator
from typing import NamedTuple

from agent_tui.config.settings import ChatEnter, Preset
from agent_tui.ui.shell import SCREENS, Where


class Bound(NamedTuple):
    """A key or sequence and the command it runs, in all panes of the command or in ``only``."""

    key: str
    command: str
    only: frozenset[Where] | None = None


_LIST = frozenset({Where.LIST})
_READING = frozenset({Where.READING})
_BESIDE = frozenset({Where.READING, Where.CUSTOMER})

_TRIAGE = (
    Bound("j", "down"),
    Bound("down", "down"),
    Bound("k", "up"),
    Bound("up", "up"),
    Bound("ctrl+d", "half-down"),
    Bound("ctrl+u", "half-up"),
    Bound("pgdn", "page-down"),
    Bound("pgup", "page-up"),
    Bound("space", "page-down-reading"),
    Bound("space", "select"),
    Bound("V", "select-range"),
    Bound("*", "select-all"),
    Bound("T", "select-by-query"),
    Bound("gg", "first"),
    Bound("home", "first"),
    Bound("G", "last"),
    Bound("end", "last"),
    Bound("enter", "open"),
    Bound("l", "open"),
    Bound("right", "open"),
    Bound("q", "leave"),
    Bound("h", "back"),
    Bound("left", "back"),
    Bound("esc", "back"),
    Bound("J", "next-conversation"),
    Bound("K", "previous-conversation"),
    Bound("tab", "next-pane"),
    Bound("shift+tab", "previous-pane"),
    Bound("]", "next-view"),
    Bound("[", "previous-view"),
    Bound("0", "views"),
    Bound("gv", "edit-view"),
    Bound("gd", "headings"),
    Bound("W", "longest-waiting"),
    Bound("D", "go-on-writing"),
    Bound("=", "why"),
    Bound("S", "snooze tomorrow 9:00"),
    Bound("/", "search"),
    Bound("n", "next-match"),
    Bound("N", "previous-match"),
    Bound(":", "command-line"),
    Bound("ctrl+p", "palette"),
    Bound("ctrl+k", "palette"),
    Bound("?", "help"),
    Bound("f1", "help-writing"),
    Bound("r", "reply"),
    Bound("R", "reply-all"),
    Bound("f", "forward"),
    Bound("c", "new"),
    Bound(";", "canned"),
    Bound("i", "note"),
    Bound("e", "resolve"),
    Bound("E", "resolve-next"),
    Bound("s", "snooze"),
    Bound("w", "wait"),
    Bound("O", "reopen"),
    Bound("a", "assign"),
    Bound("t", "take"),
    Bound("#", "label"),
    Bound("p", "priority"),
    Bound("m", "macro"),
    Bound("U", "unread"),
    Bound("!", "spam"),
    Bound("u", "undo"),
    Bound("ctrl+r", "redo"),
    Bound("gu", "undo-list"),
    Bound("M", "merge-conversations"),
    Bound("gS", "split"),
    Bound(".", "repeat"),
    Bound("x", "customer"),
    Bound("X", "profile"),
    Bound("M", "merge", frozenset({Where.CUSTOMER})),
    Bound("v", "attachments"),
    Bound("I", "picture"),
    Bound("o", "links"),
    Bound("y", "copy"),
    Bound("|", "pipe"),
    Bound("d", "details"),
    Bound("b", "fold"),
    Bound("z", "zoom"),
    Bound(")", "wider"),
    Bound("(", "narrower"),
    Bound("B", "outbox"),
    Bound("A", "accounts"),
    Bound("gc", "chats"),
    Bound("go", "order"),
    Bound("gr", "ratings"),
    Bound("m", "ratings-period"),
    Bound("gt", "timeline"),
    Bound("C", "call"),
    Bound("/", "timeline-search"),
    Bound("y", "timeline-copy"),
    Bound("alt+0", "chats"),
    Bound("ctrl+n", "next-chat"),
    Bound("enter", "write-chat"),
    Bound("ctrl+l", "redraw"),
    Bound("ctrl+s", "send"),
    Bound("alt+enter", "send"),
    Bound("alt+s", "send-resolve"),
    Bound("ctrl+t", "send-later"),
    Bound("esc", "keep"),
    Bound("ctrl+e", "editor"),
    Bound("ctrl+o", "attach"),
    Bound("ctrl+q", "quote"),
    Bound("ctrl+y", "insert-canned"),
    Bound("ctrl+g", "discard"),
    Bound("ctrl+down", "message-down"),
    Bound("ctrl+up", "message-up"),
    Bound("ctrl+s", "chat-send"),
    Bound("pgdn", "scroll-down"),
    Bound("pgup", "scroll-up"),
)
"""Digits are counts, and alone they choose a view."""

_CHAT_ENTER = {
    ChatEnter.SEND: (Bound("enter", "chat-send"), Bound("alt+enter", "chat-newline")),
    ChatEnter.NEWLINE: (Bound("alt+enter", "chat-send"), Bound("enter", "chat-newline")),
}

_VIM = (
    Bound("ctrl+f", "page-down"),
    Bound("pgdn", "page-down"),
    Bound("ctrl+b", "page-up"),
    Bound("pgup", "page-up"),
    Bound("J", "next-view", _LIST),
    Bound("]", "next-view"),
    Bound("K", "previous-view", _LIST),
    Bound("[", "previous-view"),
    Bound("J", "next-conversation", _BESIDE),
    Bound("K", "previous-conversation", _BESIDE),
    Bound("/", "search"),
    Bound("\\", "search"),
    Bound("Rr", "reply"),
    Bound("rr", "reply-all"),
    Bound("m", "new"),
    Bound("@", "macro"),
    Bound("a", "resolve"),
    Bound("dd", "resolve"),
    Bound("A", "resolve-next"),
    Bound(">", "assign"),
    Bound("H", "details"),
    Bound("S", "attachments"),
    Bound("gs", "snooze tomorrow 9:00"),
    Bound("space", "select"),
    Bound("v", "select"),
    Bound("za", "fold"),
    Bound("zz", "zoom"),
    Bound("gA", "accounts"),
)
"""aerc's habits (its default binds.conf): rr answers all, Rr one, a archives, J and K change the
folder in the list and the message in the viewer, H shows headers, S saves."""

_MUTT = (
    Bound("=", "first"),
    Bound("home", "first"),
    Bound("z", "page-down"),
    Bound("pgdn", "page-down"),
    Bound("Z", "page-up"),
    Bound("pgup", "page-up"),
    Bound("enter", "open"),
    Bound("right", "open"),
    Bound("left", "back"),
    Bound("esc", "back"),
    Bound("/", "search"),
    Bound("l", "search"),
    Bound("P", "previous-match"),
    Bound("g", "reply-all"),
    Bound("L", "reply-all"),
    Bound("m", "new"),
    Bound("@", "macro"),
    Bound("d", "resolve"),
    Bound("D", "resolve-next"),
    Bound("+", "take"),
    Bound("0", "views"),
    Bound("c", "views"),
    Bound("alt+v", "edit-view"),
    Bound("R", "go-on-writing"),
    Bound("I", "why"),
    Bound("t", "select"),
    Bound("space", "select"),
    Bound("Y", "label"),
    Bound("#", "label"),
    Bound("N", "unread"),
    Bound("h", "details"),
    Bound("ctrl+b", "links"),
    Bound("o", "links"),
    Bound("\\", "zoom"),
    Bound("alt+0", "chats"),
    Bound("alt+o", "order"),
    Bound("alt+i", "picture"),
    Bound("alt+d", "headings"),
    Bound("alt+u", "undo-list"),
    Bound("alt+s", "split"),
    Bound("alt+r", "ratings"),
    Bound("alt+t", "timeline"),
)
"""neomutt's habits (its default index and pager maps): g answers the group, m writes, d is done
with it, l limits, N toggles new, h shows headers, Y edits the label, t tags, = is the first."""

_GMAIL = (
    Bound("j", "down", SCREENS - _READING),
    Bound("down", "down"),
    Bound("k", "up", SCREENS - _READING),
    Bound("up", "up"),
    Bound("j", "next-conversation", _READING),
    Bound("J", "next-conversation"),
    Bound("k", "previous-conversation", _READING),
    Bound("K", "previous-conversation"),
    Bound("enter", "open"),
    Bound("o", "open", SCREENS - _BESIDE),
    Bound("right", "open"),
    Bound("u", "back"),
    Bound("left", "back"),
    Bound("esc", "back"),
    Bound("}", "next-view"),
    Bound("{", "previous-view"),
    Bound("a", "reply-all"),
    Bound("E", "resolve-next"),
    Bound("]", "resolve-next"),
    Bound("b", "snooze"),
    Bound("A", "assign"),
    Bound("l", "label"),
    Bound("z", "undo"),
    Bound("X", "customer"),
    Bound("gX", "profile"),
    Bound("B", "snooze tomorrow 9:00"),
    Bound("gB", "outbox"),
    Bound("x", "select"),
    Bound("space", "select"),
    Bound("*a", "select-all"),
    Bound(",", "fold"),
    Bound("Z", "zoom"),
    Bound("gA", "accounts"),
)
"""Gmail's shortcuts: j and k go through conversations also while one is read, u goes back to the
list, e archives and ] goes on, a answers all, b snoozes, l labels, x selects, *a all,
z undoes."""

_OTHERS = {Preset.VIM: _VIM, Preset.MUTT: _MUTT, Preset.GMAIL: _GMAIL}


def preset_keys(
    preset: Preset = Preset.TRIAGE, enter: ChatEnter = ChatEnter.SEND
) -> Iterator[Bound]:
    """The keys before the user's own are put over them; ``enter`` is what Enter does in a chat."""
    own = _OTHERS.get(preset, ())
    changed = {bound.command for bound in own}
    yield from _CHAT_ENTER[enter]
    yield from (bound for bound in _TRIAGE if bound.command not in changed)
    yield from own

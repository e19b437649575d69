"""The twelve tasks: our keys, which the tests play, and those of others by their documentation.

A key or a chord counts as one. Everything is counted from the first screen of the inbox, with the
cursor or the open conversation where the task before has left it; typed words are counted letter
by letter and are the same for all. What a program has no documented key for, it ``cannot``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

PROGRAMS = ("Zendesk", "Gmail", "Chatwoot", "aerc", "neomutt")

SOURCES = {
    "Zendesk": "its help centre, 'keyboard shortcuts' of the agent workspace",
    "Gmail": "support.google.com/mail/answer/6594",
    "Chatwoot": "chatwoot/chatwoot, app/javascript/dashboard/components/widgets/modal/constants.js",
    "aerc": "rjarry/aerc, config/binds.conf, and aerc-search(1)",
    "neomutt": "neomutt.org/guide: the default maps of index, pager and compose, and patterns",
}


@dataclass(frozen=True, slots=True)
class Task:
    """Something an agent does all day."""

    name: str
    keys: str  # ours, parted by blanks, as Textual calls them
    others: Mapping[str, str]  # by program; who is not named cannot
    note: str = ""

    @property
    def count(self) -> int:
        return len(self.keys.split())

    def other(self, program: str) -> int | None:
        """How many keys it takes there, None where it cannot be done."""
        return len(self.others[program].split()) if program in self.others else None


_TO_THE_BLANK = "Ctrl+Home Down Down Ctrl+Right Ctrl+Right Ctrl+Right"
_IN_VI = "/ _ Enter R 2 0 Esc : w q Enter"

TASKS = (
    Task(
        "Open the oldest conversation that waits for an answer",
        "W",
        {
            "aerc": "\\ - X Space a n s w e r e d Enter G Enter",
            "neomutt": "l ! ~ Q Enter = Enter",
        },
        "aerc and neomutt: what has the flag 'answered' not, which says nothing of who waits.",
    ),
    Task(
        'Answer it with the canned reply "refund", fill in one blank, and resolve it',
        "semicolon r e f enter 2 0 enter alt+s",
        {
            "Zendesk": f"Ctrl+Alt+M r e f Enter {_TO_THE_BLANK} 2 0 Ctrl+Alt+S",
            "Chatwoot": f"Alt+L / r e f Enter {_TO_THE_BLANK} 2 0 Ctrl+Enter Alt+E",
            "aerc": f": r e p l y Space - T Space r e f u n d Enter {_IN_VI} y a",
            "neomutt": f"r Enter Enter n : r Space r e f u n d Enter {_IN_VI} y d",
        },
        "Zendesk and Chatwoot ask for nothing: the keys lead to the blank. aerc and neomutt: with "
        "vi as the editor. Gmail's templates need the mouse.",
    ),
    Task(
        "Snooze it until tomorrow at nine",
        "S",
        {"Gmail": "b Down Enter", "Chatwoot": "Alt+M Down Enter"},
        "Gmail's tomorrow is at eight.",
    ),
    Task(
        'Give it to the colleague whose name begins with "ma"',
        "a m a enter",
        {"Chatwoot": "Ctrl+K a s s Enter m a Enter"},
    ),
    Task(
        "Label and resolve the twenty that match a saved query",
        "4 asterisk Z",
        {
            "Gmail": "g l n e w Enter * a l d o n Enter e",
            "aerc": "c n e w s Enter : m a r k Space - a Enter : m o d i f y - l a b e l s Space "
            "+ d o n e Space - i n b o x Enter",
            "neomutt": "l ~ y Space n e w s Enter T . Enter ; Y d o n e Enter ; s = d o n e Enter "
            "Enter",
        },
        "The query is a view on a digit, label and resolve a macro on a key. aerc: with notmuch.",
    ),
    Task(
        "Take that back",
        "u",
        {"Gmail": "z"},
        "Gmail takes back one of the two.",
    ),
    Task(
        'Find the last conversation in which customer "Okafor" wrote of a "zip"',
        "slash o k a f o r space z i p enter enter",
        {
            "Zendesk": "Ctrl+Alt+F o k a f o r Space z i p Down Enter",
            "Gmail": "/ o k a f o r Space z i p Enter Enter",
            "aerc": "\\ - f Space o k a f o r Space - b Space z i p Enter Enter",
            "neomutt": "l ~ f Space o k a f o r Space ~ b Space z i p Enter * Enter",
        },
        "One Enter ends the words, one opens the first, as elsewhere.",
    ),
    Task(
        "Write a note that names a colleague",
        "i at m a tab z i p question_mark ctrl+s",
        {
            "Zendesk": "Ctrl+Alt+X @ m a Enter z i p ? Ctrl+Alt+O",
            "Chatwoot": "Alt+P @ m a Enter z i p ? Ctrl+Enter",
        },
        "All who can, do it alike.",
    ),
    Task("Copy the tracking number of the customer's newest order", "x y", {}),
    Task(
        "Answer a review of two stars within its limit and resolve it",
        "6 enter semicolon enter alt+s",
        {},
        "A canned reply for one to three stars is the first on the list.",
    ),
    Task(
        "Leave a half-written reply, deal with an urgent chat, come back and send",
        "ctrl+n o k enter escape full_stop ctrl+s",
        {
            "Zendesk": "Ctrl+Alt+Down o k Enter Ctrl+Alt+Up . Ctrl+Alt+O",
            "Chatwoot": "Alt+K Alt+K Alt+K o k Enter Alt+J Alt+J Alt+J . Ctrl+Enter",
        },
        "Zendesk: if the chat is the next tab. Chatwoot: if it is three rows away.",
    ),
    Task("See why the answer is due when it is", "equals_sign", {}),
)

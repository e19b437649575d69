"""Says once, in the status line, that a customer in another chat writes or has waited too long."""

from typing import TYPE_CHECKING

from agent_tui.content.safe import safe_line
from agent_tui.model.clock import SECOND, Millis
from agent_tui.model.conversation import Conversation
from agent_tui.ui.shell import Shell, Where
from agent_tui.ui.waiting import Pressure, pressure, spoken

if TYPE_CHECKING:
    from agent_tui.ui.chats import Chats

_LONGEST_WORDS = 30
_ASKED = frozenset({Where.PROMPT, Where.PICKER})
"""Where the status line is being typed in, or covered."""


class Notices:
    """Remembers what was said: nothing is said twice of the same wait or message."""

    def __init__(self, shell: Shell, chats: "Chats") -> None:
        self._shell, self._chats = shell, chats
        self._seen: dict[int, int] | None = None  # messages of each waiting chat; None: not read
        self._said: dict[tuple[int, Millis], Pressure] = {}  # of each wait
        self._news: list[Conversation] = []  # new messages that could not be said yet

    def look_at_chats(self, now: Millis) -> None:
        """The live chats were read again: note what is new in those that are not being read."""
        here = self._chats.at_hand
        counts = {chat.id: chat.messages for chat in self._chats.waiting}
        if self._seen is None:  # what waits at the start is no news
            self._seen = counts
            self._said = {_wait(c): pressure(c, now) for c in self._chats.waiting}
            return
        for chat in self._chats.waiting:
            newer = chat.unread and chat.messages > self._seen.get(chat.id, 0)
            if newer and (here is None or here.id != chat.id):
                self._news.append(chat)
        self._seen |= counts
        waits = {_wait(chat) for chat in self._chats.waiting}
        self._said = {wait: said for wait, said in self._said.items() if wait in waits}

    def look_at_clock(self, now: Millis) -> None:
        """Say what is to be said, unless the status line is being typed in: then a little later."""
        if self._seen is None or self._shell.where() in _ASKED:
            return
        here = self._chats.at_hand
        late: list[tuple[Pressure, Conversation]] = []
        for chat in self._chats.waiting:
            near = pressure(chat, now)
            if near > self._said.get(_wait(chat), Pressure.NONE):
                self._said[_wait(chat)] = near
                if here is None or here.id != chat.id:
                    late.append((near, chat))
        news, self._news = self._news, []
        if late:
            near, chat = max(late, key=lambda found: found[0])
            self._say_late(near, chat, len(late) - 1)
        elif news:
            self._say_new(news[-1], len({chat.id for chat in news}) - 1)

    def _say_late(self, near: Pressure, chat: Conversation, others: int) -> None:
        target = spoken(_allowed(chat))
        more = f" and {others} more" if others else ""
        have = "have" if others else "has"
        what = "almost" if near is Pressure.NEAR else "longer than"
        sentence = f"{_name(chat)}{more} {have} waited {what} {target}."
        self._shell.say(f"{sentence}{self._way_to(chat)}", error=True)
        self._shell.notify_agent(sentence)

    def _say_new(self, chat: Conversation, others: int) -> None:
        more = f", and {others} more" if others else ""
        words = safe_line(chat.snippet, _LONGEST_WORDS)
        self._shell.say(f"{_name(chat)}: {words}{more}{self._way_to(chat)}")

    def _way_to(self, chat: Conversation) -> str:
        """The key that leads to the chat from here."""
        here = self._chats.at_hand
        following = self._chats.next_of(here.id if here else None)
        if following is not None and following.id == chat.id:
            keys = self._shell.keys_of("next-chat")
            return f"  {keys[0]} goes there" if keys else ""
        shown = [one.id for one in self._chats.shown]
        if chat.id in shown:
            return f"  Alt+{shown.index(chat.id) + 1} goes there"
        keys = self._shell.keys_of("chats")
        return f"  {keys[0]} lists them" if keys else ""


def _wait(chat: Conversation) -> tuple[int, Millis]:
    return (chat.id, chat.waiting_since or 0)


def _allowed(chat: Conversation) -> int:
    """How many seconds its customer may have to wait for this answer."""
    return ((chat.due_at or 0) - (chat.waiting_since or 0)) // SECOND


def _name(chat: Conversation) -> str:
    return safe_line(chat.customer) or f"#{chat.id}"

"""The few keys worth knowing in each pane, as the status line shows them when nothing is said."""

from agent_tui.ui.shell import KeysOf, Where

_WORDS: dict[Where, tuple[tuple[str, str], ...]] = {
    Where.LIST: (
        ("open", "open"),
        ("reply", "reply"),
        ("resolve", "resolve"),
        ("snooze", "snooze"),
        ("assign", "assign"),
        ("search", "search"),
        ("help", "all keys"),
    ),
    Where.READING: (
        ("reply", "reply"),
        ("canned", "canned"),
        ("note", "note"),
        ("resolve", "resolve"),
        ("next-conversation", "next"),
        ("customer", "customer"),
        ("leave", "back"),
        ("help", "keys"),
    ),
    Where.CUSTOMER: (
        ("open", "open"),
        ("timeline", "timeline"),
        ("profile", "profile"),
        ("merge", "merge"),
        ("customer", "back"),
        ("help", "all keys"),
    ),
    Where.COMPOSER: (
        ("send", "send"),
        ("send-later", "later"),
        ("insert-canned", "canned"),
        ("quote", "quote"),
        ("attach", "attach"),
        ("editor", "editor"),
        ("discard", "discard"),
        ("keep", "keep"),
    ),
    Where.CHAT: (
        ("chat-send", "send"),
        ("insert-canned", "canned"),
        ("attach", "attach"),
        ("next-chat", "next chat"),
        ("scroll-up", "scroll"),
        ("discard", "discard"),
        ("keep", "back"),
    ),
    Where.OUTBOX: (("open", "what to do"), ("undo", "call back"), ("leave", "back")),
    Where.ACCOUNTS: (("open", "what to do"), ("leave", "back")),
    Where.RATINGS: (
        ("open", "list these"),
        ("ratings-period", "weeks, months"),
        ("leave", "back"),
    ),
    Where.TIMELINE: (
        ("open", "open"),
        ("timeline-search", "filter"),
        ("timeline-copy", "copy"),
        ("call", "log a call"),
        ("leave", "back"),
        ("help", "all keys"),
    ),
    Where.VIEWER: (("attachments", "where it lies"), ("details", "back"), ("help", "all keys")),
    Where.HELP: (("open", "other pages"), ("leave", "back")),
}


def hint_for(where: Where, keys_of: KeysOf) -> str:
    """``Enter open  r reply ...`` with the keys as they are bound."""
    shown = ((keys_of(name), word) for name, word in _WORDS.get(where, ()))
    return "  ".join(f"{keys[0]} {word}" for keys, word in shown if keys)

"""Mail providers for everybody: an address there says nothing of whom somebody works for."""

_NAMES = frozenset(
    {"gmail", "googlemail", "outlook", "hotmail", "live", "msn", "yahoo", "ymail", "rocketmail"}
    | {"icloud", "aol", "gmx", "protonmail", "proton", "yandex", "mail", "zoho", "web", "freenet"}
    | {"t-online", "posteo", "mailbox", "fastmail", "tutanota", "tuta", "laposte", "orange", "free"}
    | {"libero", "wanadoo", "sfr", "btinternet", "comcast", "verizon", "qq", "163", "126", "naver"}
    | {"seznam", "wp", "onet", "o2", "interia", "bluewin", "telenet", "ziggo", "kpnmail", "rambler"}
)
_DOMAINS = frozenset({"me.com", "mac.com", "pm.me", "ya.ru", "bk.ru", "inbox.ru", "hey.com"})
_SECOND_LEVELS = frozenset({"co", "com"})  # as in yahoo.co.uk and hotmail.com.br


def is_free(domain: str) -> bool:
    """Whether anybody can have an address at ``domain``; it is lower case."""
    first, _, rest = domain.partition(".")
    short = "." not in rest or rest.partition(".")[0] in _SECOND_LEVELS
    return domain in _DOMAINS or (first in _NAMES and short and bool(rest))

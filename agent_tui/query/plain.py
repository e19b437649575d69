"""How words are compared with texts that stand in no index: numbers and items of orders."""

import re
from unicodedata import combining, normalize

_APART = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """``text`` without case and accents, with single blanks for all that is no letter or digit."""
    parts = normalize("NFKD", text.casefold())
    return _APART.sub(" ", "".join(c for c in parts if not combining(c))).strip()

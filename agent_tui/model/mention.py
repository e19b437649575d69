"""Colleagues named in notes: ``@maria``."""

import re

_MENTION = re.compile(r"(?<![\w@./])@([\w.-]{1,64})")
_BEGUN = re.compile(r"(?<![\w@./])@([\w.-]*)\Z")


def mentioned(text: str) -> tuple[str, ...]:
    """The handles that ``text`` names, without case, each once and in their order.

    A dot or hyphen behind a name ends the sentence, not the handle; an address names nobody.
    """
    found = (match[1].rstrip(".-").casefold() for match in _MENTION.finditer(text))
    return tuple(dict.fromkeys(handle for handle in found if handle))


def begun(before: str) -> str | None:
    """The handle being typed at the end of ``before``, empty just behind the ``@``; else None."""
    found = _BEGUN.search(before)
    return found[1] if found else None

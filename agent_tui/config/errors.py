"""What every part of this room raises when a file, a folder or a value is not as it must be."""

from collections.abc import Iterable


class ConfigError(Exception):
    """A setting, an account file or a folder is wrong; ``str()`` is one sentence for its owner.

    The sentence names the file, the line and the key where there are any, what was found, and
    what is allowed. It is one line without control characters, whatever the file held.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__("".join(c if c.isprintable() else "\ufffd" for c in sentence))


def meant(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` for the known word nearest to ``word``; empty when none is near."""
    from difflib import get_close_matches  # only where something is wrong already

    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def listed(words: Iterable[str]) -> str:
    """``words`` as they stand in a sentence."""
    return ", ".join(f"'{word}'" for word in words)


def reason(error: OSError) -> str:
    """Why the system refused, as it stands in a sentence."""
    return (error.strerror or str(error)).lower()

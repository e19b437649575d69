"""Alt with Enter and with digits, told apart from Enter and from odd characters.

Most terminals, and tmux, send Escape and the key. Textual 8 makes Enter of ``ESC CR``, so that
Alt+Enter would send what it should only break, and the signs of a Mac's Option key of digits. Only
this module touches the private table behind that; where the table is gone, the keys are as before.
"""

from importlib import import_module
from typing import NamedTuple

_ALT_ENTER = ("\x1b\r", "\x1b\n")
"""As terminals send it, in raw and in cooked mode."""


class _Key(NamedTuple):
    """What Textual's parser wants of a member of its own enumeration."""

    value: str


def teach() -> None:
    """Have the parser know these keys."""
    try:
        table = import_module("textual._ansi_sequences").ANSI_SEQUENCES_KEYS
    except (ImportError, AttributeError):
        return
    table.update({sequence: (_Key("alt+enter"),) for sequence in _ALT_ENTER})
    table.update({f"\x1b{digit}": (_Key(f"alt+{digit}"),) for digit in range(10)})

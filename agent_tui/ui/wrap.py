"""A text of several paragraphs as lines of a width in terminal cells."""

from collections.abc import Iterator

from agent_tui.content.safe import safe_text
from agent_tui.ui.cells import folded, wrapped

_TAB = 4


def wrap(text: str, width: int) -> Iterator[str]:
    """The safe lines of ``text``, as they are needed, none wider than ``width`` cells."""
    for paragraph in safe_text(text).split("\n"):
        line = folded(paragraph.expandtabs(_TAB))
        yield from (line[start:end] for start, end in wrapped(line, width)) if line else ("",)

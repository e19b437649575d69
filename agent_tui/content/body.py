"""Puts the body of a message together from its texts: lines, folds and numbered links."""

from collections.abc import Mapping

from agent_tui.content.html import read_page
from agent_tui.content.links import LinkList
from agent_tui.content.quotes import Hint, folds
from agent_tui.content.text import plain_lines, unflowed
from agent_tui.model.message import Body, Fold, FoldKind


def prepare_text(text: str) -> Body:
    """The body made of plain ``text``, as chats, reviews and forms bring it."""
    composer = Composer()
    composer.add_text(text)
    return composer.body()


def prepare_html(html: str) -> Body:
    """The body made of ``html``; scripts, hidden parts and everything remote are left out."""
    composer = Composer()
    composer.add_html(html)
    return composer.body()


class Composer:
    """Collects the texts of one message in order; ``body`` is what came of them."""

    def __init__(self) -> None:
        self.cut = False
        self._lines: list[str] = []
        self._folds: list[Fold] = []
        self._links = LinkList()
        self._room = _MOST_CHARACTERS

    def add_text(self, text: str, *, flowed: bool = False, delete_space: bool = False) -> None:
        """Adds plain text; ``flowed`` and ``delete_space`` as of RFC 3676."""
        text = self._capped(text)
        if flowed:
            text = unflowed(text, delete_space=delete_space)
        self._add(plain_lines(text, self._links))

    def add_html(self, html: str) -> None:
        """Adds a page of HTML."""
        page = read_page(self._capped(html), self._links)
        self.cut = self.cut or page.cut
        self._add(page.lines, page.hints)

    def mark(self) -> int:
        """How many lines there are, for :meth:`fold_from`."""
        return len(self._lines)

    def add_caption(self, lines: tuple[str, ...]) -> None:
        """Adds the heading of an embedded mail."""
        self._add(list(lines))

    def fold_from(self, mark: int) -> None:
        """Folds everything since ``mark``, unless nothing else would be seen."""
        if mark and len(self._lines) > mark:
            self._folds = [fold for fold in self._folds if fold.end <= mark]
            self._folds.append(Fold(mark, len(self._lines), FoldKind.QUOTE))

    def body(self) -> Body:
        """The body so far."""
        return Body("\n".join(self._lines), tuple(self._folds), tuple(self._links.links))

    def _capped(self, text: str) -> str:
        if len(text) > self._room:
            self.cut = True
            text = text[: self._room]
        self._room -= len(text)
        return text

    def _add(self, lines: list[str], hints: Mapping[int, Hint] | None = None) -> None:
        if not any(lines):
            return
        if self._lines:
            self._lines.append("")
        offset = len(self._lines)
        self._folds += [
            Fold(f.start + offset, f.end + offset, f.kind) for f in folds(lines, hints or {})
        ]
        self._lines += lines


_MOST_CHARACTERS = 1_000_000

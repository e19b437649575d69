"""Puts the body of a message together from its texts: lines, folds and numbered links."""

import re
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
        if len(html) > _LONG_PAGE:
            html = _DATA_ADDRESS.sub(r"\1", _BLANKS.sub(" ", html))
        page = read_page(self._capped(html), self._links)
        self.cut = self.cut or page.cut
        self._add(page.lines, page.hints)

    def mark(self) -> int:
        """How many lines there are, for :meth:`fold_from`."""
        return len(self._lines)

    def fold_from(self, mark: int) -> None:
        """Folds everything since ``mark``, unless nothing else would be seen."""
        if mark and len(self._lines) > mark:
            self._folds = [fold for fold in self._folds if fold.end <= mark]
            # A blank line stands between the texts before and after the mark.
            self._folds.append(Fold(mark + 1, len(self._lines), FoldKind.QUOTE))

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
_LONG_PAGE = 200_000  # characters from which it pays to take out what nobody sees
_BLANKS = re.compile(r"[ \t\r\n]{8,}")
_DATA_ADDRESS = re.compile(r"(=\s{0,9}[\"']?data:)[^\"'\s>]{100,}", re.IGNORECASE)

"""Bodies as prepared lines: light Markdown, folded quotes, wrapped only as far as is looked at."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from agent_tui.content.safe import safe_text
from agent_tui.model.message import Body, Fold, FoldKind
from agent_tui.ui.cells import Glyphs, folded, wrapped
from agent_tui.ui.rows import Piece
from agent_tui.ui.spans import spans
from agent_tui.ui.theme import Part

Line = tuple[Piece, ...]

_LONGEST_PARAGRAPH = 4_000
"""Characters that are looked at together."""

_TAB = 4
_PREFIX = re.compile(
    r"(?P<quote>(?:> ?)+)|(?P<heading>#{1,6}) +|(?P<list>\s*(?:[-*+]|\d{1,3}[.)]) +)"
)
_FENCE = re.compile(r"\s*(```|~~~)")
_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|\*\*(?P<bold>\S(?:[^*\n]*[^*\s])?)\*\*"
    r"|(?<![\w*])\*(?P<italic>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<under>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])"
    r"|(?P<link>\[\d{1,4}(?: [^\]\s]+)?\])"
    r"|(?P<url>https?://[^\s<>\"]+)"
)


class Keys(NamedTuple):
    """The keys that stand beside what they are for, as they are bound."""

    fold: str = "b"
    save: str = "v"
    picture: str = "I"

    @classmethod
    def bound(cls, keys_of: Callable[[str], Sequence[str]]) -> "Keys":
        """Those of the agent; a command without a key by its name."""
        commands = ("fold", "attachments", "picture")
        return cls(*(next(iter(keys_of(name)), f":{name}") for name in commands))


class Look(NamedTuple):
    """How bodies are shown."""

    width: int
    glyphs: Glyphs
    unfolded: bool = False  # quotes and signatures are shown
    plain: bool = False  # exactly the stored text
    words: tuple[str, ...] = ()  # searched for, in lower case: marked
    keys: Keys = Keys()
    known: tuple[str, ...] = ()  # numbers of orders that one can go to: marked as links are


class _Edge(NamedTuple):
    """What stands at the left of a paragraph's lines."""

    first: Line
    rest: Line

    @property
    def hang(self) -> int:
        """Cells before the text of all lines but the first."""
        return sum(cell_len(piece.text) for piece in self.rest)

    def further(self, first: str, rest: str, part: Part) -> "_Edge":
        """The same with a mark behind it on the first line, and on the others."""
        last = self.rest[-1].text
        if not last.isspace():
            return _Edge((*self.first, Piece(first, part)), (*self.rest, Piece(rest, part)))
        return _Edge((*self.first, Piece(first, part)), (*self.rest[:-1], Piece(last + rest, part)))


class _Run(NamedTuple):
    """Characters ``start`` to ``end`` of a paragraph are of this style."""

    start: int
    end: int
    part: Part
    bold: bool = False
    italic: bool = False


def body_lines(body: Body, look: Look, indent: int = 2, bar: Piece | None = None) -> Iterator[Line]:
    """The lines of ``body``, ``indent`` cells in or behind ``bar``, made as they are asked for."""
    folds = {} if look.unfolded or look.plain else {fold.start: fold for fold in body.folds}
    pad: Line = (bar or Piece(" " * indent, Part.TEXT),)
    empty = pad if bar else ()
    folded_until, fenced = 0, False
    for number, text in _source_lines(body.text):
        if number < folded_until:
            continue
        fold = folds.get(number)
        if fold is not None and fold.end > number:
            yield (*pad, _folded(fold, look))
            folded_until = fold.end
        elif _FENCE.match(text) and not look.plain:
            fenced = not fenced
        elif not text.strip():
            yield empty
        else:
            yield from _paragraph(text, look, _Edge(pad, pad), fenced=fenced)


def _source_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a body with their numbers, made safe one at a time; a very long one comes in
    parts, so that a megabyte without line ends begins as soon as any other text."""
    end = len(text.rstrip("\n"))
    number = at = 0
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        while stop - at > _LONGEST_PARAGRAPH:
            cut = text.rfind(" ", at, at + _LONGEST_PARAGRAPH) + 1 or at + _LONGEST_PARAGRAPH
            yield number, _safe(text[at:cut])
            at = cut
        yield number, _safe(text[at:stop])
        number, at = number + 1, stop + 1


def _safe(line: str) -> str:
    return folded(safe_text(line)).expandtabs(_TAB)


def plain_lines(
    text: str, part: Part, width: int, indent: int = 2, bar: Piece | None = None
) -> Iterator[Line]:
    """One paragraph of one style, ``indent`` cells in or behind a ``bar``."""
    text = folded(text)
    hang = indent if bar is None else cell_len(bar.text)
    for start, end in wrapped(text, width - hang):
        if bar is None:
            yield (Piece(" " * indent + text[start:end], part),)
        else:
            yield (bar, Piece(text[start:end], part))


def _folded(fold: Fold, look: Look) -> Piece:
    count = fold.end - fold.start
    what = "quoted line" if fold.kind is FoldKind.QUOTE else "line of signature"
    if count != 1:
        what = "quoted lines" if fold.kind is FoldKind.QUOTE else "lines of signature"
    return Piece(f"{look.glyphs.more} {count} {what} ({look.keys.fold} unfolds)", Part.DIM)


def _paragraph(text: str, look: Look, edge: _Edge, *, fenced: bool) -> Iterator[Line]:
    if fenced or look.plain:
        yield from _lines(text, [], look, edge, Part.CODE if fenced else Part.TEXT)
        return
    prefix = _PREFIX.match(text)
    part, bold = Part.TEXT, False
    if prefix is not None:
        text = text[prefix.end() :]
        if prefix["quote"]:
            part = Part.QUOTE
            mark = "> " * prefix["quote"].count(">")
            edge = edge.further(mark, mark, part)
        elif prefix["heading"]:
            bold = True
        else:
            mark = _bullet(prefix["list"], look.glyphs)
            edge = edge.further(mark, " " * cell_len(mark), part)
    text, runs = _inline(text, part, bold=bold)
    yield from _lines(text, runs, look, edge, part)


def _bullet(mark: str, glyphs: Glyphs) -> str:
    body = mark.lstrip()
    space = " " * (len(mark) - len(body))
    return f"{space}{glyphs.bullet if body[0] in '-*+' else body.rstrip()} "


def _inline(text: str, part: Part, *, bold: bool) -> tuple[str, list[_Run]]:
    """The text without the marks of its styles, and where the styles are."""
    shown, at = "", 0
    runs: list[_Run] = []
    for match in _INLINE.finditer(text):
        shown += text[at : match.start()]
        at = match.end()
        kind = match.lastgroup or ""
        start = len(shown)
        shown += match[kind]
        runs.append(_run(kind, start, len(shown), part))
    shown += text[at:]
    if bold:
        runs = [_Run(0, len(shown), part, bold=True)]
    return shown, runs


def _run(kind: str, start: int, end: int, part: Part) -> _Run:
    match kind:
        case "code":
            return _Run(start, end, Part.CODE)
        case "bold":
            return _Run(start, end, part, bold=True)
        case "italic" | "under":
            return _Run(start, end, part, italic=True)
        case _:
            return _Run(start, end, Part.LINK)


def _lines(text: str, runs: Sequence[_Run], look: Look, edge: _Edge, part: Part) -> Iterator[Line]:
    if look.known:
        runs = _numbered(text, runs, look.known)
    if look.words:
        runs = _marked(text, runs, look.words)
    if not text:
        yield edge.first
    for start, end in wrapped(text, look.width - edge.hang):
        lead = edge.first if start == 0 else edge.rest
        yield (*lead, *_cut(text, start, end, runs, part))


def _numbered(text: str, runs: Sequence[_Run], known: Iterable[str]) -> list[_Run]:
    """``runs`` with the known numbers over them, where they stand by themselves."""
    found: list[_Run] = []
    for number in known:
        at = text.find(number)
        while at >= 0:
            end = at + len(number)
            if not text[end : end + 1].isalnum() and not text[max(at - 1, 0) : at].isalnum():
                found.append(_Run(at, end, Part.LINK))
            at = text.find(number, end)
    return sorted([*runs, *found]) if found else list(runs)


def _marked(text: str, runs: Sequence[_Run], words: Iterable[str]) -> list[_Run]:
    """``runs`` with the searched words over them."""
    found = [_Run(start, end, Part.SELECTED) for start, end in spans(text, words)]
    return sorted([*runs, *found]) if found else list(runs)


def _cut(text: str, start: int, end: int, runs: Sequence[_Run], part: Part) -> Iterator[Piece]:
    """The pieces of ``text`` from ``start`` to ``end``; of runs that overlap the later wins."""
    at = start
    for index, run in enumerate(runs):
        if run.end <= at or run.start >= end:
            continue
        stop = min([run.end, end, *(later.start for later in runs[index + 1 : index + 3])])
        begin = max(run.start, at)
        if begin > at:
            yield Piece(text[at:begin], part)
        if stop > begin:
            yield Piece(text[begin:stop], run.part, run.bold, run.italic)
        at = max(stop, begin)
    if at < end:
        yield Piece(text[at:end], part)

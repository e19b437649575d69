"""Finds quoted mails and signatures in a text, in any language; folds, never deletes.

One pass over the lines with looks of a few lines back and ahead, so time is linear. What is
found must be introduced by something no customer types by accident: ``>`` signs, a copied
header, dashes around well-known words, or a line that names a date and a sender.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from types import MappingProxyType

from agent_tui.content.phrases import DEVICE, FORWARDED, LABELS, OPENS, WROTE
from agent_tui.model.message import Fold, FoldKind


class Hint(Enum):
    """What a page of HTML itself says of the lines from here on."""

    QUOTE = "\x04"
    SIGNATURE = "\x05"
    SIGNATURE_END = "\x06"


def folds(lines: Sequence[str], hints: Mapping[int, Hint] = MappingProxyType({})) -> list[Fold]:
    """The ranges of ``lines`` that a reader wants folded, in order and without overlap.

    ``hints`` are by line number. A text of nothing but quotes stays open: then they are the
    message.
    """
    text = _Text(lines, hints)
    quotes = _joined(lines, list(_quotes(text)))
    found = sorted([*quotes, *_signatures(text, quotes)], key=lambda fold: fold.start)
    own = _own_lines(lines, found)
    if not own:
        return []
    # A short quote with an answer below it is what the answer is about: it stays in sight.
    return [
        fold
        for fold in found
        if fold.kind is FoldKind.SIGNATURE or fold.end - fold.start >= _SHORT or own[-1] < fold.end
    ]


class _Text:
    """Lines with what each of them may be part of."""

    def __init__(self, lines: Sequence[str], hints: Mapping[int, Hint]) -> None:
        self.lines = lines
        self.hints = hints
        self.quoted = [line.lstrip(" ").startswith(">") for line in lines]
        self.labels = [_label(line) for line in lines]
        self.end = len(lines)
        self.looks = _MOST_LOOKS

    def filled(self, index: int) -> int:
        """The first line from ``index`` on with something in it, looking a few lines ahead."""
        for position in range(index, min(self.end, index + 4)):
            if self.lines[position]:
                return position
        return self.end


def _quotes(text: _Text) -> Iterator[Fold]:
    seen = False  # the sender's own words have begun
    index = done = 0
    while index < min(text.end, _MOST_LINES):
        start, end = _quote_at(text, index)
        if end == text.end and not seen and not text.quoted[index]:
            # A mail forwarded without a word: its header is shown, and what it quotes folded.
            index = done = _header_end(text, index)
        elif end > index:
            yield Fold(max(start, done), end, FoldKind.QUOTE)
            index = done = end
        else:
            seen = seen or bool(text.lines[index])
            index += 1


def _quote_at(text: _Text, index: int) -> tuple[int, int]:
    """The quote whose telling line is ``index``, an empty range where it tells of none."""
    line = text.lines[index]
    if text.hints.get(index) is Hint.QUOTE:
        return index, text.end
    if text.quoted[index]:
        return _introduction(text, index), _quoted_end(text, index)
    if _is_header(text, index) or _is_separator(text, index):
        body = text.filled(_header_end(text, index))
        start = _rule_before(text, index)
        quoted = body < text.end and text.quoted[body]
        return start, _quoted_end(text, body) if quoted else text.end
    return _unmarked(text, index) if _may_introduce(line) else (index, index)


def _may_introduce(line: str) -> bool:
    """A quick look for what the last line of an introduction has."""
    if not line.endswith((":", "：")):
        return "@" in line and WROTE.search(line[-25:]) is not None
    return _DIGIT_OR_AT.search(line) is not None or WROTE.search(line[-25:]) is not None


def _rule_before(text: _Text, index: int) -> int:
    """The drawn line above ``index``, blank lines between them; ``index`` where there is none."""
    above = index - 1
    while above > 0 and not text.lines[above] and index - above < 3:
        above -= 1
    return above if above >= 0 and _RULE.fullmatch(text.lines[above]) else index


def _quoted_end(text: _Text, index: int) -> int:
    """The first line after the run of ``>`` lines at ``index``; single blank lines belong to it."""
    end = index + 1
    while end < text.end:
        if text.quoted[end]:
            end += 1
        elif not text.lines[end] and end + 1 < text.end and text.quoted[end + 1]:
            end += 2
        else:
            break
    return end


def _introduction(text: _Text, quote: int) -> int:
    """Where the line or lines that introduce the ``>`` lines at ``quote`` begin."""
    last = quote - 1
    while last >= 0 and not text.lines[last] and quote - last <= 3:
        last -= 1
    if last < 0 or not text.lines[last] or text.quoted[last]:
        return quote
    start = _attribution(text, last, certain=False)
    return quote if start is None else start


def _unmarked(text: _Text, last: int) -> tuple[int, int]:
    """A quote without ``>``, introduced by the line ``last``, which ends in a colon."""
    after = text.filled(last + 1)
    if after == text.end or text.quoted[after]:
        return last, last
    start = _attribution(text, last, certain=True)
    return (last, last) if start is None else (start, text.end)


def _attribution(text: _Text, last: int, *, certain: bool) -> int | None:
    """Where "On ..., ... wrote:" begins that ends in the line ``last``; None if it is none."""
    text.looks -= 1
    if text.looks < 0:
        return None
    words = ""
    found: int | None = None
    for index in range(last, max(-1, last - _LONGEST_ATTRIBUTION), -1):
        line = text.lines[index]
        if not line or text.quoted[index] or len(words) > _WIDEST_ATTRIBUTION:
            break
        if index < last and _ENDS_SENTENCE.search(line):
            break
        words = f"{line} {words}"
        if found is None:
            found = index if _introduces(words, certain=certain) else None
        elif OPENS.match(line):
            found = index
    return found


def _introduces(words: str, *, certain: bool) -> bool:
    words = words.strip().strip("*_ ")
    dated = _DATE.search(words) is not None
    if certain:
        begins = _SENDER.match(words) or (dated and OPENS.match(words))
        return bool(begins) and (_names_sender_last(words) or _wrote_last(words))
    wrote = WROTE.search(words) is not None
    named = _MAIL.search(words) is not None
    return (wrote and words.endswith((":", "：", "-"))) or (dated and (named or wrote))


def _names_sender_last(words: str) -> bool:
    return _SENDER_LAST.search(words) is not None


def _wrote_last(words: str) -> bool:
    """Whether the verb, or the verb and a name, come last, as in no sentence of a customer's."""
    verb = WROTE.search(words)
    if verb is None:
        return False
    rest = words[verb.end() :].strip(" :：-")
    named = not rest[:1].islower() and len(rest.split()) < 6
    return named or WROTE.search(words[-20:]) is not None


def _is_separator(text: _Text, index: int) -> bool:
    """Dashes around words such as "Original Message", or around any words before a header."""
    match = _SEPARATOR.fullmatch(text.lines[index].strip("> *"))
    if match is None:
        return False
    if FORWARDED.search(match[1]) or _introduces(match[1], certain=True):
        return True
    after = text.filled(index + 1)
    return after < text.end and _is_header(text, after)


def _is_header(text: _Text, index: int) -> bool:
    """Whether a copied mail header begins here: From, and two more of Date, To and Subject."""
    if text.labels[index] not in {"from", "date"}:
        return False
    if text.labels[index + 1 : index + 2] == [text.labels[index]]:
        return False  # a field twice in a row: if a header begins here, it is the second one's
    end = _fields_end(text, index)
    kinds = set(text.labels[index:end]) - {""}
    if "from" not in kinds or len(kinds) < 3:
        return False
    # "From: Berlin, To: Paris, Date: tomorrow" is a traveller's, not a mail program's.
    return "subject" in kinds or any(_ADDRESSED.search(line) for line in text.lines[index:end])


def _label(line: str) -> str:
    match = _FIELD.match(line) if ":" in line or "：" in line else None
    return LABELS.get(match[1].strip().lower(), "") if match else ""


def _fields_end(text: _Text, index: int) -> int:
    """The end of the fields at ``index``; a blank line or a folded one between them may stand."""
    end = index
    for position in range(index, min(text.end, index + _LONGEST_HEADER)):
        if text.labels[position]:
            end = position + 1
        elif position > end:
            break
    return end


def _header_end(text: _Text, index: int) -> int:
    """The first line after the separator, attribution or header at ``index``."""
    if text.labels[index]:
        return _fields_end(text, index)
    after = text.filled(index + 1)
    if after < text.end and text.labels[after]:
        return _fields_end(text, after)
    return index + 1


def _joined(lines: Sequence[str], found: Sequence[Fold]) -> list[Fold]:
    """Quotes with nothing but blank lines between them made one."""
    out: list[Fold] = []
    for fold in found:
        if out and not any(lines[out[-1].end : fold.start]):
            out[-1] = Fold(out[-1].start, fold.end, fold.kind)
        else:
            out.append(fold)
    return out


def _signatures(text: _Text, quotes: Sequence[Fold]) -> Iterator[Fold]:
    start = 0
    for end, after in [(quote.start, quote.end) for quote in quotes] + [(text.end, text.end)]:
        fold = _signature(text, start, end)
        if fold:
            yield fold
        start = after


def _signature(text: _Text, start: int, end: int) -> Fold | None:
    """The signature of the sender's own lines ``start`` to ``end``."""
    lines = text.lines
    while end > start and not lines[end - 1]:
        end -= 1
    for index in range(start, end) if text.hints else ():
        if text.hints.get(index) is Hint.SIGNATURE:
            first = max(start, _rule_before(text, index))
            return Fold(first, _hinted_end(text, index, end), FoldKind.SIGNATURE)
    for index in range(end - 1, max(start - 1, end - _LONGEST_SIGNATURE), -1):
        if _DELIMITER.fullmatch(lines[index]):
            return Fold(index, end, FoldKind.SIGNATURE)
        if end - index <= _LONGEST_FOOTER and _FOOTER_RULE.fullmatch(lines[index]):
            return Fold(index, end, FoldKind.SIGNATURE)
    first = end
    while first > start and (not lines[first - 1] or _is_device(lines[first - 1])):
        first -= 1
    while first < end and not lines[first]:
        first += 1
    return Fold(first, end, FoldKind.SIGNATURE) if first < end else None


def _hinted_end(text: _Text, index: int, end: int) -> int:
    for position in range(index + 1, end):
        if text.hints.get(position) is Hint.SIGNATURE_END:
            return position
    return end


def _is_device(line: str) -> bool:
    bare = line.strip(" *_-~<>")
    if len(bare) > _LONGEST_DEVICE or ("," in bare and bare.endswith(".")):
        return False  # a sentence about a device
    return DEVICE.match(bare) is not None


def _own_lines(lines: Sequence[str], found: Sequence[Fold]) -> list[int]:
    """The lines with something in them that are in none of ``found``."""
    own: list[int] = []
    position = 0
    for start, end in [(fold.start, fold.end) for fold in found] + [(len(lines), len(lines))]:
        own += (index for index in range(position, start) if lines[index])
        position = end
    return own


_MOST_LINES = 20_000  # no letter is longer; what is, is a flood
_MOST_LOOKS = 10_000  # lines that may introduce a quote
_LONGEST_ATTRIBUTION = 5  # lines
_WIDEST_ATTRIBUTION = 400  # characters
_LONGEST_HEADER = 12
_LONGEST_SIGNATURE = 25
_LONGEST_DEVICE = 90  # characters
_LONGEST_FOOTER = 8
_SHORT = 4  # lines
_RULE = re.compile(r"[-_=*—–─\s]{2,}")
_SEPARATOR = re.compile(r"[-_=*—–─]{2,}\s*([^\s\-_=*—–─].{1,200}?)\s*[-_=*—–─]{2,}:?")
_DELIMITER = re.compile(r"--|[—–]{1,40}")
_FOOTER_RULE = re.compile(r"_{2,}")  # signatures of old, and what mailing lists put below
_DIGIT_OR_AT = re.compile(r"[\d@]")
_ENDS_SENTENCE = re.compile(r"(?:[^\d\s][.!?]|[!?:])$")
_SENDER = re.compile(r"[^<>@]{1,60}<[^\s<>@]+@[^\s<>]+>\s")
_SENDER_LAST = re.compile(r"[<(\[][^\s<>@]+@[^\s<>]+[>)\]]\W*$")
_FIELD = re.compile(r"[>*_\s]{0,12}([^\W\d_][\w \-]{0,20}?)[*_\s]{0,3}[:：]")
_MAIL = re.compile(r"[^\s<>@:]{1,64}@[^\s<>@]{1,200}")
_ADDRESSED = re.compile(r"@|\[\d+ \S+\]")  # an address, or a link to one
_DATE = re.compile(r"\d{1,2}[:.h]\d{2}|\b(?:19|20)\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|年")

"""What the search index holds: words, and runs of CJK as overlapping pairs of characters.

FTS5's tokenizer takes a CJK sentence for one word, so that nothing inside it would be found.
Pairs find every substring of two characters and more. A run ends with its last character alone,
so that a single character is always the beginning of something indexed.
"""

import re
from unicodedata import normalize

_CJK = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
_RUN = re.compile(f"[{_CJK}]+")
_LAST_RUN = re.compile(f"([{_CJK}]+)[\\W_]*\\Z")


def indexed(text: str) -> str:
    """``text`` as it goes into the index."""
    return _RUN.sub(lambda run: f" {_spread(run[0])} ", _composed(text))


def sought(text: str) -> tuple[str, bool]:
    """``text`` as a query for it must be written, and whether its last word may go on.

    A run at the end is a substring of what stands in a message: more may follow it there.
    """
    text = _composed(text)
    last = _LAST_RUN.search(text)
    if last is None:
        return indexed(text), False
    before, run = indexed(text[: last.start()]), last[1]
    return f"{before} {' '.join(_pairs(run)) or run}", len(run) == 1


def _composed(text: str) -> str:
    return normalize("NFC", text)  # macOS spells the Hangul and kana of file names in parts


def _spread(run: str) -> str:
    return " ".join((*_pairs(run), run[-1]))


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]

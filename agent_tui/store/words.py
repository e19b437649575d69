"""What the search index holds: words, and runs of CJK as overlapping pairs of characters.

FTS5's tokenizer takes a CJK sentence for one word, so that nothing inside it would be found.
Pairs find every substring of two characters and more; a single character is found as a prefix.
"""

import re

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_RUN = re.compile(f"[{_CJK}]+")


def indexed(text: str) -> str:
    """``text`` as it goes into the index, and as a query for it must be written."""
    return _RUN.sub(_pairs, text)


def _pairs(run: re.Match[str]) -> str:
    characters = run.group()
    if len(characters) == 1:
        return f" {characters} "
    pairs = (characters[i : i + 2] for i in range(len(characters) - 1))
    return f" {' '.join(pairs)} "

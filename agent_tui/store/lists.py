"""Lists of ids in statements, in stretches that every database takes."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

_AT_ONCE = 500


_T = TypeVar("_T")


def stretches(items: Sequence[_T], size: int = _AT_ONCE) -> Iterator[Sequence[_T]]:
    """``items`` in pieces of at most ``size``."""
    return (items[start : start + size] for start in range(0, len(items), size))


def among(ids: Sequence[int]) -> tuple[str, dict[str, object]]:
    """What stands between the parentheses of ``IN (...)``, and its parameters."""
    names = [f"i{n}" for n in range(len(ids))]
    return ", ".join(f":{name}" for name in names), dict(zip(names, ids, strict=True))

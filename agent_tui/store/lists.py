"""Lists of ids and of rows in statements, in stretches that every database takes."""

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


Rows = Sequence[Sequence[object]]


def table(columns: Sequence[str], rows: Rows) -> tuple[str, dict[str, object]]:
    """Rows as a table ``r`` of a FROM clause, and its parameters; at most some hundreds."""
    params = {f"r{n}_{at}": value for n, row in enumerate(rows) for at, value in enumerate(row)}
    marks = [[f":r{n}_{at}" for at in range(len(columns))] for n in range(len(rows))]
    values = ", ".join(f"({', '.join(row)})" for row in marks)
    called = ", ".join(f"column{at} AS {name}" for at, name in enumerate(columns, 1))
    return f"(SELECT {called} FROM (VALUES {values}) v) AS r", params

"""The rows of a file: CSV in any usual encoding and with any usual delimiter, or JSON."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent_tui.adapters.contract import AccountProblem

MOST_BYTES = 50_000_000
MOST_ROWS = 200_000
_LONGEST_FIELD = 1_000_000
"""Characters; a field of CSV that is longer has lost its closing quote."""

_DELIMITERS = ",;\t|"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
"""Byte order marks, which say the encoding."""

Row = Mapping[str, str]
"""The texts of a row by the name of their column, in lower case."""


@dataclass(slots=True)
class Table:
    """The rows of a file with their line numbers, and what could not be read."""

    columns: Sequence[str]
    rows: list[tuple[int, Row]] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def read(path: Path) -> Table:
    """All rows of the file. Raises AccountProblem when it cannot be used at all."""
    text = decoded(_octets(path))
    return _json(path, text) if text.lstrip()[:1] in ("[", "{") else _csv(path, text)


def decoded(octets: bytes) -> str:
    """The text in UTF-8, in what its byte order mark says, or else as Windows writes it."""
    for mark, encoding in _MARKS:
        if octets.startswith(mark):
            return octets.decode(encoding, "replace")
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def _octets(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            octets = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise AccountProblem(
            f"The file {path} cannot be read ({error.strerror}); correct 'path' or its rights.",
            detail=repr(error),
        ) from error
    if len(octets) > MOST_BYTES:
        raise AccountProblem(
            f"The file {path} has more than {MOST_BYTES // 1_000_000} MB; leave out old orders."
        )
    return octets


def _csv(path: Path, text: str) -> Table:
    head = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(_DELIMITERS, key=head.count)
    csv.field_size_limit(_LONGEST_FIELD)  # of the whole process: nobody else reads CSV
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        raise _no_table(path) from error
    if not any(names):
        raise AccountProblem(f"The file {path} is empty; its first line must name the columns.")
    table = Table(names)
    for line, cells in _cells(reader, table):
        if len(table.rows) == MOST_ROWS:
            table.problems.append((line, f"only {MOST_ROWS:,} rows are read"))
            break
        if any(cells):
            table.rows.append((line, dict(zip(names, cells, strict=False))))
    return table


def _cells(reader: "Iterator[list[str]]", table: Table) -> Iterator[tuple[int, list[str]]]:
    """Row after row; one that is broken ends the table, for nobody knows where the next begins."""
    line = 1
    while True:
        line = getattr(reader, "line_num", line) + 1  # where the next row begins
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error:
            table.problems.append((line, "a quote is never closed; nothing is read from here on"))
            return


def _json(path: Path, text: str) -> Table:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise AccountProblem(f"The file {path} is no JSON{where}; write it anew.") from error
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), None)
    if not isinstance(found, list):
        raise _no_table(path)
    table, names = Table([]), dict[str, None]()
    for number, one in enumerate(found[:MOST_ROWS], start=1):
        if not isinstance(one, dict):
            table.problems.append((number, "it is no object with fields"))
            continue
        row = {str(name).lower(): _text(value) for name, value in one.items()}
        names |= dict.fromkeys(row)
        table.rows.append((number, row))
    if len(found) > MOST_ROWS:
        table.problems.append((MOST_ROWS + 1, f"only {MOST_ROWS:,} rows are read"))
    table.columns = list(names)
    return table


def _text(value: object) -> str:
    """A value of JSON as a cell; lists and objects are none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def _no_table(path: Path) -> AccountProblem:
    return AccountProblem(
        f"The file {path} holds no table; it must be CSV with a line of column names, or a JSON "
        "list of objects."
    )

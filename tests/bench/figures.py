"""What a benchmark measures by and how it tells: on one machine, in one run, as a table."""

from collections.abc import Sequence
from pathlib import Path


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; pytest passes it on with ``-rP``."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    print(f"\n{title}")  # noqa: T201 - the figures are what a benchmark is for
    for line in lines:
        cells = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells))  # noqa: T201


def peak_memory(pid: int) -> float:
    """The most memory that the process has held so far, in MB; see proc(5), VmHWM."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1000
    raise ValueError(f"process {pid} has no VmHWM")

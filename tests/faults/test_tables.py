"""The two tables tell of every fault and every attack of the project's list."""

import re
from pathlib import Path

_FOLDER = Path(__file__).parent
_SPAN = re.compile(r"([FS])(\d\d)(?:-\1?(\d\d))?")


def test_each_fault_and_each_attack_has_a_row() -> None:
    told: set[str] = set()
    for name in ("README.md", "SAFETY.md"):
        for line in (_FOLDER / name).read_text("utf-8").splitlines():
            for kind, first, last in _SPAN.findall(line.split("|")[1]) if "|" in line else ():
                numbers = range(int(first), int(last or first) + 1)
                told |= {f"{kind}{number:02}" for number in numbers}

    wanted = {f"F{number:02}" for number in range(1, 31)}
    wanted |= {f"S{number:02}" for number in range(1, 41)}
    assert told == wanted

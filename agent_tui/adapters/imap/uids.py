"""Sets of UIDs as ranges: a million mails taken are a few dozen characters of a cursor."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice


@dataclass(frozen=True, slots=True)
class Uids:
    """UIDs as ascending ranges that neither touch nor overlap, both ends included."""

    ranges: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, uids: Iterable[int]) -> "Uids":
        """The set of ``uids``, which may come in any order and more than once."""
        return cls(_joined(sorted((uid, uid) for uid in uids)))

    @classmethod
    def parse(cls, text: str) -> "Uids":
        """The set that an IMAP sequence-set such as ``1:5,7`` names. Raises ValueError."""
        spans = (span.partition(":") for span in text.split(",") if span)
        pairs = ((int(low), int(high or low)) for low, _, high in spans)
        return cls(_joined(sorted((min(pair), max(pair)) for pair in pairs)))

    def __str__(self) -> str:
        return ",".join(f"{low}:{high}" if high > low else str(low) for low, high in self.ranges)

    def __len__(self) -> int:
        return sum(high - low + 1 for low, high in self.ranges)

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __iter__(self) -> Iterator[int]:
        """All UIDs, the highest, that is the newest, first."""
        for low, high in reversed(self.ranges):
            yield from range(high, low - 1, -1)

    def __contains__(self, uid: int) -> bool:
        at = bisect_right(self.ranges, uid, key=lambda pair: pair[0])
        return at > 0 and uid <= self.ranges[at - 1][1]

    def __or__(self, other: "Uids") -> "Uids":
        return Uids(_joined(sorted(self.ranges + other.ranges)))

    def __sub__(self, other: "Uids") -> "Uids":
        return Uids(tuple(_without(self.ranges, other.ranges)))

    @property
    def highest(self) -> int:
        """The highest UID; 0 of none."""
        return self.ranges[-1][1] if self.ranges else 0

    def newest(self, count: int) -> "Uids":
        """The ``count`` highest."""
        return Uids.of(islice(self, count))


def _joined(pairs: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for low, high in pairs:
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return tuple(joined)


def _without(
    ranges: tuple[tuple[int, int], ...], holes: tuple[tuple[int, int], ...]
) -> Iterator[tuple[int, int]]:
    at = 0
    for low, high in ranges:
        while at < len(holes) and holes[at][1] < low:
            at += 1
        rest = at
        while rest < len(holes) and holes[rest][0] <= high:
            if low < holes[rest][0]:
                yield low, holes[rest][0] - 1
            low = holes[rest][1] + 1
            rest += 1
        if low <= high:
            yield low, high

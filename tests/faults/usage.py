"""What processes use over time, read off /proc: memory, open files, threads; Linux tells."""

import os
import statistics
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

MOST_GROWTH = 0.2
"""Of resident memory, after warm-up."""
MOST_MORE = 5
"""Files or threads."""

_EVERY_S = 2.0
_KIB = 1024
_SHARE = 4
"""The first and the last quarter of a stretch are held against each other."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a process."""

    resident: int  # bytes
    files: int
    threads: int


@dataclass(frozen=True, slots=True)
class Growth:
    """What a process used at the beginning and at the end of a stretch, medians of each."""

    name: str
    before: Sample
    after: Sample
    looks: int

    @property
    def of_memory(self) -> float:
        """Which part of what it was it became more."""
        return self.after.resident / self.before.resident - 1

    def problems(self, most: float = MOST_GROWTH) -> list[str]:
        """What is more than may be."""
        found = []
        if self.of_memory > most:
            found.append(f"the {self.name}'s memory grew by {self.of_memory:.0%}: {self}")
        for what in ("files", "threads"):
            before, after = getattr(self.before, what), getattr(self.after, what)
            if abs(after - before) > MOST_MORE:
                found.append(f"the {self.name} had {before} {what} and has {after}")
        return found

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.before.resident / 1e6:.0f} to {self.after.resident / 1e6:.0f} MB"
            f" ({self.of_memory:+.0%}), {self.before.files} to {self.after.files} files,"
            f" {self.before.threads} to {self.after.threads} threads, {self.looks} looks"
        )


@dataclass(slots=True)
class Watch:
    """Looks at processes from a thread of its own until it is stopped."""

    who: Callable[[], dict[str, int]]  # names and process ids, as of now
    _seen: dict[tuple[str, int], list[Sample]] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        threading.Thread(target=self._look_on, daemon=True).start()

    def end(self) -> list[Growth]:
        """How those grew that were there for most of the time."""
        self._stop.set()
        longest = max(map(len, self._seen.values()), default=0)
        return [
            growth(name, samples)
            for (name, _), samples in self._seen.items()
            if len(samples) >= max(longest // 2, 2)
        ]

    def _look_on(self) -> None:
        while not self._stop.wait(_EVERY_S):
            for name, pid in self.who().items():
                with suppress(OSError, ValueError):
                    self._seen.setdefault((name, pid), []).append(look(pid))


def growth(name: str, samples: list[Sample]) -> Growth:
    """From the first to the last part of ``samples``, of which there are two at least."""
    part = max(len(samples) // _SHARE, 1)
    return Growth(name, _middle(samples[:part]), _middle(samples[-part:]), len(samples))


def look(pid: int) -> Sample:
    """What the process uses now. Raises OSError when it is gone."""
    status = (Path("/proc") / str(pid) / "status").read_text()
    values = dict(line.split(":", 1) for line in status.splitlines())
    return Sample(
        resident=int(values["VmRSS"].split()[0]) * _KIB,
        files=len(os.listdir(f"/proc/{pid}/fd")),  # noqa: PTH208 - names are enough
        threads=int(values["Threads"]),
    )


def processes(mark: str) -> dict[int, list[str]]:
    """The command lines of the living processes that have ``mark`` in their environment."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            state = (path.parent / "stat").read_text().rpartition(")")[2].split()[0]
            if state != "Z" and mark.encode() in path.read_bytes().split(b"\0"):
                command = (path.parent / "cmdline").read_bytes().decode(errors="replace")
                found[int(path.parent.name)] = command.split("\0")
    return {pid: command for pid, command in found.items() if pid != os.getpid()}


def percentile(times: Iterable[float], share: float) -> float:
    """The time that ``share`` of them do not exceed; 0 when there is none."""
    ordered = sorted(times)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Until ``condition`` holds; False when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _middle(samples: list[Sample]) -> Sample:
    return Sample(
        int(statistics.median(one.resident for one in samples)),
        int(statistics.median(one.files for one in samples)),
        int(statistics.median(one.threads for one in samples)),
    )

"""Takes what is new in one folder of a Maildir, in batches that can be resumed after any."""

from collections.abc import Iterator, Sequence

from agent_tui.adapters.mail import Own, Place, read, unreadable
from agent_tui.adapters.maildir.cursor import Cursor, Importing, Whole, key, loads, mixed
from agent_tui.adapters.maildir.folders import (
    Entry,
    Folder,
    entries,
    octets,
    remote_id,
    stamp,
)
from agent_tui.model.clock import SECOND, Clock, Millis
from agent_tui.model.incoming import Batch, FlagChange, Incoming, Progress

BATCH = 300
"""Mails a batch: a third of a second of reading, so that a stop is heard soon."""

_SETTLED: Millis = 2 * SECOND
"""File systems count changes in steps of up to two seconds (FAT): a folder that changed since
may change again without showing it."""

_UNSURE = (-1, -1)
"""The stamp of no folder: have a look at the next pull."""


def batches(folder: Folder, committed: str | None, own: Own, clock: Clock) -> Iterator[Batch]:
    """What is new in ``folder`` since ``committed``, newest first at the first import.

    Blocks while it reads. Raises OSError when the folder cannot be read.
    """
    before = loads(committed)
    at = stamp(folder)
    if isinstance(before, Whole) and before.stamp == at:
        return
    lasting = at if clock() - max(at) // 1_000_000 > _SETTLED else _UNSURE
    here = entries(folder)
    if isinstance(before, Whole):
        yield from _changes(folder, here, before, lasting, own)
    else:
        yield from _first(folder, here, before, lasting, own)


def _first(
    folder: Folder,
    here: dict[int, Entry],
    before: Cursor | None,
    stamp: tuple[int, int],
    own: Own,
) -> Iterator[Batch]:
    """The first import: what came since it was broken off, then back in time."""
    order = sorted(here.values(), key=key)
    low, high = _taken(order, before)
    states = {entry.state for entry in order[low:high]}
    mix = mixed(entry.id for entry in order[low:high])
    runs = [order[start : start + BATCH] for start in range(high, len(order), BATCH)]
    runs += [order[max(0, end - BATCH) : end][::-1] for end in range(low, 0, -BATCH)]
    oldest, newest = (key(order[low]), key(order[high - 1])) if low < high else (None, None)
    for run in runs:
        messages, read_states = _read(folder, run, own)
        states |= read_states
        ends = sorted((key(run[0]), key(run[-1])))
        oldest, newest = min(oldest or ends[0], ends[0]), max(newest or ends[1], ends[1])
        mix ^= mixed(state & ~3 for state in read_states)
        so_far = Importing(newest, oldest, mix)
        progress = Progress(len(states), len(order))
        yield Batch(folder.mailbox, str(so_far), messages, progress=progress)
    yield Batch(folder.mailbox, str(Whole(stamp, frozenset(states))))


def _taken(order: Sequence[Entry], before: Cursor | None) -> tuple[int, int]:
    """Which slice of ``order`` an import that was broken off has taken.

    None of it when other mails lie there now: the store knows those that it has by their ids.
    """
    if isinstance(before, Importing):
        inside = [n for n, e in enumerate(order) if before.oldest <= key(e) <= before.newest]
        if inside and mixed(order[n].id for n in inside) == before.mix:
            return inside[0], inside[-1] + 1
    return len(order), len(order)


def _changes(
    folder: Folder, here: dict[int, Entry], before: Whole, stamp: tuple[int, int], own: Own
) -> Iterator[Batch]:
    """What changed in a folder that was taken in: flags and absences first, then new mails."""
    known = {state & ~3: state for state in before.states}
    new = sorted((here[one] for one in here.keys() - known.keys()), key=key, reverse=True)
    kept = [here[one] for one in known.keys() & here.keys()]
    changed = [entry for entry in kept if entry.state not in before.states]
    gone = known.keys() - here.keys()
    taken: set[int] = set()
    for start in range(0, len(new), BATCH):
        messages, read_states = _read(folder, new[start : start + BATCH], own)
        taken |= read_states
        yield Batch(folder.mailbox, str(Whole(_UNSURE, before.states | taken)), messages)
    after = Whole(stamp, frozenset(taken.union(entry.state for entry in kept)))
    if after != before:
        yield Batch(
            folder.mailbox,
            str(after),
            flags=tuple(FlagChange(entry.remote_id, entry.flags) for entry in changed),
            gone=tuple(map(remote_id, gone)),
        )


def _read(folder: Folder, run: Sequence[Entry], own: Own) -> tuple[tuple[Incoming, ...], set[int]]:
    """The mails of ``run`` that are still there, and their states."""
    messages = {entry.state: _message(folder, entry, own) for entry in run}
    read_ones = {state: one for state, one in messages.items() if one is not None}
    return tuple(read_ones.values()), set(read_ones)


def _message(folder: Folder, entry: Entry, own: Own) -> Incoming | None:
    place = Place(entry.remote_id, entry.arrived, entry.flags)
    try:
        raw = octets(folder, entry)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        return unreadable(b"", f"The file {entry.file} cannot be read: {reason}.", place)
    return None if raw is None else read(raw, place, own)

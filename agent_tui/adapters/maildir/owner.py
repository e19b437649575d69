"""Looks whether and whose mail lies at a path, for ``open PATH``, which is told nothing."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from agent_tui.adapters.maildir import folders, mbox
from agent_tui.content.mime import read_header

_SAMPLE = 400
"""Mails that are looked at: 0.1 s, and addresses used once in a hundred mails are among them."""

_MOST_HEADER = 64_000

_ONE_PERSON = 0.8
"""Share of mails from or to one address that makes it a person's own mailbox."""

_ONE_HOUSE = 0.9
"""Share of mails from or to one domain that makes it a company's mailbox."""

_OFTEN = 0.01
"""Share of mails an address must be in: one forged sender is not one of us."""


def holds_mail(path: Path) -> bool:
    """Whether ``path`` is a folder with a Maildir in it, or an mbox file, which may be empty.

    Raises OSError for what cannot be read.
    """
    if path.is_dir():
        return folders.has_any(path)
    with path.open("rb") as file:
        end = min(file.seek(0, 2), mbox.BLOCK)
        return end == 0 or any(True for _ in mbox.spans_back(file, end))


def likely_own(path: Path) -> tuple[str, ...]:
    """The addresses whose mail probably lies at ``path``, most written to first; may be none.

    One address when most mails are from or to it; all addresses of a domain when nearly all are
    from or to that domain, but to different people in it. Raises OSError for what cannot be read.
    """
    everybody: Counter[str] = Counter()
    domains: Counter[str] = Counter()
    written_to: Counter[str] = Counter()
    mails = 0
    for sender, recipients in _sample(path):
        mails += 1
        people = {sender, *recipients} - {""}
        everybody.update(people)
        domains.update({_domain(one) for one in people})
        written_to.update(recipients)
    if not mails:
        return ()
    [(person, letters)] = everybody.most_common(1) or [("", 0)]
    if letters >= _ONE_PERSON * mails:
        return (person,)
    [(house, letters)] = domains.most_common(1) or [("", 0)]
    if letters < _ONE_HOUSE * mails:
        return ()
    often = [one for one, count in everybody.items() if count >= _OFTEN * mails]
    ours = [one for one in often if _domain(one) == house]
    return tuple(sorted(ours, key=lambda one: (-written_to[one], one)))


def _sample(path: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """Sender and recipients of some of the mails."""
    headers = _of_folders(path) if path.is_dir() else _of_file(path)
    for raw in headers:
        head = read_header(raw[:_MOST_HEADER])
        recipients = (one.email.lower() for one in (*head.to, *head.cc))
        yield head.sender.email.lower(), frozenset(recipients)


def _of_folders(root: Path) -> Iterator[bytes]:
    """Headers from all over the tree, evenly spread in time."""
    found = [
        (one, entry) for one in folders.folders(root) for entry in folders.entries(one).values()
    ]
    found.sort(key=lambda pair: pair[1].arrived)
    for folder, entry in found[:: max(1, len(found) // _SAMPLE)]:
        raw = folders.octets(folder, entry)
        if raw is not None:
            yield raw


def _of_file(path: Path) -> Iterator[bytes]:
    """Headers of the last mails."""
    with path.open("rb") as file:
        end = file.seek(0, 2)
        for span in islice(mbox.spans_back(file, end), _SAMPLE):
            yield mbox.mail(file, span).raw


def _domain(address: str) -> str:
    return address.rpartition("@")[2]

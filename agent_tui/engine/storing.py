"""Stores a pulled batch whatever is in it: one message that cannot be stored stops no mailbox."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from agent_tui.content.safe import safe_line
from agent_tui.engine.desk import Desk
from agent_tui.model.clock import DAY, Millis
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import Batch, Incoming, Sender
from agent_tui.model.message import Body
from agent_tui.store import accounts, locations, messages, sources
from agent_tui.store.intake import commit_batch

_CHANGES = ("edits", "deletions", "reactions", "marks", "conversations", "colleagues")
"""Fields of a batch about what is known already."""


class LeaseLost(Exception):  # noqa: N818 - a state of the world
    """Another engine serves the account now."""


class _OnlyTried(Exception):  # noqa: N818 - nothing is wrong
    """Takes back what was stored for a try."""


def store_batch(desk: Desk, batch: Batch) -> int:
    """Store ``batch``, its cursor and its progress in one transaction; how many were new.

    A message that cannot be stored for what is in it is listed without its content instead, and
    a change of one is passed over, so that nothing is pulled for ever. Raises StoreError when the
    store itself fails, and LeaseLost.
    """
    try:
        return _commit(desk, batch)
    except LeaseLost:
        raise
    except Exception as error:
        sound = _sound(desk, batch, type(error).__name__)
        if sound == batch:
            raise
        return _commit(desk, sound)


def _commit(desk: Desk, batch: Batch) -> int:
    fetched = _fetched_files(desk, batch)
    with desk.db.transaction():
        if not desk.ours():
            raise LeaseLost(f"Another engine has taken over the account '{desk.account}'.")
        new = commit_batch(desk.db, desk.account, batch, desk.owner.own, desk.clock())
        if batch.notice:
            accounts.set_notice(desk.db, desk.account, safe_line(batch.notice), desk.clock())
        if batch.progress is not None:
            accounts.set_progress(desk.db, desk.account, batch.progress.done, batch.progress.total)
    for path in fetched:
        path.unlink(missing_ok=True)
    return new


def _fetched_files(desk: Desk, batch: Batch) -> list[Path]:
    """Where files lie that we have fetched and that somebody has taken away."""
    found = []
    for deletion in batch.deletions:
        place = locations.at(desk.db, desk.account, batch.mailbox, deletion.remote_id)
        message = messages.get(desk.db, place.message_id) if place else None
        if message is not None:
            source = sources.of_message(desk.db, message.id)
            paths = [file.path for file in message.attachments]
            paths.append(source.path if source is not None else None)
            found += [Path(path) for path in paths if path]
    return [path for path in found if path.is_relative_to(desk.attachments)]


def _sound(desk: Desk, batch: Batch, error: str) -> Batch:
    """``batch`` with a stand-in for each message that alone keeps it from being stored, and
    without the changes that do.

    The batch as it is when even an empty one fails: then it is the store that is at fault.
    """
    empty = replace(_without_changes(batch), messages=())
    if not _can_store(desk, empty):
        return batch
    kept = [
        message
        if _can_store(desk, replace(empty, messages=(message,)))
        else _stand_in(desk, batch, message, error)
        for message in batch.messages
    ]
    sound = replace(batch, messages=tuple(kept))
    return sound if _can_store(desk, sound) else _without_bad_changes(desk, sound)


def _without_bad_changes(desk: Desk, batch: Batch) -> Batch:
    """The batch with what can be stored one after the other."""
    sound = _without_changes(batch)
    for name in _CHANGES:
        for change in getattr(batch, name):
            more = {name: (*getattr(sound, name), change)}
            tried = replace(sound, **more)  # type: ignore[arg-type]  # of the same field
            sound = tried if _can_store(desk, tried) else sound
    tried = replace(sound, canned=batch.canned)
    return tried if _can_store(desk, tried) else sound


def _without_changes(batch: Batch) -> Batch:
    none: dict[str, Any] = dict.fromkeys(_CHANGES, ())
    return replace(batch, **none, canned=None)


def _can_store(desk: Desk, batch: Batch) -> bool:
    try:
        with desk.db.transaction():
            commit_batch(desk.db, desk.account, batch, desk.owner.own, desk.clock())
            raise _OnlyTried  # noqa: TRY301 - the way to take it back
    except _OnlyTried:
        return True
    except Exception as error:  # noqa: BLE001 - whatever it is, it cannot be stored
        desk.log.warning("cannot be stored: %s", type(error).__name__)
        return False


def _stand_in(desk: Desk, batch: Batch, message: Incoming, error: str) -> Incoming:
    place = f"{desk.account}/{batch.mailbox}/{message.remote_id}"
    return Incoming(
        remote_id=message.remote_id,
        channel=message.channel,
        direction=message.direction,
        sender=Sender(IdentityKind.EMAIL, ""),
        at=_plausible(message.at, desk.clock()),
        body=Body(""),
        content_hash=sha256(place.encode(errors="replace")).hexdigest(),
        notes=(f"This message could not be stored ({error}); read it at the provider.",),
        flags=message.flags,
    )


def _plausible(at: Millis, now: Millis) -> Millis:
    return at if 0 <= at <= now + DAY else now

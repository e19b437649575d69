"""Keeps what is being written on disk, behind the typing and never behind what came later.

While another program holds the store it lies in a file beside it.
"""

import itertools
from dataclasses import replace
from pathlib import Path
from threading import Lock

from agent_tui.model.draft import Draft
from agent_tui.store import drafts
from agent_tui.store.database import Database, StoreError
from agent_tui.ui.unsaved import Unsaved


class DraftKeeper:
    """Writes the versions of one draft from any thread; an older one never replaces a newer.

    A draft without an id gets its row with the first version that says something.
    """

    def __init__(self, db: Database, draft: Draft, unsaved: Path) -> None:
        """``unsaved`` is the folder for files beside the store."""
        self.kept = draft  # what is in the store
        self._db = db
        self._unsaved = Unsaved(unsaved)
        self._lock = Lock()
        self._numbers = itertools.count(1)
        self._newest = 0
        self._dropped = False

    def number(self) -> int:
        """The place of a version among the others; taken when it is read off the screen."""
        return next(self._numbers)

    def write(self, draft: Draft, number: int) -> None:
        """In the store when this returns, unless a newer version is; beside it meanwhile, where
        that takes time. Raises StoreError."""
        if not self._db.is_free():
            self._put_aside(draft, number)
        with self._lock:
            self._write(draft, number)

    def write_behind(self, draft: Draft, number: int) -> bool:
        """As :meth:`write`, for a thread. False where it lies beside the store only, for that is
        not free: then it must be written once more."""
        if not self._lock.acquire(blocking=False):  # another thread waits for the store
            self._put_aside(draft, number)
            return False
        aside = False
        try:
            aside = not self._db.is_free() and self._put_aside(draft, number)
            self._write(draft, number)
        except StoreError:
            if not aside:
                raise
            return False
        finally:
            self._lock.release()
        return True

    def drop(self) -> None:
        """Remove the draft; nothing is written any more."""
        with self._lock:
            self._dropped = True
            if self.kept.id:
                drafts.delete(self._db, self.kept.id)
            self._unsaved.drop(self.number())

    def _put_aside(self, draft: Draft, number: int) -> bool:
        """Whether it lies beside the store now."""
        if self._dropped or not self._is_news(draft):
            return False
        return self._unsaved.put(draft, number)

    def _write(self, draft: Draft, number: int) -> None:
        if self._dropped or number <= self._newest:
            return
        draft = replace(draft, id=self.kept.id)
        if self._is_news(draft):
            if draft.id:
                drafts.save(self._db, draft)
            else:
                draft = drafts.create(self._db, draft)
        self.kept = draft
        self._newest = number
        self._unsaved.drop(number)

    def _is_news(self, draft: Draft) -> bool:
        """Whether it says something that is not in the store."""
        return _says_something(draft) if not self.kept.id else not _same(draft, self.kept)


def _says_something(draft: Draft) -> bool:
    return bool(draft.body.strip() or draft.files)


def _same(one: Draft, other: Draft) -> bool:
    return (one.subject, one.body, one.recipients, one.files, one.cursor) == (
        other.subject,
        other.body,
        other.recipients,
        other.files,
        other.cursor,
    )

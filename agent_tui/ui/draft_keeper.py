"""Keeps what is being written on disk, behind the typing and never behind what came later."""

import itertools
from dataclasses import replace
from threading import Lock

from agent_tui.model.draft import Draft
from agent_tui.store import drafts
from agent_tui.store.database import Database


class DraftKeeper:
    """Writes the versions of one draft from any thread; an older one never replaces a newer.

    A draft without an id gets its row with the first version that says something.
    """

    def __init__(self, db: Database, draft: Draft) -> None:
        self.kept = draft  # what is on disk
        self._db = db
        self._lock = Lock()
        self._numbers = itertools.count(1)
        self._newest = 0
        self._dropped = False

    def number(self) -> int:
        """The place of a version among the others; taken when it is read off the screen."""
        return next(self._numbers)

    def write(self, draft: Draft, number: int) -> None:
        """On disk when this returns, unless a newer version is. Raises StoreError."""
        with self._lock:
            if number <= self._newest or self._dropped:
                return
            draft = replace(draft, id=self.kept.id)
            if not draft.id:
                draft = drafts.create(self._db, draft) if _says_something(draft) else draft
            elif not _same(draft, self.kept):
                drafts.save(self._db, draft)
            self.kept = draft
            self._newest = number

    def drop(self) -> None:
        """Remove the draft; nothing is written any more."""
        with self._lock:
            self._dropped = True
            if self.kept.id:
                drafts.delete(self._db, self.kept.id)


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

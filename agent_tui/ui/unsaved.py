"""Drafts that the store cannot take yet, as files beside it; the next start takes them in.

Another program may hold the store for longer than the agent's terminal lives.
"""

import json
from dataclasses import replace
from pathlib import Path
from threading import Lock
from uuid import uuid4

from agent_tui.config.errors import ConfigError
from agent_tui.config.files import locked, write_private
from agent_tui.model.draft import Draft
from agent_tui.store import conversations, drafts
from agent_tui.store.database import Database


class Unsaved:
    """The file of one draft, made when it is needed; usable from any thread."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{uuid4().hex}.json"
        self._lock = Lock()
        self._newest = 0  # the version that it was told of last
        self._there = False

    def put(self, draft: Draft, number: int) -> bool:
        """Whether this version is on disk now, or a newer one; where nothing can be written, the
        store alone has to take it."""
        with self._lock:
            if number > self._newest:
                text = json.dumps({"id": draft.id, **drafts.dump(draft)})
                try:
                    write_private(self._path, text.encode())
                except ConfigError:
                    return False
                self._newest, self._there = number, True
            return True

    def drop(self, number: int) -> None:
        """The version of this number needs no file any more, nor do older ones."""
        with self._lock:
            if number >= self._newest:
                self._newest = number
                if self._there:
                    self._path.unlink(missing_ok=True)
                    self._there = False


def take_in(folder: Path, db: Database) -> None:
    """Bring what lies in ``folder`` into the store; a file that is none of ours stays.

    Raises StoreError when the store cannot be written, ConfigError when the folder cannot be read;
    then the files stay, too.
    """
    with locked(folder):
        for path in folder.glob("*.json"):
            draft = _read(path)
            if draft is not None:
                _keep(db, draft)
                path.unlink()


def _read(path: Path) -> Draft | None:
    try:
        values = json.loads(path.read_bytes())
        return replace(drafts.load(values, values["updated_at"]), id=values["id"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _keep(db: Database, draft: Draft) -> None:
    """As the newest version of the draft; of one that was sent or discarded meanwhile a draft of
    its own, and nothing of one whose conversation was erased."""
    with db.transaction(durable=True):
        there = drafts.get(db, draft.id)
        number = draft.conversation_id
        if there is not None:
            if there.updated_at <= draft.updated_at:
                drafts.save(db, draft)
        elif number is None or conversations.get(db, number) is not None:
            drafts.create(db, draft)

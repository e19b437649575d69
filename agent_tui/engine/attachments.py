"""Fetches the attachments that somebody wants to see, into private files."""

import os
import secrets
from pathlib import Path

from agent_tui.adapters.contract import Adapter, AdapterError, Target
from agent_tui.config.errors import ConfigError
from agent_tui.config.paths import make_private
from agent_tui.content.safe import safe_line, safe_name
from agent_tui.engine.contain import call, garbage
from agent_tui.engine.desk import Desk
from agent_tui.model.message import Attachment, FetchState
from agent_tui.store import messages

_LIMIT_S = 60.0
_SLOWEST_LINE = 8_000
"""Bytes a second."""


async def fetch_wanted(desk: Desk, adapter: Adapter) -> int:
    """Fetch every wanted attachment of the account; each is here or failed afterwards."""
    wanted = messages.wanted_files(desk.db, desk.account)
    for file in wanted:
        try:
            path = keep(desk.attachments, file, await _fetched(desk, adapter, file))
        except (AdapterError, ConfigError) as error:
            desk.log.warning("attachment %d: %s", file.id, error)
            problem = safe_line(str(error), 400)
            messages.set_file(desk.db, file.id, FetchState.FAILED, problem=problem)
        else:
            messages.set_file(desk.db, file.id, FetchState.HERE, path=str(path))
    return len(wanted)


def keep(folder: Path, file: Attachment, data: bytes) -> Path:
    """Write ``data`` under a harmless name in a folder of its own below ``folder``; the path.

    Mode 0600, never over an existing file or through a link. Raises ConfigError.
    """
    path = folder / f"{file.id}-{secrets.token_hex(4)}" / safe_name(file.name)
    make_private(path.parent)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o600), "wb") as out:
            out.write(data)
    except OSError as error:
        raise ConfigError(
            f"The attachment cannot be written to {path}: "
            f"{(error.strerror or str(error)).lower()}; free some space or mend the folder."
        ) from error
    return path


async def _fetched(desk: Desk, adapter: Adapter, file: Attachment) -> bytes:
    """The bytes, from any of the places where the message lies. Raises AdapterError."""
    message = messages.get(desk.db, file.message_id)
    places = messages.locations(desk.db, [file.message_id])
    error: AdapterError | None = None
    doing = desk.doing("fetching an attachment", _LIMIT_S + file.size / _SLOWEST_LINE)
    for place in places:
        target = Target(place.mailbox, place.remote_id, message.message_id if message else None)
        try:
            data: object = await call(doing, adapter.fetch(target, file.part))
        except AdapterError as problem:
            error = problem
            continue
        if not isinstance(data, bytes):
            raise garbage(doing, data)
        return data
    raise error or AdapterError(
        f"The message of '{file.name}' is no longer at the provider, so it cannot be fetched."
    )

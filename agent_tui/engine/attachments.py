"""Fetches the attachments and sources that somebody wants to see, into private files."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from agent_tui.adapters.contract import WHOLE, Adapter, AdapterError, Target, Unreachable
from agent_tui.config.errors import ConfigError
from agent_tui.config.paths import make_private
from agent_tui.config.scrub import source_folder
from agent_tui.content.safe import safe_line, safe_name
from agent_tui.engine.contain import Doing, call, garbage
from agent_tui.engine.desk import Desk
from agent_tui.model.message import Attachment, FetchState, Message
from agent_tui.store import locations, messages, sources
from agent_tui.system import private

_LIMIT_S = 60.0
_SLOWEST_LINE = 8_000
"""Bytes a second."""

_AS_SOURCE = 2
"""A mail is at most about so much bigger than its text and files: base64 and HTML beside text."""


async def fetch_wanted(desk: Desk, adapter: Adapter) -> int:
    """Fetch every wanted attachment and source of the account; how many are here or failed."""
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
    return len(wanted) + await fetch_sources(desk, adapter)


def keep(folder: Path, file: Attachment, data: bytes) -> Path:
    """Write ``data`` under a harmless name in a folder of its own below ``folder``; the path.

    Mode 0600, never over an existing file or through a link. Raises ConfigError.
    """
    return _written(folder / f"{file.id}-{secrets.token_hex(4)}" / safe_name(file.name), data)


def _written(path: Path, data: bytes) -> Path:
    make_private(path.parent)
    try:
        with os.fdopen(private.opened(path, private.NEW), "wb") as out:
            out.write(data)
    except OSError as error:
        raise ConfigError(
            f"What was fetched cannot be written to {path}: "
            f"{(error.strerror or str(error)).lower()}; free some space or mend the folder."
        ) from error
    return path


async def fetch_sources(desk: Desk, adapter: Adapter) -> int:
    """Fetch every wanted source of the account; how many are here or failed afterwards.

    One whose provider cannot be reached is wanted still, with the reason beside it.
    """
    done = 0
    for number in sources.wanted(desk.db, desk.account):
        message = messages.get(desk.db, number)
        if message is None:
            continue
        try:
            path = keep_source(desk.attachments, message, await _source(desk, adapter, message))
        except Unreachable as error:
            desk.log.warning("source of %d: %s", number, error)
            problem = safe_line(str(error), 400)
            sources.put(desk.db, number, FetchState.WANTED, problem=problem)
            continue
        except (AdapterError, ConfigError) as error:
            desk.log.warning("source of %d: %s", number, error)
            problem = safe_line(str(error), 400)
            sources.put(desk.db, number, FetchState.FAILED, problem=problem)
        else:
            sources.put(desk.db, number, FetchState.HERE, path=str(path))
        done += 1
    return done


def keep_source(folder: Path, message: Message, data: bytes) -> Path:
    """As :func:`keep`, for a whole mail, under a name that mail programs open."""
    name = safe_name(f"{message.subject or 'mail'}.eml")
    return _written(folder / f"{source_folder(message.id)}-{secrets.token_hex(4)}" / name, data)


async def _fetched(desk: Desk, adapter: Adapter, file: Attachment) -> bytes:
    """The bytes of an attachment. Raises AdapterError."""
    message = messages.get(desk.db, file.message_id)
    doing = desk.doing("fetching an attachment", _LIMIT_S + file.size / _SLOWEST_LINE)
    places = _places(desk, message) if message is not None else []
    gone = f"The message of '{file.name}' is no longer at the provider, so it cannot be fetched."
    return await _from_any(doing, adapter, places, file.part, gone)


async def _source(desk: Desk, adapter: Adapter, message: Message) -> bytes:
    """The whole mail as it came. Raises AdapterError."""
    kept = sources.kept(desk.db, message.id)
    if kept:
        return kept
    size = len(message.body.text) + sum(file.size for file in message.attachments)
    doing = desk.doing("fetching a source", _LIMIT_S + _AS_SOURCE * size / _SLOWEST_LINE)
    gone = "The mail does not lie at the provider (any more), so its source cannot be fetched."
    return await _from_any(doing, adapter, _places(desk, message), WHOLE, gone)


def _places(desk: Desk, message: Message) -> list[Target]:
    """Everywhere that the message lies."""
    return [
        Target(place.mailbox, place.remote_id, message.message_id)
        for place in locations.of_messages(desk.db, [message.id])
    ]


async def _from_any(
    doing: Doing, adapter: Adapter, places: Sequence[Target], part: str, gone: str
) -> bytes:
    """The part of the mail from the first place that has it; ``gone`` where there is none.

    Raises AdapterError.
    """
    error: AdapterError | None = None
    for target in places:
        try:
            data: object = await call(doing, adapter.fetch(target, part))
        except AdapterError as problem:
            error = problem
            continue
        if not isinstance(data, bytes):
            raise garbage(doing, data)
        return data
    raise error or AdapterError(gone)

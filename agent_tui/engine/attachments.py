"""Fetches the attachments and sources that somebody wants to see, into private files."""

import os
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from agent_tui.adapters.contract import WHOLE, Adapter, AdapterError, Target, Unreachable
from agent_tui.config.errors import ConfigError
from agent_tui.config.paths import make_private
from agent_tui.config.scrub import source_folder
from agent_tui.content.safe import safe_line, safe_name
from agent_tui.engine.contain import Doing, Hung, call, garbage
from agent_tui.engine.desk import Desk
from agent_tui.engine.slow import TOLD_AFTER_S, Slow
from agent_tui.model.message import Attachment, FetchState, Message
from agent_tui.store import locations, messages, sources
from agent_tui.system import private

_LIMIT_S = 60.0
_SLOWEST_LINE = 8_000
"""Bytes a second."""

_SLOW = f"The provider has not given it within {TOLD_AFTER_S:.0f} s; it is waited for."
_LONGEST_PROBLEM = 400

_AS_SOURCE = 2
"""A mail is at most about so much bigger than its text and files: base64 and HTML beside text."""


class _Note(Protocol):
    """Writes down how a wish stands."""

    def __call__(
        self, state: FetchState, *, path: str | None = None, problem: str = ""
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class _Wish:
    """An attachment or a source that somebody wants to see.

    ``bring()`` says where its bytes lie now; it raises AdapterError and ConfigError.
    """

    what: str  # for the log
    bring: Callable[[], Awaitable[Path]]
    note: _Note
    waits: bool  # a try has failed that another time may not


async def fetch_wanted(desk: Desk, adapter: Adapter, *, again: bool = True) -> None:
    """Fetch every attachment and source of the account that is wanted.

    One whose provider cannot be reached is wanted still, with the reason beside it, and tried once
    more when this is called with ``again``. Raises StoreError.
    """
    for wish in [*_wanted_files(desk, adapter), *_wanted_sources(desk, adapter)]:
        if again or not wish.waits:
            await _fulfil(desk, wish)


def _wanted_files(desk: Desk, adapter: Adapter) -> Iterator[_Wish]:
    async def bring(file: Attachment) -> Path:
        return keep(desk.attachments, file, await _fetched(desk, adapter, file))

    for file in messages.wanted_files(desk.db, desk.account):
        note = partial(messages.set_file, desk.db, file.id)
        yield _Wish(f"attachment {file.id}", partial(bring, file), note, bool(file.problem))


def _wanted_sources(desk: Desk, adapter: Adapter) -> Iterator[_Wish]:
    async def bring(message: Message) -> Path:
        return keep_source(desk.attachments, message, await _source(desk, adapter, message))

    for source in sources.wanted(desk.db, desk.account):
        message = messages.get(desk.db, source.message_id)
        if message is not None:
            note = partial(sources.put, desk.db, message.id)
            yield _Wish(f"source {message.id}", partial(bring, message), note, bool(source.problem))


async def _fulfil(desk: Desk, wish: _Wish) -> None:
    def told(state: FetchState, error: Exception | str) -> None:
        desk.log.warning("%s: %s", wish.what, error)
        wish.note(state, problem=safe_line(str(error), _LONGEST_PROBLEM))

    try:
        with Slow(lambda: told(FetchState.WANTED, _SLOW), desk.log):
            path = await wish.bring()
    except (Unreachable, Hung) as error:
        told(FetchState.WANTED, error)
    except (AdapterError, ConfigError) as error:
        told(FetchState.FAILED, error)
    else:
        wish.note(FetchState.HERE, path=str(path))


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

"""Writes all of a person into a folder: rows as JSON, conversations as text, files as files."""

import json
import os
import shutil
from pathlib import Path
from uuid import uuid4

from agent_tui.actions.action import ActionError
from agent_tui.actions.transcript import transcript
from agent_tui.cli.transcript import write_new
from agent_tui.content.safe import safe_name, safe_text
from agent_tui.model.clock import Millis, iso, system_clock
from agent_tui.model.event import EXPORT, Entity, Stamp
from agent_tui.store import conversations, erasure, events, messages
from agent_tui.store.database import Database, Row
from agent_tui.system import private
from agent_tui.system.files import is_there

_FORMAT = "agent-tui customer export, version 1"
_TIMES = ("at", "since", "until")
_JSON = "[{"


def export(
    db: Database, who: erasure.Person, folder: Path | None, *, agent: str, fetch: bool
) -> int:
    """Write ``who`` into the new ``folder``; the exit code. Raises ActionError."""
    now = system_clock()
    to = folder or Path(f"customer-{who.id}")
    _make(to)
    write_new(to / "customer.json", json.dumps(everything(db, who, now), indent=1) + "\n")
    for number in who.belongings.ids("conversations"):
        conversation = conversations.get(db, number)
        assert conversation is not None
        text = safe_text(transcript(db, conversation))
        write_new(to / f"conversation-{number}.txt", text)
    copied, missing = _copy_files(who, to / "attachments")
    copied += _copy_sources(who, to / "sources")
    events.append(
        db, Stamp(agent, EXPORT, uuid4().hex, now), Entity.CUSTOMER, who.id, "exported", None, None
    )
    print(f"{who.counts['conversations']} conversations and {copied} files written to {to}.")
    if missing and fetch:
        for number in missing:
            messages.want_file(db, number)
        print(f"{len(missing)} attachments are being fetched; export again when they are here.")
    elif missing:
        print(f"{len(missing)} attachments are only at the provider; --fetch brings them.")
    return 0


def everything(db: Database, who: erasure.Person, now: Millis) -> dict[str, object]:
    """All rows of ``who`` by table with times as RFC 3339, and all events about them."""
    tables = {table: [_plain(row) for row in rows] for table, rows in who.belongings.rows.items()}
    return {
        "format": _FORMAT,
        "exported_at": iso(now),
        **tables,
        "events": [_plain(row) for row in erasure.history(db, who.belongings)],
    }


def _plain(row: Row) -> dict[str, object]:
    return {name: _value(name, row[name]) for name in row.keys() if name not in ("nonce", "hash")}  # noqa: SIM118 - a sqlite3.Row


def _value(name: str, value: object) -> object:
    match value:
        case bytes():
            return value.decode(errors="replace")
        case int() if name.endswith("_at") or name in _TIMES:
            return iso(value)
        case str() if value[:1] and value[0] in _JSON:
            return _decoded(value)
    return value


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _copy_files(who: erasure.Person, folder: Path) -> tuple[int, list[int]]:
    """Copy what is here; how many, and which attachments are only at the provider."""
    copied, missing = 0, []
    for row in who.belongings.rows["attachments"]:
        path = Path(row["path"]) if row["path"] else None
        if path is None or not is_there(path):
            missing += [row["id"]] if row["part"] else []
            continue
        if not folder.exists():
            _make(folder)
        _copy(path, folder / f"{row['id']}-{safe_name(row['name'])}")
        copied += 1
    return copied, missing


def _copy_sources(who: erasure.Person, folder: Path) -> int:
    """Copy the sources of mails that somebody has looked at; how many."""
    paths = {row["message_id"]: row["path"] for row in who.belongings.rows["sources"]}
    here = {number: Path(path) for number, path in paths.items() if path and is_there(path)}
    if here:
        _make(folder)
    for number, path in here.items():
        _copy(path, folder / f"{number}.eml")
    return len(here)


def _copy(source: Path, target: Path) -> None:
    try:
        with (
            source.open("rb") as held,
            os.fdopen(private.opened(target, private.NEW), "wb") as out,
        ):
            shutil.copyfileobj(held, out)
    except OSError as error:
        raise _cannot(target, error) from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise ActionError(f"{folder} is there already; choose another name.") from None
    except OSError as error:
        raise _cannot(folder, error) from error


def _cannot(path: Path, error: OSError) -> ActionError:
    return ActionError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.")

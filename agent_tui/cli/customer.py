"""``agent-tui customer export|erase ID``: all of a person, handed out or taken out."""

import argparse
from pathlib import Path

from agent_tui.cli import shape
from agent_tui.cli.ask import say, terminal
from agent_tui.cli.customer_export import export
from agent_tui.cli.world import open_store, settings_of, take_in
from agent_tui.config.errors import ConfigError
from agent_tui.config.paths import Paths
from agent_tui.config.scrub import remove_files, scrub_logs
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import system_clock
from agent_tui.model.customer import IdentityKind
from agent_tui.store import customers, erasure
from agent_tui.store.backup import copies_beside
from agent_tui.store.database import Database, StoreError
from agent_tui.store.sqlite import SqliteDatabase

_WORDS = {
    "conversations": "conversations",
    "messages": "messages",
    "attachments": "attachments",
    "drafts": "drafts",
    "outbox": "entries of the outbox",
    "records": "orders and other records",
}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "customer",
        help="hand out or erase all that is known of a customer",
        description="ID is a mail address or the customer's number, 'customer_id' in "
        "'agent-tui list --json'. All customers who are merged into one person are meant together.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    out = verbs.add_parser(
        "export",
        help="write all of it into a new folder",
        description="Write customer.json with every row that belongs to the customer, each "
        "conversation as text, and the attachments that were fetched, into a new private folder.",
    )
    out.add_argument("id", metavar="ID")
    out.add_argument("folder", type=Path, nargs="?", metavar="FOLDER", help="a new folder")
    out.add_argument(
        "--fetch", action="store_true", help="have the engine fetch what is only at the provider"
    )
    gone = verbs.add_parser(
        "erase",
        help="erase all of it, for good",
        description="Erase conversations, messages, files, drafts, what waits in the outbox, "
        "orders and the values in the history, from the index, the logs and the freed pages. "
        "What lies at the provider stays there; it does not come in again by a sync.",
    )
    gone.add_argument("id", metavar="ID")
    gone.add_argument("--yes", action="store_true", help="do not ask")
    gone.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace, paths: Paths) -> int:
    agent = settings_of(paths).agent.handle
    db = open_store(paths)
    try:
        take_in(paths, db)
        who = erasure.person(db, _number(db, args.id))
        if args.verb == "export":
            return export(db, who, args.folder, agent=agent, fetch=args.fetch)
        return _erase(db, paths, who, agent, args)
    finally:
        db.close()


def _number(db: Database, given: str) -> int:
    """The customer of a number or an address. Raises StoreError."""
    plain = given.removeprefix("#")
    if plain.isascii() and plain.isdecimal():
        return int(plain)
    found = customers.find(db, IdentityKind.EMAIL, given)
    if found is None:
        raise StoreError(f"There is no customer '{given}'.")
    return found


def _erase(
    db: SqliteDatabase, paths: Paths, who: erasure.Person, agent: str, args: argparse.Namespace
) -> int:
    if not args.yes and not _agreed(who):
        say("Nothing was erased.")
        return 1
    gone = erasure.erase(db, who, agent=agent, now=system_clock())
    clean = db.purge()
    try:
        files = remove_files(paths, gone.attachments, gone.messages)
        logs = scrub_logs(paths, gone.words)
    except OSError as error:
        raise StoreError(
            f"{error.filename} cannot be cleaned: {(error.strerror or str(error)).lower()}; "
            "the store holds nothing any more, remove that file by hand."
        ) from error
    copies = copies_beside(paths.store)
    if args.json:
        print(shape.line(_shape(who, gone, clean, copies)))
        return 0
    print(f"Erased: {_counted(who)}, {files} files, words in {logs} logs.")
    if not clean:
        say("Somebody was reading: the last of it leaves the disk when all agent-tui have ended.")
    if gone.named_in:
        numbers = " ".join(f"#{number}" for number in gone.named_in)
        say(f"Texts of others still name them; look at these yourself: {numbers}")
    for copy in copies:
        say(f"This copy of the store may still hold them: {copy}")
    return 0


def _agreed(who: erasure.Person) -> bool:
    asker = terminal()
    if asker is None:
        raise ConfigError("Erasing asks first; without a terminal say --yes.")
    say(safe_line(", ".join(who.names)))
    for _, value in who.identities:
        say(f"  {safe_line(value)}")
    say(f"  {_counted(who)}")
    return asker.yes("Erase all of this for good?", default=False)


def _counted(who: erasure.Person) -> str:
    return ", ".join(f"{who.counts[table]} {words}" for table, words in _WORDS.items())


def _shape(
    who: erasure.Person, gone: erasure.Erased, clean: bool, copies: list[Path]
) -> dict[str, object]:
    return {
        "erased": dict(who.counts),
        "pages_overwritten": clean,
        "named_in": list(gone.named_in),
        "copies": [str(copy) for copy in copies],
    }

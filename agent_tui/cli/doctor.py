"""``agent-tui doctor``: what a person needs to know when something does not work."""

import argparse
import locale
import os
import platform
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from agent_tui import __version__
from agent_tui.actions.why import said_hours
from agent_tui.adapters.contract import Finding, Severity
from agent_tui.cli import shape
from agent_tui.cli.ask import Asker, terminal
from agent_tui.cli.asked import ask_secrets
from agent_tui.cli.examine import as_json, examine, shown
from agent_tui.config import keystore
from agent_tui.config.accounts import AccountConfig, load_accounts
from agent_tui.config.errors import ConfigError
from agent_tui.config.load import load_settings
from agent_tui.config.paths import Paths, refuse_shared
from agent_tui.model.clock import SECOND, Clock, system_clock
from agent_tui.model.conversation import Channel
from agent_tui.model.targets import Kind, Rules
from agent_tui.store import audit
from agent_tui.store.database import StoreError
from agent_tui.store.sqlite import SqliteDatabase

_SMALLEST = (60, 20)
"""Columns and lines that the screens are made for."""

_RELEASED = datetime(2025, 1, 1, tzinfo=UTC)
"""Before this program was; a clock that says so is wrong, and TLS will fail."""

Section = tuple[str, Iterator[Finding]]


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "doctor",
        help="find out why something does not work",
        description="Look at the program, its folders, the store, the terminal, the keyring and "
        "every account. Exit code 0: nothing is wrong; 1: there is an ERROR.",
    )
    parser.add_argument("--offline", action="store_true", help="connect to nobody")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace, paths: Paths) -> int:
    bad = False
    asker = None if args.json else terminal()
    for name, findings in sections(paths, os.environ, asker, offline=args.offline):
        if not args.json:
            print(name)
        for finding in _guarded(findings):
            bad = bad or finding.severity is Severity.ERROR
            row = shape.line({"section": name, **as_json(finding)})
            print(row if args.json else f"  {shown(finding)}", flush=True)
    return 1 if bad else 0


def sections(
    paths: Paths, env: Mapping[str, str], asker: Asker | None, *, offline: bool
) -> Iterator[Section]:
    """Everything that is looked at, one after the other, as it is found out."""
    yield "Program", program()
    yield "Folders", folders(paths)
    yield "Settings", settings(paths, env)
    yield "Store", store(paths)
    yield "Terminal", terminal_findings(env)
    yield "Keyring", keyring()
    yield "Clock", clock_findings(system_clock)
    accounts, problems = _accounts(paths)
    if problems or not accounts:
        yield "Accounts", iter(problems or [_ok("none yet", "agent-tui account add ADDRESS")])
    asked = {} if offline else ask_secrets(accounts, asker)
    for account in accounts:
        yield f"Account {account.name}", account_findings(account, asked, offline=offline)


def program() -> Iterator[Finding]:
    """The versions that a bug report needs."""
    yield _ok(f"agent-tui {__version__}", str(Path(__file__).parents[1]))
    yield _ok(f"Python {platform.python_version()}", sys.executable)
    yield _ok(f"Textual {version('textual')}")
    yield _ok(f"SQLite {sqlite3.sqlite_version}")
    yield _ok("System", platform.platform())


def folders(paths: Paths) -> Iterator[Finding]:
    """Each folder: there, ours, private, writable."""
    for name, path in (
        ("config", paths.config),
        ("data", paths.data),
        ("state", paths.state),
        ("cache", paths.cache),
    ):
        yield _folder(name, path)


def settings(paths: Paths, env: Mapping[str, str]) -> Iterator[Finding]:
    """Whether the settings file can be read."""
    try:
        loaded = load_settings(paths, env)
    except ConfigError as error:
        yield _error("Settings", str(error))
        return
    there = str(paths.settings) if paths.settings.exists() else "defaults; there is no file"
    yield _ok("Settings", there)
    yield _ok("You are", f"{loaded.agent.name} ({loaded.agent.handle})")
    editor = loaded.editor.split()[0]
    if shutil.which(editor):
        yield _ok("Editor", loaded.editor)
    else:
        yield _warning("Editor", f"'{editor}' is not installed; set 'editor' or $EDITOR.")
    yield from _clocks(loaded.clocks)


def _clocks(rules: Rules) -> Iterator[Finding]:
    """Until when customers should have answers, by channel."""
    targets = [
        f"{channel} {rules.targets[Kind.NEXT, channel]}"
        for channel in Channel
        if (Kind.NEXT, channel) in rules.targets
    ]
    yield _ok("Targets", ", ".join(targets) or "none")
    hours = said_hours(rules.hours)
    if any(rules.hours.week):
        yield _ok("Business hours", hours)
    elif any(target.business for target in rules.targets.values()):
        yield _warning("Business hours", "There are none, so what counts in them is never due.")


def store(paths: Paths) -> Iterator[Finding]:
    """Whether the store opens, whether the file is sound, and what lies beside it."""
    for path in sorted(paths.unsaved.glob("*")):
        yield _warning(
            "Unsaved text",
            f"{path} waits for the next start to take it in; if it is there after that, it cannot "
            "be read: keep what you need of it, and remove it.",
        )
    if not paths.store.exists():
        yield _ok("none yet", f"it will be {paths.store}")
        return
    try:
        database = SqliteDatabase(paths.store)
    except StoreError as error:
        yield _error(str(paths.store), str(error))
        return
    try:
        yield _ok(str(paths.store), f"{paths.store.stat().st_size / 1e6:.1f} MB")
        damage = database.damage()
    except StoreError as error:
        yield _error("Damage", str(error))
    else:
        yield from (_error("Damage", f"{found}; restore a copy.") for found in damage)
        if not damage:
            yield _ok("Every page is sound")
            yield _audited(database)
    finally:
        database.close()


def _audited(database: SqliteDatabase) -> Finding:
    """Whether the history is as it was written."""
    found = audit.verify(database)
    if found.broken is not None:
        return _error(
            "History",
            f"event {found.broken} is not as it was written; compare with a copy of the store.",
        )
    older = f", {found.before} from before there was a chain" if found.before else ""
    return _ok("History", f"{found.events} events, none changed or removed{older}")


def terminal_findings(env: Mapping[str, str]) -> Iterator[Finding]:
    """Size, colours and character set of the terminal."""
    if not sys.stdout.isatty():
        yield _ok("none", "output goes to a file or a pipe; the inbox needs a terminal")
    else:
        columns, lines = os.get_terminal_size(sys.stdout.fileno())
        size = f"{columns} columns, {lines} lines"
        if columns >= _SMALLEST[0] and lines >= _SMALLEST[1]:
            yield _ok("Size", size)
        else:
            yield _warning("Size", f"{size}; make it at least {_SMALLEST[0]}x{_SMALLEST[1]}.")
    yield _terminal_type(env)
    encoding = locale.getpreferredencoding(do_setlocale=False)
    if encoding.lower().replace("-", "") == "utf8":
        yield _ok("Characters", encoding)
    else:
        yield _warning("Characters", f"{encoding}; set LANG to a UTF-8 locale such as C.UTF-8.")


def keyring() -> Iterator[Finding]:
    """Whether the keyring can keep passwords."""
    try:
        yield _ok("Keyring", keystore.name())
    except keystore.KeyringProblem as problem:
        hint = "passwords can come from a command, a variable, a file or a question"
        yield _warning("Keyring", f"{problem}; {hint}.")


def clock_findings(clock: Clock) -> Iterator[Finding]:
    """Whether the clock can be right."""
    now = datetime.fromtimestamp(clock() / SECOND, UTC)
    if now < _RELEASED:
        yield _error("Clock", f"it says {now:%Y-%m-%d}; set it, or certificates will be refused.")
    else:
        yield _ok("Clock", f"{now.astimezone():%Y-%m-%d %H:%M %Z}")


def account_findings(
    account: AccountConfig, asked: Mapping[str, str], *, offline: bool
) -> Iterator[Finding]:
    """What the account's adapter says, or only whether its file can be read."""
    if not offline:
        yield from examine(account, asked)
    elif account.problem:
        yield _error("File", account.problem)
    else:
        yield _ok("File", f"{account.path}, adapter {account.adapter}; not connected")


def _guarded(findings: Iterator[Finding]) -> Iterator[Finding]:
    """``findings``, and what kept us from looking further: a folder that cannot be entered."""
    try:
        yield from findings
    except OSError as error:
        yield _error(str(error.filename), f"cannot be looked at: {error.strerror}.")


def _accounts(paths: Paths) -> tuple[list[AccountConfig], list[Finding]]:
    try:
        return load_accounts(paths), []
    except ConfigError as error:
        return [], [_error("Accounts", str(error))]


def _folder(name: str, path: Path) -> Finding:
    if not path.exists():
        return _ok(name, f"{path}, not made yet")
    try:
        refuse_shared(path)
    except ConfigError as error:
        return _error(name, str(error))
    if not os.access(path, os.W_OK | os.X_OK):
        return _error(name, f"{path} cannot be written; change its rights or choose --home.")
    if path.stat().st_mode & 0o077:
        return _warning(name, f"others can look into {path}; close it with: chmod 700 '{path}'")
    return _ok(name, str(path))


def _terminal_type(env: Mapping[str, str]) -> Finding:
    kind = env.get("TERM", "")
    if env.get("NO_COLOR"):
        return _ok("Colours", f"{kind}, switched off by NO_COLOR")
    if kind in ("", "dumb"):
        return _warning("Colours", "TERM is not set; the inbox needs a real terminal.")
    true_colour = env.get("COLORTERM") in ("truecolor", "24bit") or kind.endswith("-direct")
    count = "16 million" if true_colour else "256" if "256" in kind else "16"
    return _ok("Colours", f"{kind}, {count} colours")


def _ok(what: str, detail: str = "") -> Finding:
    return Finding(what, Severity.OK, detail)


def _warning(what: str, detail: str) -> Finding:
    return Finding(what, Severity.WARNING, detail)


def _error(what: str, detail: str) -> Finding:
    return Finding(what, Severity.ERROR, detail)

"""Finds the command, imports its module alone, and turns what fails into one sentence.

Exit codes: 0 done, 1 it failed, 2 wrong usage or a mistake in a query or a settings file, 130
interrupted.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from agent_tui.config.paths import ASCII_VARIABLE, HOME_VARIABLE, PLAIN_VARIABLE, Paths, find_paths

if TYPE_CHECKING:
    from argparse import ArgumentParser

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

_SWITCHES = {"--ascii": ASCII_VARIABLE, "--plain-output": PLAIN_VARIABLE}

COMMANDS = {
    "demo": "agent_tui.cli.demo",
    "open": "agent_tui.cli.open",
    "account": "agent_tui.cli.account",
    "engine": "agent_tui.cli.engine",
    "sync": "agent_tui.cli.sync",
    "list": "agent_tui.cli.list",
    "show": "agent_tui.cli.show",
    "why": "agent_tui.cli.why",
    "transcript": "agent_tui.cli.transcript",
    "ratings": "agent_tui.cli.ratings",
    "testimonials": "agent_tui.cli.testimonials",
    "reply": "agent_tui.cli.reply",
    "do": "agent_tui.cli.do",
    "customer": "agent_tui.cli.customer",
    "backup": "agent_tui.cli.backup",
    "restore": "agent_tui.cli.restore",
    "doctor": "agent_tui.cli.doctor",
    "plugin": "agent_tui.cli.plugin",
    "screenshots": "agent_tui.cli.screenshots",
    "help": "agent_tui.cli.help",
}
"""Each command's module, which offers ``add_parser(subparsers)`` and ``run(args, paths)``."""


def run(argv: Sequence[str]) -> int:
    """Carry out ``argv`` (without the program's name); the exit code."""
    paths: Paths | None = None
    try:
        home, rest = _home(_switched(argv))
        paths = _paths(home)
        if not rest:
            return _inbox(paths)
        return _command(rest, paths)
    except (KeyboardInterrupt, EOFError):  # EOFError: who was asked has gone
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone, as head(1) does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        return OK
    except Exception as error:  # noqa: BLE001 - the last word of the program
        told = _told(error) or _mistake(error, paths)
        print(f"agent-tui: {told}", file=sys.stderr)
        return _exit_code(error)


def _switched(argv: Sequence[str]) -> Sequence[str]:
    """``argv`` without the switches, which hold for the processes we start, too."""
    end = argv.index("--run") if "--run" in argv else len(argv)
    own, rest = argv[:end], argv[end:]
    for word in own:
        if word in _SWITCHES:
            os.environ[_SWITCHES[word]] = "1"
    return [*(word for word in own if word not in _SWITCHES), *rest]


def _home(argv: Sequence[str]) -> tuple[Path | None, list[str]]:
    """``--home DIR`` wherever it stands, read without argparse: the inbox needs no parser."""
    rest = list(argv)
    for place, word in enumerate(argv):
        if word == "--run":  # what follows is another command line
            break
        if word.startswith("--home="):
            del rest[place]
            return Path(word.removeprefix("--home=")), rest
        if word == "--home" and place + 1 < len(argv):
            del rest[place : place + 2]
            return Path(argv[place + 1]), rest
    return None, rest


def _paths(home: Path | None) -> Paths:
    """The folders to use; a chosen home holds for the processes we start, too."""
    if home is not None:
        os.environ[HOME_VARIABLE] = str(home.expanduser().absolute())
    return find_paths(None, os.environ)


def _inbox(paths: Paths) -> int:
    from agent_tui.cli.inbox import open_inbox

    return open_inbox(paths)


def _command(argv: Sequence[str], paths: Paths) -> int:
    if not argv[0].startswith("-") and argv[0] not in COMMANDS:
        raise _unknown(argv[0])
    parser, modules = _parser(argv[0])
    args, rest = parser.parse_known_args(argv)
    if rest:
        raise _superfluous(rest[0], args.command)
    if args.command is None:
        return _inbox(paths)
    code: int = modules[args.command].run(args, paths)
    return code


def _parser(first: str) -> tuple["ArgumentParser", dict[str, ModuleType]]:
    """A parser that knows the command ``first``, or all of them for help and for mistakes."""
    from agent_tui import __version__
    from agent_tui.cli.parser import Parser

    parser = Parser(
        prog="agent-tui",
        description="Every customer message - mail, chat, review - in one keyboard-driven inbox. "
        "Without a command it opens the inbox.",
        epilog="Longer pages: agent-tui help. "
        "Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"agent-tui {__version__}")
    parser.add_argument(
        "--home",
        type=Path,
        metavar="DIR",
        help="keep settings, mail, logs and caches in one folder (or set AGENT_TUI_HOME)",
    )
    parser.add_argument(
        "--ascii",
        action="store_true",
        help="draw with ASCII only (or set AGENT_TUI_ASCII); NO_COLOR=1 draws without colours",
    )
    parser.add_argument(
        "--plain-output",
        action="store_true",
        help="send frames whole, not only what changed (or set AGENT_TUI_PLAIN_OUTPUT)",
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    names = [first] if first in COMMANDS else list(COMMANDS)
    modules = {name: import_module(COMMANDS[name]) for name in names}
    for module in modules.values():
        module.add_parser(subparsers)
    return parser, modules


def _unknown(command: str) -> Exception:
    from agent_tui.config.errors import ConfigError, meant

    hint = meant(command, COMMANDS) or f"; commands: {', '.join(COMMANDS)}."
    return ConfigError(f"There is no command '{command}'{hint}")


def _superfluous(word: str, command: str | None) -> Exception:
    from agent_tui.config.errors import ConfigError

    page = f"agent-tui {command} --help" if command else "agent-tui --help"
    return ConfigError(f"'{word}' means nothing here; see '{page}'.")


def _told(error: Exception) -> str | None:
    """The sentence of an error that is made for people; None for a bug."""
    from agent_tui.cli.errors import sentence

    return sentence(error)


def _mistake(error: Exception, paths: Paths | None) -> str:
    """The sentence of an error that is a mistake of ours; what it held is on no screen."""
    if paths is None:
        raise error
    from agent_tui.config.crash import kept

    return kept(paths.crashes, error)


def _exit_code(error: Exception) -> int:
    from agent_tui.config.errors import ConfigError
    from agent_tui.query.syntax import QueryError

    return USAGE if isinstance(error, ConfigError | QueryError) else FAILED

"""``agent-tui plugin new NAME``: a package with an adapter that works, to be changed into yours."""

import argparse
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from agent_tui import __version__
from agent_tui.adapters import registry
from agent_tui.cli.ask import say
from agent_tui.config.errors import ConfigError, reason
from agent_tui.config.paths import Paths

_LONGEST = 24
"""So that no line of the package grows beyond what its formatter allows."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_SUFFIX = ".in"
_PLACEHOLDER = re.compile("@([A-Z]+)@")


def add_verb(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser(
        "new",
        help="write the package of a new adapter",
        description="Write a package with an adapter that works against a small ticket API, a "
        "stand for the conformance suite, and tests; its README.md says what to change.",
    )
    parser.add_argument("name", metavar="NAME", help="what the adapter is called: a-z, 0-9 and -")
    parser.add_argument(
        "--into", type=Path, default=Path(), metavar="FOLDER", help="where to (this folder)"
    )


def run(args: argparse.Namespace, paths: Paths) -> int:
    del paths
    _check_name(args.name)
    folder = args.into.expanduser() / f"agent-tui-{args.name}"
    try:
        write(args.name, folder)
    except FileExistsError:
        raise ConfigError(
            f"{folder} is there already; choose another name or folder, or remove it."
        ) from None
    except OSError as error:
        raise ConfigError(f"{error.filename} cannot be written: {reason(error)}.") from error
    say(
        f"The adapter '{args.name}' is written. What to do next is in {folder / 'README.md'}; "
        f"first: pip install -e {folder}"
    )
    print(folder)
    return 0


def write(name: str, folder: Path) -> None:
    """Write the package of the adapter ``name`` as the new ``folder``.

    Raises OSError, FileExistsError where the folder is there.
    """
    words = _words(name)
    folder.mkdir(parents=True)
    template = resources.files("agent_tui.testing").joinpath("template")
    for place, text in _files(template):
        path = folder / _renamed(place, words)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_PLACEHOLDER.sub(lambda m: words[m[1]], text), "utf-8")


def _check_name(name: str) -> None:
    if _NAME.fullmatch(name) is None or len(name) > _LONGEST:
        raise ConfigError(
            f"'{name}' cannot name an adapter; use 1 to {_LONGEST} of the characters a-z, 0-9 and "
            "single dashes, a letter first."
        )
    installed = registry.found().get(name)
    if installed is not None:
        raise ConfigError(
            f"There is an adapter '{name}' already, of {installed.package} {installed.version}; "
            "choose another name."
        )


def _words(name: str) -> Mapping[str, str]:
    """What stands for each placeholder."""
    return {
        "NAME": name,
        "DIST": f"agent-tui-{name}",
        "MODULE": f"agent_tui_{name.replace('-', '_')}",
        "TITLE": " ".join(part.capitalize() for part in name.split("-")),
        "NEEDS": __version__,
    }


def _files(folder: Traversable, place: str = "") -> Iterator[tuple[str, str]]:
    """Path and text of every file of the template."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{place}{entry.name}"
        if entry.is_dir():
            yield from _files(entry, f"{path}/")
        elif entry.name.endswith(_SUFFIX):
            yield path, entry.read_text("utf-8")


def _renamed(place: str, words: Mapping[str, str]) -> str:
    renamed = place.removesuffix(_SUFFIX)
    for word in ("MODULE", "NAME"):
        renamed = renamed.replace(word, words[word])
    return renamed

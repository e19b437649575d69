"""``agent-tui demo``: a small shop in a throw-away folder, without a network."""

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.config.paths import HOME_VARIABLE, Paths, find_paths

if TYPE_CHECKING:
    from agent_tui.store.database import Database

ACCOUNT = "larkfell"
AGENT = "you"
AGENT_NAME = "Robin"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "demo",
        help="try everything on a made-up shop; no network, nothing is kept",
        description="Open the inbox of a made-up shop whose customers write while you watch and "
        "answer when you reply. It needs no network, and nothing is kept.",
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="another number, another shop history"
    )
    parser.add_argument("--frozen", action="store_true", help="nothing arrives by itself")
    parser.add_argument(
        "--run",
        nargs=argparse.REMAINDER,
        metavar="COMMAND",
        help="run a command against that shop instead, such as: --run list --json",
    )


def run(args: argparse.Namespace, paths: Paths) -> int:
    del paths
    with demo_home(seed=args.seed, frozen=args.frozen) as world:
        if args.run:
            from agent_tui.cli.main import run as run_command

            return run_command(args.run)
        from agent_tui.cli.inbox import open_inbox

        return open_inbox(world)


@contextmanager
def demo_home(*, seed: int, frozen: bool, now: int | None = None) -> Iterator[Paths]:
    """A throw-away folder with the shop in it; it is the home of this process until the end."""
    before = os.environ.get(HOME_VARIABLE)
    home = Path(tempfile.mkdtemp(prefix="agent-tui-demo-"))
    os.environ[HOME_VARIABLE] = str(home)
    try:
        world = find_paths(home, os.environ)
        _furnish(world, seed=seed, frozen=frozen, now=now)
        yield world
    finally:
        if before is None:
            del os.environ[HOME_VARIABLE]
        else:
            os.environ[HOME_VARIABLE] = before
        shutil.rmtree(home, ignore_errors=True)


def _furnish(world: Paths, *, seed: int, frozen: bool, now: int | None) -> None:
    """Settings, canned replies, colleagues, and the shop's past, before the first screen."""
    from agent_tui.adapters.demo import canned_folder, shop
    from agent_tui.cli.sync import catch_up
    from agent_tui.cli.world import open_store
    from agent_tui.config.accounts import new_account, save_account
    from agent_tui.config.paths import make_private
    from agent_tui.model.clock import system_clock
    from agent_tui.store import agents

    make_private(world.config)
    world.settings.write_text(
        f'signature = "{AGENT_NAME} from {shop.NAME}"\n\n'
        f'[agent]\nhandle = "{AGENT}"\nname = "{AGENT_NAME}"\n',
        "utf-8",
    )
    shutil.copytree(canned_folder(), world.canned)
    settings: dict[str, object] = {"seed": seed, "frozen": frozen, "me": AGENT}
    if now is not None:
        settings["now"] = now
    settings |= {"address": shop.MAIL.email, "name": shop.NAME}  # the sender of what is answered
    save_account(new_account(world, ACCOUNT, "demo", settings))
    db = open_store(world)
    try:
        for handle, name in shop.AGENTS.items():
            agents.put(db, handle, name)
    finally:
        db.close()
    catch_up(world)
    db = open_store(world)
    try:
        _log_a_call(db, shop.CALLER, shop.CALLED, system_clock() if now is None else now)
    finally:
        db.close()


def _log_a_call(db: "Database", agent: str, customer: str, now: int) -> None:
    """A colleague has spoken with a customer."""
    from agent_tui.actions.action import Context
    from agent_tui.actions.registry import perform
    from agent_tui.model.clock import HOUR
    from agent_tui.model.conversation import Sort
    from agent_tui.query.compile import compile_query
    from agent_tui.query.parse import parse
    from agent_tui.store import listings

    query = compile_query(parse(f'customer:"{customer}"'), db, me=agent, now=now)
    for theirs in listings.page(db, query, Sort.NEWEST, limit=1):
        args = {
            "direction": "in",
            "length": "4:30",
            "summary": "Asks when the refund is on her card. The bank needs until Friday.",
        }
        perform("call", Context(db, agent, lambda: now - 3 * HOUR, {}), [theirs.id], args)

"""``agent-tui sync --once``: one round of pulling and delivering, from a script or by hand."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent_tui.cli import shape
from agent_tui.cli.ask import terminal
from agent_tui.cli.asked import ask_secrets
from agent_tui.cli.world import open_store
from agent_tui.config.accounts import AccountConfig, find_account, load_accounts
from agent_tui.config.errors import ConfigError
from agent_tui.config.paths import Paths
from agent_tui.engine.clocks import settle
from agent_tui.engine.lease import Leases
from agent_tui.engine.once import Round, Told, one_round
from agent_tui.engine.process import new_room
from agent_tui.engine.rulebook import Rulebook
from agent_tui.model.clock import system_clock
from agent_tui.model.incoming import Progress
from agent_tui.store.database import StoreError

_SHOW_EVERY_S = 1.0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "sync",
        help="pull and deliver once",
        description="Pull what is new and deliver what is due for all accounts or those named, "
        "then end: 0 when all went well, 1 when an account failed. An account that a running "
        "engine serves is left to it.",
    )
    parser.add_argument("accounts", nargs="*", metavar="ACCOUNT")
    parser.add_argument(
        "--once", action="store_true", required=True, help="one round; 'engine' goes on for good"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object an account")


def run(args: argparse.Namespace, paths: Paths) -> int:
    return run_rounds(paths, _chosen(paths, args.accounts), as_json=args.json)


def run_rounds(paths: Paths, configs: Sequence[AccountConfig], *, as_json: bool = False) -> int:
    """Catch up with ``configs``, telling progress and outcome; the exit code."""
    rounds = catch_up(paths, configs, _Progress())
    for done in rounds:
        print(shape.line(_shape(done)) if as_json else _sentence(done))
    return 1 if any(done.problem for done in rounds) else 0


def catch_up(
    paths: Paths,
    configs: Sequence[AccountConfig] | None = None,
    told: Told = lambda _account, _progress: None,
) -> list[Round]:
    """Pull and deliver once for ``configs``, or for all accounts of ``paths``.

    Raises ConfigError or StoreError when there is nothing to work with.
    """
    chosen = load_accounts(paths) if configs is None else configs
    asked = ask_secrets(chosen, terminal())
    db = open_store(paths)
    try:
        leases = Leases(db, system_clock)
        room = new_room(db, paths)
        rounds = asyncio.run(one_round(room, leases, chosen, asked=asked, told=told))
        rules = Rulebook(paths, room.log)()
        try:
            if rules is not None:
                settle(db, rules)
        except StoreError as error:  # the next round does it; what the rounds found must be told
            room.log.warning("clocks: %s", error)
        return rounds
    finally:
        db.close()


def _chosen(paths: Paths, names: Sequence[str]) -> list[AccountConfig]:
    if names:
        return [find_account(paths, name) for name in names]
    configs = load_accounts(paths)
    if not configs:
        raise ConfigError("There is no account yet; add one with 'agent-tui account add'.")
    return configs


@dataclass(slots=True)
class _Progress:
    """Tells on stderr how first syncs come along, each at most once a second."""

    _shown: dict[str, float] = field(default_factory=dict)

    def __call__(self, account: str, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._shown.get(account, 0.0) >= _SHOW_EVERY_S or progress.done >= progress.total:
            self._shown[account] = now
            print(f"{account}: {progress.done} of {progress.total} messages", file=sys.stderr)


def _sentence(done: Round) -> str:
    if done.served_by is not None:
        return f"{done.account}: left to the engine that serves it ({done.served_by})."
    parts = [f"{done.new} new messages", f"{done.delivered} delivered"] if done.converses else []
    if done.waiting:
        parts.append(f"{done.waiting} waiting to leave")
    if done.looked_up is not None:
        parts.append(f"{done.looked_up} customers looked up")
    something = done.new or done.delivered or done.waiting or done.looked_up
    told = f"{', '.join(parts)}." if something or not done.problem else ""
    return " ".join(filter(None, (f"{done.account}:", told, done.problem)))


def _shape(done: Round) -> dict[str, object]:
    return {
        "account": done.account,
        "new": done.new,
        "delivered": done.delivered,
        "waiting": done.waiting,
        "looked_up": done.looked_up,
        "problem": done.problem,
        "served_by": done.served_by,
    }

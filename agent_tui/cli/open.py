"""``agent-tui open PATH``: a Maildir or an mbox file as an account, without a server."""

import argparse
import asyncio
import logging
import re
from collections import Counter
from pathlib import Path

from agent_tui.config.accounts import AccountConfig, load_accounts, new_account, save_account
from agent_tui.config.errors import ConfigError
from agent_tui.config.paths import Paths, make_private

_LOOKED_AT = 1000
_SHARE = 0.05
"""An address at the same domain is ours, too, when so many of the mails are written to it."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "open",
        help="show a Maildir or an mbox file that is already here",
        description="Make an account of an existing Maildir or mbox file and open the inbox. The "
        "files are never changed. Later 'agent-tui' alone opens the same inbox.",
    )
    parser.add_argument("path", type=Path, help="a Maildir (with cur and new) or an mbox file")
    parser.add_argument(
        "--import-only", action="store_true", help="take the mail in without opening the inbox"
    )
    parser.add_argument(
        "--address", metavar="ADDRESS", help="the address customers write to; else it is guessed"
    )


def run(args: argparse.Namespace, paths: Paths) -> int:
    path: Path = args.path.expanduser().absolute()
    if not path.exists():
        raise ConfigError(
            f"There is nothing at {path}; give the path of a Maildir or an mbox file."
        )
    account = _known(paths, path) or _new(paths, path, args.address)
    if args.import_only:
        from agent_tui.cli.sync import catch_up

        return catch_up(paths, [account.name])
    from agent_tui.cli.inbox import open_inbox

    return open_inbox(paths)


def _known(paths: Paths, path: Path) -> AccountConfig | None:
    for account in load_accounts(paths):
        if account.adapter == "maildir" and account.settings.get("path") == str(path):
            return account
    return None


def _new(paths: Paths, path: Path, address: str | None) -> AccountConfig:
    addresses = [address] if address else asyncio.run(_addresses(path))
    settings: dict[str, object] = {"path": str(path)}
    if addresses:
        settings["address"] = addresses[0]
    if addresses[1:]:
        settings["aliases"] = addresses[1:]
    make_private(paths.config)
    account = new_account(paths, _free_name(paths, path), "maildir", settings)
    save_account(account)
    return account


def _free_name(paths: Paths, path: Path) -> str:
    """A name for the account, after its file or folder."""
    base = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:28] or "mail"
    taken = {account.name for account in load_accounts(paths)}
    names = (base, *(f"{base}-{n}" for n in range(2, 1000)))
    return next(name for name in names if name not in taken)


async def _addresses(path: Path) -> list[str]:
    """Our own addresses, guessed from whom the newest mails were written to, the likeliest first.

    They tell our answers from the customers' mails; without them everybody is a customer.
    """
    from agent_tui.adapters.contract import AccountContext
    from agent_tui.adapters.registry import load
    from agent_tui.model.clock import system_clock

    kind = load("maildir")
    settings = {option.name: option.default for option in kind.info.options} | {"path": str(path)}
    log = logging.getLogger(__name__)
    adapter = kind(AccountContext("guess", settings, lambda _: "", log, system_clock))
    written_to: Counter[str] = Counter()
    seen = 0
    async for batch in adapter.pull({}):
        for mail in batch.messages:
            written_to.update({a.email.lower() for a in mail.recipients.all() if a.email})
        seen += len(batch.messages)
        if seen >= _LOOKED_AT:
            break
    await adapter.close()
    return _likeliest(written_to, seen)


def _likeliest(written_to: Counter[str], seen: int) -> list[str]:
    ranked = [address for address, n in written_to.most_common(50) if n >= seen * _SHARE]
    if not ranked:
        return []
    domain = ranked[0].rpartition("@")[2]
    return [address for address in ranked if address.rpartition("@")[2] == domain]

"""``agent-tui open PATH``: a Maildir or an mbox file as an account, without a server."""

import argparse
import re
from pathlib import Path

from agent_tui.config.accounts import AccountConfig, load_accounts, new_account, save_account
from agent_tui.config.errors import ConfigError, reason
from agent_tui.config.paths import Paths, make_private


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
        from agent_tui.cli.sync import run_rounds

        return run_rounds(paths, [account])
    from agent_tui.cli.inbox import open_inbox

    return open_inbox(paths)


def _known(paths: Paths, path: Path) -> AccountConfig | None:
    for account in load_accounts(paths):
        if account.adapter == "maildir" and account.settings.get("path") == str(path):
            return account
    return None


def _new(paths: Paths, path: Path, address: str | None) -> AccountConfig:
    """Raises ConfigError for what is no mail, or cannot be read."""
    from agent_tui.adapters.maildir import holds_mail, likely_own

    try:
        if not holds_mail(path):
            raise ConfigError(
                f"There is no mail at {path}: it is no folder with a Maildir ('cur' and 'new') "
                "in it, and no mbox file, which begins with 'From '."
            )
        addresses = (address,) if address else likely_own(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {reason(error)}; make it readable.") from error
    settings: dict[str, object] = {"path": str(path)}
    if addresses:  # they tell our answers from the customers' mails
        settings["address"] = addresses[0]
    if addresses[1:]:
        settings["aliases"] = list(addresses[1:])
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

"""``agent-tui account add|list|check|remove``: the connections to providers."""

import argparse
from collections.abc import Sequence

from agent_tui.cli import account_add, shape
from agent_tui.cli.ask import Asker, say, terminal
from agent_tui.cli.asked import ask_secrets
from agent_tui.cli.examine import as_json, examine, failed, shown
from agent_tui.cli.passwords import secret_file
from agent_tui.cli.world import open_store
from agent_tui.config.accounts import (
    AccountConfig,
    find_account,
    load_accounts,
    references,
    remove_account,
)
from agent_tui.config.errors import ConfigError
from agent_tui.config.paths import Paths
from agent_tui.config.secret_ref import FileRef, SecretRef
from agent_tui.config.secrets import SecretProblem, forget_secret
from agent_tui.content.safe import safe_line
from agent_tui.store import accounts

_NONE_YET = "There are no accounts yet; add one: agent-tui account add support@example.org"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "account",
        help="add, list, check or remove an account",
        description="Add, list, check or remove the accounts whose messages are in the inbox.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    account_add.add_arguments(
        verbs.add_parser(
            "add",
            help="add an account",
            description="Add an account. On a terminal it asks for what is missing; in a script, "
            "say everything on the command line. Log-in and sending are tried before it is saved.",
        )
    )
    listing = verbs.add_parser("list", help="print the accounts")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    check = verbs.add_parser("check", help="try log-in, sending and mailboxes")
    check.add_argument("names", nargs="*", metavar="NAME", help="all accounts without one")
    check.add_argument("--json", action="store_true", help="one JSON object a line")
    oauth = verbs.add_parser(
        "login",
        help="let a mail account in by OAuth 2",
        description="Log a mail account with the setting 'oauth' in, with your own client: by a "
        "browser on this machine, or with --elsewhere by a code that is typed into any browser.",
    )
    oauth.add_argument("name", metavar="NAME")
    oauth.add_argument(
        "--elsewhere", action="store_true", help="the browser is not on this machine"
    )
    oauth.add_argument(
        "--password-vault",
        action="store_true",
        help="keep the token in our encrypted file rather than in the keyring",
    )
    remove = verbs.add_parser("remove", help="remove an account; its mail stays in the store")
    remove.add_argument("name", metavar="NAME")
    remove.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace, paths: Paths) -> int:
    asker = terminal()
    match args.verb:
        case "add":
            return _add(args, paths, asker)
        case "list":
            return list_accounts(paths, as_json_lines=args.json)
        case "check":
            return check_accounts(paths, args.names, asker, as_json_lines=args.json)
        case "login":
            return _login(args, paths, asker)
        case _:
            return remove(paths, args.name, None if args.yes else asker, sure=args.yes)


def list_accounts(paths: Paths, *, as_json_lines: bool) -> int:
    """Print every account file; a broken one with its problem."""
    accounts = load_accounts(paths)
    if not accounts:
        say(_NONE_YET)
    for account in accounts:
        address = account.settings.get("address")
        table = {
            "name": account.name,
            "adapter": account.adapter,
            "address": safe_line(address) if isinstance(address, str) else "",
            "path": str(account.path),
            "problem": safe_line(account.problem),
        }
        print(shape.line(table) if as_json_lines else _row(table))
    return 0


def check_accounts(
    paths: Paths, names: Sequence[str], asker: Asker | None, *, as_json_lines: bool
) -> int:
    """Print what the adapters of the accounts say; 1 when there is an error among it."""
    configs = [find_account(paths, name) for name in names] or load_accounts(paths)
    if not configs:
        say(_NONE_YET)
    asked = ask_secrets(configs, asker)
    bad = False
    for account in configs:
        findings = examine(account, asked)
        bad = bad or failed(findings)
        if as_json_lines:
            shapes = [as_json(finding) for finding in findings]
            print(shape.line({"account": account.name, "findings": shapes}), flush=True)
        else:
            print(account.name)
            print("\n".join(f"  {shown(finding)}" for finding in findings), flush=True)
    return 1 if bad else 0


def remove(paths: Paths, name: str, asker: Asker | None, *, sure: bool) -> int:
    """Remove an account's file and the secrets that we keep for it; 1 when they said no."""
    account = find_account(paths, name)
    if not sure:
        if asker is None:
            raise ConfigError(f"To remove '{name}' without being asked, add --yes.")
        if not asker.yes(f"Remove the account '{name}'?", default=False):
            return 1
    refs = references(account)
    remove_account(account)
    _forget_state(paths, name)
    say(f"The account '{name}' is removed; its messages stay in the store.")
    for ref in refs.values():
        _forget(account, ref)
    return 0


def _forget_state(paths: Paths, name: str) -> None:
    """Show the account nowhere any more; its conversations stay."""
    if not paths.store.exists():
        return
    db = open_store(paths)
    try:
        accounts.forget(db, name)
    finally:
        db.close()


def _add(args: argparse.Namespace, paths: Paths, asker: Asker | None) -> int:
    try:
        return account_add.add(args, paths, asker, account_add.find_servers)
    except EOFError:
        say("\nNothing was saved.")
        return 1


def _login(args: argparse.Namespace, paths: Paths, asker: Asker | None) -> int:
    from agent_tui.cli.account_login import login

    config = find_account(paths, args.name)
    return login(
        config,
        asker,
        ask_secrets([config], None),
        elsewhere=args.elsewhere,
        encrypted=args.password_vault,
    )


def _forget(account: AccountConfig, ref: SecretRef) -> None:
    if isinstance(ref, FileRef) and ref.path == secret_file(account):
        ref.path.unlink(missing_ok=True)
        return
    try:
        forget_secret(ref)
    except SecretProblem as problem:
        say(str(problem))


def _row(account: dict[str, str]) -> str:
    told = account["problem"] or account["address"]
    return f"{safe_line(account['name']):<20}  {account['adapter']:<10}  {told}".rstrip()

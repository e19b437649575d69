"""``agent-tui account add``: a wizard on a terminal, and the same from a script."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from agent_tui.adapters import registry
from agent_tui.adapters.contract import Option
from agent_tui.cli import passwords, shape
from agent_tui.cli.ask import Asker, say
from agent_tui.cli.discover import MailServers, discover
from agent_tui.cli.examine import as_json, examine, failed, shown
from agent_tui.config.accounts import (
    AccountConfig,
    load_accounts,
    new_account,
    save_account,
    validate,
)
from agent_tui.config.errors import ConfigError, listed, meant
from agent_tui.config.paths import Paths
from agent_tui.config.secret_ref import AskRef

Find = Callable[[str], MailServers]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said on the command line instead of in the dialogue."""
    parser.add_argument("address", nargs="?", help="the mail address customers write to")
    parser.add_argument("--name", help="what to call the account: a-z, 0-9 and -")
    parser.add_argument("--adapter", default="imap", help="the provider's adapter (imap)")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="an option of the adapter; lists with commas",
    )
    passwords.add_arguments(parser)
    parser.add_argument("--yes", action="store_true", help="take every default, ask nothing")
    parser.add_argument("--no-check", action="store_true", help="save without logging in")
    parser.add_argument("--json", action="store_true", help="print the result as a JSON object")


def find_servers(address: str) -> MailServers:
    """The servers of ``address`` with all sources of the network."""
    from agent_tui.cli.lookup import SystemDns, fetch

    say(f"Looking for the servers of {address} ...")
    return discover(address, fetch=fetch, dns=SystemDns())


def add(args: argparse.Namespace, paths: Paths, asker: Asker | None, find: Find) -> int:
    """Add an account; 0 when it was saved, 1 when it did not pass its check.

    Raises ConfigError, AccountProblem or SecretProblem; then nothing is saved either.
    """
    patient = None if args.yes else asker
    options = registry.load(args.adapter).info.options
    settings = _settings(args, options, patient, find)
    account = _named(args, paths, settings, patient)
    secret = _secret_option(args, options)
    password = passwords.Password()
    if secret:
        password = passwords.obtain(args, f"{account.name}.{secret.name}", asker)
        trial = password.ref or AskRef(f"{account.name}.{secret.name}")
        account = _with(account, {secret.name: trial})
    validate(account, options)
    findings = [] if args.no_check else examine(account, _asked(account, secret, password))
    for finding in findings:
        say(shown(finding))
    if failed(findings) and not (patient and patient.yes("Save it anyway?", default=False)):
        say("Nothing was saved. Correct the settings, or save without a check: --no-check")
        return 1
    if secret:
        kept = passwords.keep(password, account, secret.name, patient)
        account = _with(account, {secret.name: kept})
    save_account(account)
    say(f"The account '{account.name}' is saved in {account.path}.")
    if args.json:
        table = {"name": account.name, "adapter": account.adapter, "path": str(account.path)}
        print(shape.line({**table, "findings": [as_json(finding) for finding in findings]}))
    return 0


def _settings(
    args: argparse.Namespace, options: Sequence[Option], asker: Asker | None, find: Find
) -> dict[str, object]:
    by_name = {option.name: option for option in options}
    given = _given(args.set, by_name)
    if args.address and "address" not in by_name:
        raise ConfigError(f"The adapter '{args.adapter}' takes no address; leave it out.")
    if "address" in by_name and (named := _address(args, by_name["address"], given, asker)):
        given["address"] = named
    defaults: dict[str, object] = {}
    address = str(given.get("address", ""))
    if address and _has_servers(by_name) and not {"host", "smtp_host"} <= given.keys():
        found = _discovered(find(address), args, asker)
        defaults = {k: v for k, v in found.items() if k in by_name and k not in given}
    return given | _asked_for(asker, options, defaults, given)


def _address(
    args: argparse.Namespace, option: Option, given: Mapping[str, object], asker: Asker | None
) -> str:
    """The address that was named, or asked for; empty only where the adapter can do without."""
    named = str(args.address or given.get("address") or "")
    needed = option.default is None and not option.optional
    if not named and needed and asker:
        named = asker.text("Mail address")
    if not named and needed:
        raise ConfigError("Name the address: agent-tui account add support@example.org")
    return named


def _has_servers(by_name: Mapping[str, Option]) -> bool:
    """Whether the adapter's options are those of mail servers, which can be found out."""
    return {"address", "host", "smtp_host"} <= by_name.keys()


def _discovered(
    servers: MailServers, args: argparse.Namespace, asker: Asker | None
) -> dict[str, object]:
    """Defaults for the options of a mail account, by the names that the built-in one has."""
    say(f"From: {servers.source}.")
    for note in servers.notes:
        say(note)
    outside = ", ".join(servers.confirm)
    if servers.confirm and not args.yes:
        question = f"Only DNS says that your mail is at {outside}; is that your provider?"
        if asker is None:
            raise ConfigError(f"{question} Confirm with --yes, or name the servers with --set.")
        if not asker.yes(question, default=False):
            raise ConfigError("Name your servers with --set host=... --set smtp_host=...")
    other_user = {"smtp_user": servers.smtp_user} if servers.smtp_user != servers.user else {}
    return other_user | {
        "host": servers.imap.host,
        "port": servers.imap.port,
        "security": str(servers.imap.security),
        "smtp_host": servers.smtp.host,
        "smtp_port": servers.smtp.port,
        "smtp_security": str(servers.smtp.security),
        "user": servers.user,
        "auth": "xoauth2" if servers.oauth else "password",
    }


def _asked_for(
    asker: Asker | None,
    options: Sequence[Option],
    defaults: Mapping[str, object],
    given: Mapping[str, object],
) -> dict[str, object]:
    """``defaults``, changed by the person; and what has no default, from the person."""
    answers = dict(defaults)
    for option in options:
        needed = option.default is None and not option.optional
        open_question = option.name in defaults or needed or option.name == "name"
        if asker and open_question and option.name not in given and not option.secret:
            answers[option.name] = _answer(asker, option, defaults.get(option.name))
    return answers


def _answer(asker: Asker, option: Option, default: object) -> object:
    choices = f" ({', '.join(option.choices)})" if option.choices else ""
    question = f"{option.help.rstrip('.')}{choices}"
    while True:
        text = asker.text(question, "" if default is None else str(default))
        try:
            return _typed(option, text)
        except ConfigError as error:
            say(str(error))


def _given(assignments: Sequence[str], by_name: Mapping[str, Option]) -> dict[str, object]:
    """``KEY=VALUE`` from the command line. Raises ConfigError."""
    given: dict[str, object] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or name not in by_name:
            hint = meant(name, by_name) or f"; options: {listed(by_name)}."
            raise ConfigError(f"--set {name}: no such option, or no value for it{hint}")
        if by_name[name].secret:
            raise ConfigError(
                f"--set {name} would show the secret to everybody on this machine; "
                "use one of the --password options."
            )
        given[name] = _typed(by_name[name], text)
    return given


def _typed(option: Option, text: str) -> object:
    """``text`` as the option's type. Raises ConfigError."""
    if option.type is int:
        if not (text.isascii() and text.isdecimal()):
            raise ConfigError(f"'{option.name}' must be a whole number, not '{text}'.")
        return int(text)
    if option.type is bool:
        if text not in ("true", "false"):
            raise ConfigError(f"'{option.name}' must be true or false, not '{text}'.")
        return text == "true"
    if option.type == list[str]:
        return [word.strip() for word in text.split(",") if word.strip()]
    if option.choices and text not in option.choices:
        raise ConfigError(f"'{option.name}' must be one of {listed(option.choices)}.")
    return text


def _named(
    args: argparse.Namespace, paths: Paths, settings: dict[str, object], asker: Asker | None
) -> AccountConfig:
    taken = {account.name for account in load_accounts(paths)}
    name = args.name or _suggested(settings, args.adapter, taken)
    if asker and not args.name:
        name = asker.text("A short name for the account", name)
    if name in taken:
        raise ConfigError(
            f"There is an account '{name}' already; choose another --name, "
            f"or remove it first: agent-tui account remove {name}"
        )
    return new_account(paths, name, args.adapter, settings)


def _suggested(settings: Mapping[str, object], adapter: str, taken: set[str]) -> str:
    """The first word of the address's domain, or the adapter's name; numbered when taken."""
    domain = str(settings.get("address", "")).rpartition("@")[2].lower()
    word = "".join(
        c for c in domain.partition(".")[0] if c in "abcdefghijklmnopqrstuvwxyz0123456789-"
    )
    base = (word or adapter)[:28]
    names = [base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def _secret_option(args: argparse.Namespace, options: Sequence[Option]) -> Option | None:
    """The secret that the account cannot do without, or that the command line names."""
    secrets = [option for option in options if option.secret]
    needed = [option for option in secrets if not option.optional]
    if secrets and passwords.named(args):
        return (needed or secrets)[0]
    return needed[0] if needed else None


def _with(account: AccountConfig, settings: Mapping[str, object]) -> AccountConfig:
    return replace(account, settings={**account.settings, **settings})


def _asked(
    account: AccountConfig, secret: Option | None, password: passwords.Password
) -> dict[str, str]:
    """What was typed just now, for the check."""
    if secret is None or password.typed is None:
        return {}
    return {f"{account.name}.{secret.name}": password.typed}

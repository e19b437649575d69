"""What must not be overlooked, at the right of the status line."""

from datetime import datetime

from agent_tui.content.safe import safe_line
from agent_tui.model.account import Account, AccountState
from agent_tui.model.clock import Millis
from agent_tui.store import accounts, outbox, unconfirmed
from agent_tui.store.database import Database
from agent_tui.ui.lines import say_time
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import KeysOf
from agent_tui.ui.theme import Part

_LONGEST_PROBLEM = 44
_TROUBLE = frozenset({AccountState.FAILING, AccountState.STOPPED})


def facts(
    db: Database, new_above: int, up: str, now: Millis, keys_of: KeysOf, *, clock: bool = True
) -> tuple[Piece, ...]:
    """New conversations above the list's first row, troubled accounts or what happened to one,
    progress of first syncs, sends that wait for a word or for their provider's, and with ``clock``
    the time; each with the agent's own key to where more is told."""
    found: list[Piece] = []
    every, see = accounts.every(db), _key(keys_of, "accounts")
    if new_above:
        key = _key(keys_of, "first")
        found.append(Piece(f" {up} {new_above} new ({key}) ", Part.BAR_ACCENT))
    trouble = [account for account in every if account.state in _TROUBLE]
    if trouble:
        found.append(Piece(f" {_trouble(trouble, now)}, see {see} ", Part.BAR_ERROR))
    elif untold := [account for account in every if not account.notice_read]:
        found.append(Piece(f" {_notice(untold[0])}, see {see} ", Part.BAR_ACCENT))
    found += [Piece(f" {text} ", Part.BAR) for account in every if (text := _progress(account))]
    undecided, there = outbox.undecided(db), _key(keys_of, "outbox")
    if undecided:
        found.append(Piece(f" {undecided} not sent: {there} ", Part.BAR_ERROR))
    told = {account.name for account in trouble}
    found += [
        Piece(f" {safe_line(name)}: {held_up} not confirmed yet: {there} ", Part.BAR_ACCENT)
        for name, held_up in unconfirmed.by_account(db).items()
        if name not in told
    ]
    if clock:
        found.append(Piece(f" {_clock(now)} ", Part.BAR))
    return tuple(found)


def _key(keys_of: KeysOf, command: str) -> str:
    """Its first key, else its name."""
    return next(iter(keys_of(command)), f":{command}")


def _trouble(accounts_: list[Account], now: Millis) -> str:
    first = accounts_[0]
    problem = safe_line(first.problem, _LONGEST_PROBLEM).rstrip(".")
    others = f" and {len(accounts_) - 1} more" if len(accounts_) > 1 else ""
    since = say_time(first.since, now)
    return f"{safe_line(first.name)}: {problem} since {since}{others}"


def _notice(account: Account) -> str:
    """Its first sentence; gone when the accounts were looked at, where the whole of it stands."""
    first = safe_line(account.notice.partition(". ")[0], _LONGEST_PROBLEM)
    return f"{safe_line(account.name)}: {first}"


def _progress(account: Account) -> str:
    if account.total is None:
        return ""
    return f"{safe_line(account.name)} {account.done:,} of {account.total:,}"


def _clock(at: Millis) -> str:
    return f"{datetime.fromtimestamp(at / 1000):%H:%M}"  # noqa: DTZ006 - the agent's own clock

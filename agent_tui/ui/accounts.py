"""The accounts: how each is doing, since when, and what to do when it is not well."""

from collections.abc import Sequence
from typing import ClassVar

from agent_tui.content.safe import safe_line
from agent_tui.model.account import Account, AccountState
from agent_tui.model.clock import SECOND, Millis
from agent_tui.store import accounts
from agent_tui.ui.cells import fit
from agent_tui.ui.lines import say_time
from agent_tui.ui.markup import Line, plain_lines
from agent_tui.ui.rows import Piece
from agent_tui.ui.rows_pane import RowsPane
from agent_tui.ui.shell import Shell, Where
from agent_tui.ui.theme import Part

_PARTS = {
    AccountState.OK: Part.GOOD,
    AccountState.FAILING: Part.ERROR,
    AccountState.STOPPED: Part.ERROR,
}
_STATES = {
    AccountState.NEW: "not started",
    AccountState.SYNCING: "syncing",
    AccountState.OK: "ok",
    AccountState.FAILING: "failing",
    AccountState.STOPPED: "stopped",
}
_ADVICE = {
    AccountState.NEW: "The engine has not looked at it yet; that takes a moment after the start.",
    AccountState.SYNCING: "What has arrived can be read, searched and answered already.",
    AccountState.OK: "Nothing to do.",
    AccountState.FAILING: "It is tried again by itself; the other accounts go on.",
    AccountState.STOPPED: "It waits for you; it is not tried again before a setting has changed.",
}


async def show(shell: Shell) -> None:
    """Open the accounts, and with them what was told of them in the status line."""
    accounts.read_notices(shell.db)
    shell.open_pane(AccountsPane(shell))


def advice(account: Account) -> str:
    """What the agent can do about the account, in a sentence or two."""
    said = _ADVICE[account.state]
    if account.state in (AccountState.FAILING, AccountState.STOPPED):
        said += f" In a shell, 'agent-tui account check {safe_line(account.name)}' says more."
    return said


class AccountsPane(RowsPane):
    """One row an account, read again when the store has changed."""

    where: ClassVar[Where] = Where.ACCOUNTS

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell, "Accounts", "No account yet; in a shell: agent-tui account add")
        self._accounts: list[Account] = []

    def read_store(self) -> None:
        self._accounts = accounts.every(self.shell.db)

    def show_now(self) -> None:
        now = self.shell.context.clock()
        self.show([_row(account, now) for account in self._accounts])

    def counts_down(self) -> bool:
        return any(account.retry_at is not None for account in self._accounts)

    def detail(self, number: int, width: int) -> Sequence[Line]:
        account = self._accounts[number]
        said: list[Line] = []
        if account.problem:
            said += plain_lines(safe_line(account.problem), Part.ERROR, width, 0)
        said += plain_lines(advice(account), Part.TEXT, width, 0)
        if account.notice and account.notice_at is not None:
            at = say_time(account.notice_at, self.shell.context.clock())
            said += plain_lines(f"{at}: {safe_line(account.notice)}", Part.WARNING, width, 0)
        return said

    def activate(self) -> None:
        from agent_tui.ui import help as pages

        if self._accounts:
            well = self._accounts[self.cursor].state in (AccountState.OK, AccountState.SYNCING)
            pages.open_page(self.shell, "accounts" if well else "trouble")


def _row(account: Account, now: Millis) -> Line:
    state = f"{_STATES[account.state]} since {say_time(account.since, now)}"
    return (
        Piece(fit(f" {safe_line(account.name)}", 14) + " ", Part.ACCENT),
        Piece(fit(safe_line(account.adapter), 8) + " ", Part.DIM),
        Piece(fit(state, 28) + " ", _PARTS.get(account.state, Part.TEXT)),
        Piece(_next(account, now), Part.DIM),
    )


def _next(account: Account, now: Millis) -> str:
    """What comes next: the rest of a first sync, another try, or where the account is."""
    if account.total:
        return f"{account.done:,} of {account.total:,} messages"
    if account.retry_at is not None and account.retry_at > now:
        return f"next try in {-(-(account.retry_at - now) // SECOND)} s"
    return safe_line(account.address)

"""What an empty list says: why there is nothing, and what to do next."""

from agent_tui.model.conversation import View
from agent_tui.store.database import Database


def nothing_here(db: Database, view: View, narrowing: str) -> list[str]:
    """Lines for a list without rows; the first is the headline."""
    if narrowing:
        return [
            f"Nothing matches: {narrowing}",
            "",
            "Esc shows the whole view again; / changes the search.",
            "Words are searched in all messages; 'label:', 'customer:' and others narrow.",
        ]
    from agent_tui.model.account import AccountState
    from agent_tui.store import accounts  # only the first of days pays for them before first paint

    every = accounts.every(db)
    if not every:
        return [
            f"{view.name}: no account yet",
            "",
            "Leave with q and connect one:",
            "   agent-tui account add      a mailbox, step by step",
            "   agent-tui open PATH        a Maildir or mbox you have",
            "   agent-tui demo             a small shop to try it in",
        ]
    fetching = [a for a in every if a.state in (AccountState.NEW, AccountState.SYNCING)]
    if fetching:
        names = ", ".join(account.name for account in fetching)
        return [
            f"{view.name} is empty so far: {names} is being fetched",
            "",
            "What arrives appears here by itself, newest first.",
        ]
    return [
        f"{view.name} is empty",
        "",
        "Digits choose another view, / searches everything, ? shows all keys.",
    ]

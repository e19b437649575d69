"""Accounts as the engine last saw them, their cursors, and the leases on them."""

from dataclasses import replace

from agent_tui.model.account import Account, AccountState, Capabilities
from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Channel
from agent_tui.store import codec
from agent_tui.store.database import Database, Row


def put(
    db: Database,
    name: str,
    *,
    adapter: str,
    address: str,
    display_name: str,
    capabilities: Capabilities,
    now: Millis,
    context: bool = False,
) -> None:
    """Make the account known, or renew what its adapter says it can do."""
    db.run(
        "INSERT INTO accounts (name, adapter, address, display_name, capabilities, context, since)"
        " VALUES (:name, :adapter, :address, :display_name, :capabilities, :context, :now)"
        " ON CONFLICT (name) DO UPDATE SET adapter = :adapter, address = :address,"
        " display_name = :display_name, capabilities = :capabilities, context = :context",
        {
            "name": name,
            "adapter": adapter,
            "address": address,
            "display_name": display_name,
            "capabilities": codec.dump_capabilities(capabilities),
            "context": context,
            "now": now,
        },
    )


def get(db: Database, name: str, channel: Channel | None = None) -> Account | None:
    """The account, with ``channel`` as far as it serves that channel."""
    row = db.one("SELECT * FROM accounts WHERE name = :name", {"name": name})
    if row is None:
        return None
    account = _account(row)
    if channel is None:
        return account
    return replace(account, capabilities=account.capabilities.on(channel))


def every(db: Database) -> list[Account]:
    """All accounts by name."""
    return [_account(row) for row in db.all("SELECT * FROM accounts ORDER BY name")]


def with_context(db: Database) -> list[str]:
    """The names of those that know what customers bought."""
    rows = db.all("SELECT name FROM accounts WHERE context ORDER BY name")
    return [row["name"] for row in rows]


def forget(db: Database, name: str) -> None:
    """Drop the account's state and cursors; its conversations stay."""
    with db.transaction():
        db.run("DELETE FROM accounts WHERE name = :name", {"name": name})
        db.run("DELETE FROM cursors WHERE account = :name", {"name": name})
        db.run("DELETE FROM server_replies WHERE account = :name", {"name": name})
        db.run("DELETE FROM lookups WHERE account = :name", {"name": name})
        db.run("DELETE FROM records WHERE account = :name", {"name": name})


def set_state(
    db: Database,
    name: str,
    state: AccountState,
    now: Millis,
    *,
    problem: str = "",
    retry_at: Millis | None = None,
) -> None:
    """Note how the account is doing; ``since`` moves only when the state changes."""
    db.run(
        "UPDATE accounts SET since = CASE WHEN state = :state THEN since ELSE :now END,"
        " state = :state, problem = :problem, retry_at = :retry_at WHERE name = :name",
        {"name": name, "state": state, "now": now, "problem": problem, "retry_at": retry_at},
    )


def set_notice(db: Database, name: str, sentence: str, now: Millis) -> None:
    """Tell the agent what happened to the account; takes the place of what was told before."""
    db.run(
        "UPDATE accounts SET notice = :notice, notice_at = :now, notice_read = 0"
        " WHERE name = :name",
        {"name": name, "notice": sentence, "now": now},
    )


def read_notices(db: Database) -> None:
    """The agent has seen what was told of the accounts."""
    db.run("UPDATE accounts SET notice_read = 1 WHERE NOT notice_read", {})


def set_progress(db: Database, name: str, done: int, total: int | None) -> None:
    """Note how far a first sync has come, in messages; ``total`` None when it is over."""
    db.run(
        "UPDATE accounts SET done = :done, total = :total WHERE name = :name",
        {"name": name, "done": done, "total": total},
    )


def cursors(db: Database, account: str) -> dict[str, str]:
    """The cursor of each mailbox's last committed batch."""
    rows = db.all(
        "SELECT mailbox, cursor FROM cursors WHERE account = :account", {"account": account}
    )
    return {row["mailbox"]: row["cursor"] for row in rows}


def set_cursor(db: Database, account: str, mailbox: str, cursor: str) -> None:
    """Note how far the mailbox is read; in the transaction of what was read."""
    db.run(
        "INSERT INTO cursors (account, mailbox, cursor) VALUES (:account, :mailbox, :cursor)"
        " ON CONFLICT (account, mailbox) DO UPDATE SET cursor = :cursor",
        {"account": account, "mailbox": mailbox, "cursor": cursor},
    )


def take_lease(db: Database, name: str, holder: str, now: Millis, until: Millis) -> bool:
    """Take or renew the lease ``name`` until then; False when another holds it."""
    touched = db.run(
        "INSERT INTO leases (name, holder, expires_at) VALUES (:name, :holder, :until)"
        " ON CONFLICT (name) DO UPDATE SET holder = :holder, expires_at = :until"
        " WHERE leases.holder = :holder OR leases.expires_at <= :now",
        {"name": name, "holder": holder, "until": until, "now": now},
    )
    return touched == 1


def release_lease(db: Database, name: str, holder: str) -> None:
    """Give the lease back, if it is still of ``holder``."""
    db.run(
        "DELETE FROM leases WHERE name = :name AND holder = :holder",
        {"name": name, "holder": holder},
    )


def lease_holder(db: Database, name: str, now: Millis) -> str | None:
    """Who holds the lease now."""
    row = db.one(
        "SELECT holder FROM leases WHERE name = :name AND expires_at > :now",
        {"name": name, "now": now},
    )
    return row["holder"] if row else None


def _account(row: Row) -> Account:
    return Account(
        name=row["name"],
        adapter=row["adapter"],
        address=row["address"],
        display_name=row["display_name"],
        capabilities=codec.capabilities(row["capabilities"]),
        state=AccountState(row["state"]),
        since=row["since"],
        problem=row["problem"],
        retry_at=row["retry_at"],
        done=row["done"],
        total=row["total"],
        notice=row["notice"],
        notice_at=row["notice_at"],
        notice_read=bool(row["notice_read"]),
    )

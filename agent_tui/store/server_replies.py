"""Canned replies that providers keep, as they were last pulled."""

from collections.abc import Iterable

from agent_tui.model.incoming import ServerReply
from agent_tui.store.database import Database


def put_all(db: Database, account: str, replies: Iterable[ServerReply]) -> None:
    """Keep exactly these for the account; writes only what has changed."""
    wanted = {reply.name: reply.text for reply in replies}
    have = {reply.name: reply.text for reply in of_account(db, account)}
    with db.transaction():
        for name in have.keys() - wanted.keys():
            db.run(
                "DELETE FROM server_replies WHERE account = :account AND name = :name",
                {"account": account, "name": name},
            )
        for name, text in wanted.items() - have.items():
            db.run(
                "INSERT INTO server_replies (account, name, text) VALUES (:account, :name, :text)"
                " ON CONFLICT (account, name) DO UPDATE SET text = :text",
                {"account": account, "name": name, "text": text},
            )


def of_account(db: Database, account: str) -> list[ServerReply]:
    """The account's canned replies by name."""
    rows = db.all(
        "SELECT name, text FROM server_replies WHERE account = :account ORDER BY name",
        {"account": account},
    )
    return [ServerReply(row["name"], row["text"]) for row in rows]

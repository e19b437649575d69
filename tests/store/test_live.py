"""Which chats are live, whatever else lies in the store."""

from pathlib import Path

from agent_tui.store import live
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import START, chat, receive
from tests.store.many import fill, steps
from tests.stores import new_store

FEW, MANY = 2_000, 40_000


def test_chats_that_wait_come_before_those_that_are_only_unread(db: SqliteDatabase) -> None:
    receive(db, chat("second", room="b", at=START + 2), chat("first", room="a", at=START + 1))
    receive(db, chat("new", room="c", at=START))
    (unread,) = (c for c in live.waiting(db, "maria") if c.snippet == "new")
    db.run("UPDATE conversations SET waiting_since = NULL WHERE id = :id", {"id": unread.id})

    assert [c.snippet for c in live.waiting(db, "maria")] == ["first", "second", "new"]
    assert [c.snippet for c in live.waiting(db, "maria", limit=2)] == ["first", "second"]


def test_others_chats_are_left_out(db: SqliteDatabase) -> None:
    receive(db, chat())
    db.run("UPDATE conversations SET assignee = 'jonas'")

    assert live.waiting(db, "maria") == []
    assert len(live.waiting(db, "jonas")) == 1


def test_live_chats_are_found_as_quickly_among_many_conversations(tmp_path: Path) -> None:
    few, many = (new_store(tmp_path / name) for name in ("few", "many"))
    fill(few, FEW)
    fill(many, MANY)

    def cost(db: SqliteDatabase) -> int:
        return steps(db, lambda: live.waiting(db, "maria", limit=20))

    assert cost(many) <= cost(few) * 1.5
    few.close()
    many.close()

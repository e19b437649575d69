"""Notes are found by whom they name, however they come, change and go."""

from dataclasses import replace

from agent_tui.actions.registry import perform
from agent_tui.model.message import Body, Direction
from agent_tui.store import agents, messages, rewriting
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import Desk, incoming, listed, mail_account, only, receive


def found(db: SqliteDatabase, query: str) -> list[int]:
    return [conversation.id for conversation in listed(db, query)]


def noted(db: SqliteDatabase, text: str) -> Desk:
    mail_account(db)
    receive(db, incoming("ask @maria"))  # what customers write names nobody
    agents.put(db, "mara", "Mara Lind")
    desk = Desk(db)
    done = perform("note", desk.context, [only(db).id], {"text": text})
    assert done.batch
    return desk


def test_a_note_is_found_by_whom_it_names_until_it_is_taken_back(db: SqliteDatabase) -> None:
    desk = noted(db, "@Mara and @maria: a refund?")
    assert found(db, "mentions:mara") == found(db, "mentions:me") == [only(db).id]
    assert found(db, "mentions:jo") == []
    assert found(db, "-mentions:mara") == []
    perform("undo", desk.context)
    assert found(db, "mentions:mara") == []


def test_a_note_that_gets_another_text_names_others(db: SqliteDatabase) -> None:
    noted(db, "@mara")
    every = messages.of_conversation(db, only(db).id)
    note = next(message for message in every if message.direction is Direction.NOTE)
    rewriting.rewrite(db, note, Body("@jo"), note.at)
    assert (found(db, "mentions:mara"), found(db, "mentions:jo")) == ([], [only(db).id])
    rewriting.wipe(db, replace(note, body=Body("@jo")), note.at)
    assert found(db, "mentions:jo") == []


def test_who_is_named_is_said_and_who_is_nobody(db: SqliteDatabase) -> None:
    desk = noted(db, "x")
    done = perform("note", desk.context, [only(db).id], {"text": "@mara, @zoe?"})
    assert done.sentence == (
        "Note added. It is among the mentions of @mara. Nobody here is called @zoe."
    )

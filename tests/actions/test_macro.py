"""A macro is one batch: all of it or nothing, and one undo."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.actions.action import ActionError
from agent_tui.actions.macro import check
from agent_tui.actions.registry import perform
from agent_tui.config.errors import ConfigError
from agent_tui.config.settings import Macro
from agent_tui.model.conversation import Conversation, Status
from agent_tui.store import conversations
from agent_tui.store.database import Database
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import Desk, Now, incoming, listed, mail_account, receive
from tests.stores import new_store

STEPS = (
    "label refund -vip",
    "label vip",
    "resolve",
    "reopen",
    "take",
    "assign none",
    "priority high",
    "snooze in 2h",
    "wait",
    "note for the record",
)


def macro(*actions: str, name: str = "done") -> Macro:
    return Macro(name, "", actions, 4, tuple(range(5, 5 + len(actions))))


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    mail_account(db)
    receive(db, *(incoming(f"n {n}", sender=f"c{n}@x.example") for n in range(3)))
    return Desk(db)


def run(desk: Desk, *actions: str, targets: list[int] | None = None) -> str:
    context = replace(desk.context, macros=(macro(*actions),))
    ids = [c.id for c in listed(desk.db, "")] if targets is None else targets
    return perform("macro", context, ids, {"macro": "done"}).sentence


def state(db: Database) -> list[tuple[object, ...]]:
    def seen(c: Conversation) -> tuple[object, ...]:
        return c.id, c.triage, c.handled, c.waiting_since, c.messages

    return sorted(map(seen, conversations.by_ids(db, range(1, 10))))


def test_its_steps_are_done_in_order_to_all(desk: Desk) -> None:
    assert run(desk, "label refund", "take", "resolve") == "'done' is done to 3 conversations."
    for found in listed(desk.db, ""):
        assert (found.labels, found.assignee, found.status) == (
            ("refund",),
            "maria",
            Status.RESOLVED,
        )


def test_one_undo_takes_all_of_it_back_and_redo_does_it_again(desk: Desk) -> None:
    before = state(desk.db)
    run(desk, "label refund", "wait", "resolve", "priority high")
    after = state(desk.db)

    assert perform("undo", desk.context).sentence == "Undone: macro done, 3 conversations."
    assert state(desk.db) == before
    perform("redo", desk.context)
    assert state(desk.db) == after


def test_a_step_that_is_refused_undoes_those_before_it(desk: Desk) -> None:
    before = state(desk.db)
    with pytest.raises(ActionError, match="'done' has done nothing: 'zoe' is no agent"):
        run(desk, "resolve", "assign zoe")
    assert state(desk.db) == before
    with pytest.raises(ActionError, match="nothing to undo"):
        perform("undo", desk.context)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=6))
def test_any_steps_and_undo_are_the_beginning(steps: list[str]) -> None:
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        db = new_store(Path(folder) / "store.db")
        mail_account(db)
        receive(db, incoming("hello"))
        desk = Desk(db, Now())
        before = state(db)
        if run(desk, *steps, targets=[1]) != "'done': nothing to do.":
            perform("undo", desk.context)
        assert state(db) == before
        db.close()


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("explode", "There is no action 'explode'"),
        ("snooze soonish", "'soonish' is not a time"),
        ("snooze", "needs until"),
        ("priority top", "'top' is not low, normal"),
        ("resolve now", "takes no arguments"),
        ("undo", "not for macros"),
        ("macro done", "not for macros"),
    ],
)
def test_a_step_that_can_never_be_done_is_named_with_its_line(step: str, said: str) -> None:
    with pytest.raises(ConfigError, match=rf"config.toml, line 6: the macro 'done' .*{said}"):
        check([macro("resolve", step)], "config.toml")


def test_an_unknown_macro_is_said_with_those_there_are(desk: Desk) -> None:
    context = replace(desk.context, macros=(macro("resolve"), macro("wait", name="later")))
    with pytest.raises(ActionError, match="'nope' is no macro: done, later"):
        perform("macro", context, [1], {"macro": "nope"})
    assert perform("macro", context, [1], {"macro": "lat"}).changed == (1,)

"""Saved views: what is done to them, and that undo takes it back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.actions.action import ActionError
from agent_tui.actions.registry import perform
from agent_tui.store import views
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import Desk
from tests.stores import new_store

NAMES = st.sampled_from(["Zips", "Late", "Mine"])
CHANGES = st.one_of(
    st.builds(lambda n, q: ("save-view", {"name": n, "query": q}), NAMES, st.sampled_from("ab")),
    st.builds(lambda n, to: ("rename-view", {"name": n, "to": to}), NAMES, NAMES),
    st.builds(lambda n: ("drop-view", {"name": n}), NAMES),
    st.builds(
        lambda ns: ("order-views", {"names": ", ".join(ns)}),
        st.lists(NAMES, min_size=1, max_size=3),
    ),
)


def state(db: SqliteDatabase) -> tuple[object, ...]:
    """The views by name, and their order."""
    return {view.name: view for view in views.saved(db)}, views.order(db)


def do(db: SqliteDatabase, name: str, /, **args: str) -> str:
    return perform(name, Desk(db).context, (), args).sentence


def test_views_are_saved_renamed_ordered_and_dropped(db: SqliteDatabase) -> None:
    assert do(db, "save-view", name="Zips", query="zip", sort="oldest") == (
        "The view 'Zips' is saved."
    )
    assert do(db, "rename-view", name="Zips", to="Zippers") == "'Zips' is called 'Zippers' now."
    assert do(db, "order-views", names="Mine, Zippers") == "The views begin with Mine, Zippers."
    assert do(db, "rename-view", name="Zippers", to="Zips") == "'Zippers' is called 'Zips' now."
    assert views.order(db) == ["Mine", "Zips"]
    do(db, "drop-view", name="Zips")
    assert views.saved(db) == []


@pytest.mark.parametrize(
    ("name", "args", "said"),
    [
        ("save-view", {"name": "A", "query": "status:opne"}, "opne"),
        ("save-view", {"name": "A, B", "query": "x"}, "is no name for a view"),
        ("save-view", {"name": "A", "query": "x", "sort": "best"}, "'best' is no order: newest"),
        ("rename-view", {"name": "A", "to": "B"}, "'A' is no saved view; saved are: Zips"),
        ("rename-view", {"name": "Zips", "to": "Zips"}, "There is a view 'Zips' already"),
        ("drop-view", {"name": "Inbox"}, "'Inbox' is no saved view"),
        ("order-views", {"names": " , "}, "needs names"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    db: SqliteDatabase, name: str, args: dict[str, str], said: str
) -> None:
    do(db, "save-view", name="Zips", query="zip")
    with pytest.raises(ActionError, match=said):
        do(db, name, **args)


def test_a_view_that_somebody_changed_since_is_left_alone(db: SqliteDatabase) -> None:
    do(db, "save-view", name="Zips", query="zip")
    perform("save-view", Desk(db, agent="jo").context, (), {"name": "Zips", "query": "zipper"})
    with pytest.raises(ActionError, match="somebody has since changed the views"):
        do(db, "undo")


@settings(max_examples=15, deadline=None)
@given(changes=st.lists(CHANGES, max_size=6))
def test_undoing_everything_is_the_beginning_and_redoing_it_the_end(
    changes: list[tuple[str, dict[str, str]]],
) -> None:
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        db = new_store(Path(folder) / "store.db")
        states = [state(db)]
        for name, args in changes:
            try:
                done = perform(name, Desk(db).context, (), args)
            except ActionError:
                continue
            if done.batch:
                states.append(state(db))
        for before in states[-2::-1]:
            do(db, "undo")
            assert state(db) == before
        for after in states[1:]:
            do(db, "redo")
            assert state(db) == after
        db.close()

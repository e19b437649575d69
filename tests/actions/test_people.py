"""Merge, part and tell apart: whoever is chosen stays, and all of it can be taken back."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.actions.action import ActionError
from agent_tui.actions.registry import perform
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.model.event import Entity
from agent_tui.model.incoming import Incoming, Sender
from agent_tui.store import customers, events, likeness, people
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import Desk, chat, incoming, listed, mail_account, receive
from tests.store.test_people import dump

CLAIMS = ((IdentityKind.EMAIL, "ada@okafor.example"),)


def review(sender: str, name: str) -> Incoming:
    """A review of whom the shop knows a mail address."""
    return replace(
        incoming("It broke after a week.", sender=sender, name=name, message_id=None),
        channel=Channel.REVIEW,
        thread_key=f"review of {sender}",
        rating=1,
    )


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    """Ada Okafor by two mail addresses, in a chat and in a review; and somebody else."""
    mail_account(db)
    receive(
        db,
        incoming(sender="ada@okafor.example", name="Ada Okafor"),
        incoming(sender="ada.okafor@work.example", name="Okafor, Ada"),
        chat(
            sender="@ada.okafor:chat.example",
            name="Ada",
            customer=Sender(IdentityKind.HANDLE, "@ada.okafor:chat.example", "Ada", CLAIMS),
        ),
        review("ada.okafor@gmail.com", "Ada Okafor"),
        incoming(sender="ben@okafor.example", name="Ben Okafor"),
    )
    return Desk(db)


def at(desk: Desk, query: str) -> int:
    """The conversation of a query."""
    (one,) = listed(desk.db, query)
    return one.id


def suggested(desk: Desk, conversation: int) -> list[str]:
    (one,) = [c for c in listed(desk.db) if c.id == conversation]
    person = customers.person(desk.db, one.customer_id)
    assert person is not None
    return [s.person.identities[0].value for s in likeness.suggestions(desk.db, person)]


def test_addresses_a_handle_and_a_review_are_suggested_merged_and_parted_exactly(
    desk: Desk,
) -> None:
    first = at(desk, "customer:ada@okafor.example")
    before = dump(desk.db)

    while whom := suggested(desk, first):
        perform("merge", desk.context, [first], {"other": whom[0]})
    merged = {c.channel for c in listed(desk.db, "customer:ada@okafor.example")}
    apart = suggested(desk, first)
    for handle in ("ada.okafor@work.example", "@ada.okafor:chat.example", "ada.okafor@gmail.com"):
        perform("unmerge", desk.context, [first], {"customer": handle})

    assert merged == {Channel.MAIL, Channel.CHAT, Channel.REVIEW}
    assert apart == []  # never Ben
    assert dump(desk.db) == before


def test_who_stays_is_the_agents_choice(desk: Desk) -> None:
    mail, talk = at(desk, "customer:ada@okafor.example"), at(desk, "channel:chat")

    done = perform("merge", desk.context, [talk], {"other": "ada@okafor.example", "keep": "other"})
    assert done.sentence == "Ada is merged into Ada Okafor."
    assert {c.customer for c in listed(desk.db) if c.id in (mail, talk)} == {"Ada Okafor"}

    perform("undo", desk.context)
    done = perform("merge", desk.context, [talk], {"other": "ada@okafor.example"})
    assert done.sentence == "Ada Okafor is merged into Ada."
    assert {c.customer for c in listed(desk.db) if c.id in (mail, talk)} == {"Ada"}


STEP = st.one_of(
    st.tuples(
        st.just("merge"), st.integers(0, 4), st.integers(0, 4), st.sampled_from(("this", "other"))
    ),
    st.tuples(st.just("unmerge"), st.integers(0, 4), st.integers(0, 4), st.just("")),
    st.tuples(st.just("not-same"), st.integers(0, 4), st.integers(0, 4), st.just("")),
    st.tuples(st.just("rename"), st.integers(0, 4), st.integers(0, 4), st.just("")),
)


@given(steps=st.lists(STEP, max_size=10))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_undo_of_any_merges_and_partings_is_the_start(
    desk: Desk, steps: Sequence[tuple[str, int, int, str]]
) -> None:
    before = dump(desk.db)
    ids = sorted(c.id for c in listed(desk.db))
    owners = {c.id: c.customer_id for c in listed(desk.db)}
    batches = 0

    for action, one, other, keep in steps:
        whom = f"#{owners[ids[other]]}"
        given = {
            "merge": {"other": whom, "keep": keep},
            "unmerge": {"customer": whom},
            "not-same": {"other": whom},
            "rename": {"name": whom},
        }[action]
        try:
            batches += perform(action, desk.context, [ids[one]], given).batch is not None
        except ActionError:
            continue
    for _ in range(batches):
        perform("undo", desk.context)

    assert dump(desk.db) == before


def test_merges_are_events_of_the_customer_who_goes(desk: Desk) -> None:
    first = at(desk, "customer:ada@okafor.example")
    talk = customers.find(desk.db, IdentityKind.HANDLE, "@ada.okafor:chat.example")
    assert talk is not None

    perform("merge", desk.context, [first], {"other": "@ada.okafor:chat.example"})

    (event,) = events.of_fields(desk.db, Entity.CUSTOMER, talk, ("merged_into",))
    assert (event.stamp.actor, event.before) == ("maria", None)
    assert event.after == people.members(desk.db, talk)[0]


def test_undo_leaves_a_merge_that_a_colleague_changed(desk: Desk) -> None:
    first, ben = at(desk, "customer:ada@okafor.example"), at(desk, "customer:ben@okafor.example")
    perform("merge", desk.context, [first], {"other": "@ada.okafor:chat.example"})
    jonas = Desk(desk.db, agent="jonas")
    perform("unmerge", jonas.context, [first])
    perform("merge", jonas.context, [ben], {"other": "@ada.okafor:chat.example"})

    with pytest.raises(ActionError, match="Not undone: jonas has since changed Ada"):
        perform("undo", desk.context)

    assert len(listed(desk.db, "customer:ben@okafor.example")) == 2


def test_redo_refuses_a_merge_that_would_go_in_a_circle(desk: Desk) -> None:
    first, talk = at(desk, "customer:ada@okafor.example"), at(desk, "channel:chat")
    perform("merge", desk.context, [first], {"other": "@ada.okafor:chat.example"})
    perform("undo", desk.context)
    jonas = Desk(desk.db, agent="jonas")
    perform("merge", jonas.context, [talk], {"other": "ada@okafor.example"})

    with pytest.raises(ActionError, match="merged into themselves"):
        perform("redo", desk.context)


@pytest.mark.parametrize(
    ("action", "args", "sentence"),
    [
        ("merge", {"other": "ada@okafor.example"}, "Ada Okafor is the same customer already."),
        ("merge", {"other": "nobody"}, "No customer is 'nobody': give an address"),
        ("merge", {"other": "Ada Okafor"}, "Several customers are called 'Ada Okafor'"),
        ("merge", {"other": "Ada", "keep": "both"}, "'both' cannot be kept"),
        ("unmerge", {}, "Ada Okafor is not merged with anybody."),
        ("unmerge", {"customer": "ben@okafor.example"}, "is not merged with Ada Okafor."),
        ("not-same", {"other": "ada@okafor.example"}, "part them first"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    desk: Desk, action: str, args: dict[str, str], sentence: str
) -> None:
    first = at(desk, "customer:ada@okafor.example")
    before = dump(desk.db)

    with pytest.raises(ActionError, match=sentence):
        perform(action, desk.context, [first], args)

    assert dump(desk.db) == before


def test_of_several_who_are_merged_one_must_be_named(desk: Desk) -> None:
    first = at(desk, "customer:ada@okafor.example")
    for handle in ("@ada.okafor:chat.example", "ada.okafor@gmail.com"):
        perform("merge", desk.context, [first], {"other": handle})

    with pytest.raises(ActionError, match="Several are merged into Ada Okafor"):
        perform("unmerge", desk.context, [first])
    with pytest.raises(ActionError, match="stands for the others"):
        perform("unmerge", desk.context, [first], {"customer": "ada@okafor.example"})


def test_who_is_told_apart_is_not_suggested_again_until_that_is_undone(desk: Desk) -> None:
    first, talk = at(desk, "customer:ada@okafor.example"), at(desk, "channel:chat")
    assert "@ada.okafor:chat.example" in suggested(desk, first)

    perform("not-same", desk.context, [first], {"other": "@ada.okafor:chat.example"})
    assert "@ada.okafor:chat.example" not in suggested(desk, first)
    assert "ada@okafor.example" not in suggested(desk, talk)

    perform("undo", desk.context)
    assert "@ada.okafor:chat.example" in suggested(desk, first)


def test_equal_names_are_never_joined_by_themselves(desk: Desk) -> None:
    receive(desk.db, incoming(sender="other@okafor.example", name="Ada Okafor"))

    found = likeness.named(desk.db, "Ada Okafor")

    assert len(found) == 3

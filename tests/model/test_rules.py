"""The pure rules of the domain, case by case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.model.account import Capabilities
from agent_tui.model.clock import iso
from agent_tui.model.conversation import Channel, Status, status_after_inbound
from agent_tui.model.customer import IdentityKind, normal
from agent_tui.model.message import Address, Recipients
from agent_tui.model.outbox import NEEDS_DECISION, UNDOABLE, OutboxState, state_after_crash
from agent_tui.model.threading import Candidate, bare_subject, joins


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.OPEN, Status.OPEN),
        (Status.PENDING, Status.OPEN),
        (Status.ON_HOLD, Status.ON_HOLD),
        (Status.SNOOZED, Status.OPEN),
        (Status.RESOLVED, Status.OPEN),
        (Status.SPAM, Status.SPAM),
    ],
)
def test_a_customer_who_writes_reopens_what_waited_for_them(before: Status, after: Status) -> None:
    assert status_after_inbound(before, automatic=False) is after


@pytest.mark.parametrize("status", list(Status))
def test_an_automatic_answer_reopens_nothing(status: Status) -> None:
    assert status_after_inbound(status, automatic=True) is status


@pytest.mark.parametrize("state", list(OutboxState))
def test_after_a_crash_nothing_that_may_have_left_is_sent_by_itself(state: OutboxState) -> None:
    after = state_after_crash(state)

    if state is OutboxState.SENDING:
        assert after is OutboxState.QUEUED
    elif state is OutboxState.COMMITTED:
        assert after is OutboxState.UNCERTAIN
    else:
        assert after is state


def test_nothing_can_be_called_back_that_may_have_left() -> None:
    left = {OutboxState.SENDING, OutboxState.COMMITTED, OutboxState.SENT, OutboxState.UNCERTAIN}

    assert not UNDOABLE & left
    assert not UNDOABLE & NEEDS_DECISION


def test_a_mail_joins_a_thread_of_its_people_or_one_that_answers_our_own() -> None:
    theirs = Candidate(1, frozenset({"ada@x"}), issued=False)
    ours = Candidate(2, frozenset({"ada@x"}), issued=True)

    assert joins(theirs, {"ada@x", "bob@x"})
    assert not joins(theirs, {"thief@evil"})
    assert not joins(theirs, set())
    assert joins(ours, {"colleague@x"})


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Parcel", "Parcel"),
        ("Re: Parcel", "Parcel"),
        ("RE: Fwd: AW:  WG: Parcel", "Parcel"),
        ("Re[2]: Parcel", "Parcel"),
        ("Re (3): Parcel", "Parcel"),
        ("SV : Parcel", "Parcel"),
        ("回复：包裹", "包裹"),
        ("转发: 包裹", "包裹"),
        ("Re:", ""),
        ("", ""),
        ("Order: re the zip", "Order: re the zip"),
        ("Recall: zip", "Recall: zip"),
        ("Re the zip", "Re the zip"),
        ("12:30 is fine", "12:30 is fine"),
    ],
)
def test_a_bare_subject_has_no_prefixes(subject: str, bare: str) -> None:
    assert bare_subject(subject) == bare


@given(st.text(st.sampled_from("Re:Fwd ： [2]回复Zip"), max_size=40))
def test_a_bare_subject_is_bare(subject: str) -> None:
    bare = bare_subject(subject)

    assert bare_subject(bare) == bare
    assert subject.strip().endswith(bare)


def test_addresses_are_compared_without_case_and_other_names_with_it() -> None:
    assert normal(IdentityKind.EMAIL, " Ada@X.example ") == "ada@x.example"
    assert normal(IdentityKind.HANDLE, " Ada ") == "Ada"


def test_everybody_on_a_message_is_to_cc_and_bcc() -> None:
    a, b, c, d = (Address("", f"{name}@x") for name in "abcd")

    assert Recipients(to=(a,), cc=(b,), bcc=(c,), reply_to=(d,)).all() == (a, b, c)
    assert [str(Address("Ada", "a@x")), str(a)] == ["Ada <a@x>", "a@x"]


def test_only_mail_of_an_account_with_several_channels_is_addressed() -> None:
    shop = Capabilities(Channel.MAIL, recipients=True)

    assert shop.on(Channel.MAIL).recipients
    assert shop.on(Channel.FORM).recipients
    assert not shop.on(Channel.CHAT).recipients
    assert shop.on(Channel.CHAT).channel is Channel.CHAT


def test_times_are_printed_in_utc_with_milliseconds() -> None:
    assert iso(1_790_000_000_123) == "2026-09-21T14:13:20.123+00:00"

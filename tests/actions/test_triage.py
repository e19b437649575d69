"""What each action does to a conversation, what it says, and what the provider is told."""

from dataclasses import replace

import pytest

from agent_tui.actions.action import ActionError, Scope
from agent_tui.actions.registry import perform, registry
from agent_tui.config.settings import Macro
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.clock import DAY, HOUR
from agent_tui.model.conversation import Channel, Conversation, Priority, Status
from agent_tui.model.event import Entity
from agent_tui.model.outbox import OutboxItem
from agent_tui.store import (
    accounts,
    agents,
    changes,
    conversations,
    customers,
    events,
    leaving,
    outbox,
)
from agent_tui.store.changes import CONVERSATION_FIELDS
from agent_tui.store.database import Conflict
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import ACCOUNT, START, Desk, incoming, listed, mail_account, only, receive


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    mail_account(db)
    receive(db, incoming(name="Ada"))
    agents.put(db, "maria", "Maria Silva")
    agents.put(db, "jonas", "Jonas Berg")
    agents.put(db, "jo", "Joanna Ek")
    return Desk(db)


def do(desk: Desk, action: str, **args: str) -> str:
    """Do it to the one conversation; what it says, without the number."""
    conversation = only(desk.db)
    done = perform(action, desk.context, [conversation.id], args)
    assert done.changed in ((), (conversation.id,))
    return done.sentence.replace(f"#{conversation.id}", "#1")


def told(desk: Desk) -> list[OutboxItem]:
    """What is on its way to the provider."""
    return leaving.due(desk.db, ACCOUNT, desk.now.at + DAY)


@pytest.mark.parametrize(
    ("action", "args", "sentence", "field", "value"),
    [
        ("resolve", {}, "#1 resolved.", "status", Status.RESOLVED),
        ("wait", {}, "#1 waiting for the customer.", "status", Status.PENDING),
        ("hold", {}, "#1 on hold.", "status", Status.ON_HOLD),
        ("spam", {}, "#1 marked as spam.", "status", Status.SPAM),
        ("take", {}, "#1 assigned to you.", "assignee", "maria"),
        ("assign", {"agent": "jonas"}, "#1 assigned to jonas.", "assignee", "jonas"),
        ("assign", {"agent": "me"}, "#1 assigned to maria.", "assignee", "maria"),
        ("assign", {"agent": "Jonas B"}, "#1 assigned to jonas.", "assignee", "jonas"),
        ("assign", {"agent": "jo"}, "#1 assigned to jo.", "assignee", "jo"),
        ("label", {"labels": "vip Refund"}, "#1 labelled +refund +vip.", "labels", 2),
        ("priority", {"priority": "Urgent"}, "#1 priority urgent.", "priority", Priority.URGENT),
        ("snooze", {"until": "in 2h"}, None, "snoozed_until", START + DAY + 2 * HOUR),
        ("snooze", {"until": "in 2h"}, None, "status", Status.SNOOZED),
    ],
)
def test_an_action_changes_its_field_and_says_so(
    desk: Desk, action: str, args: dict[str, str], sentence: str | None, field: str, value: object
) -> None:
    said = do(desk, action, **args)

    after = getattr(only(desk.db), field)
    assert (len(after) if field == "labels" else after) == value
    if sentence is not None:
        assert said == sentence
    else:
        assert said.startswith("#1 snoozed until ")


@pytest.mark.parametrize(
    ("action", "args"),
    [
        ("resolve", {}),
        ("take", {}),
        ("label", {"labels": "vip"}),
        ("priority", {"priority": "high"}),
    ],
)
def test_doing_it_again_does_nothing_and_says_so(
    desk: Desk, action: str, args: dict[str, str]
) -> None:
    do(desk, action, **args)
    before = only(desk.db)

    assert do(desk, action, **args).startswith("Nothing to do: already ")
    assert only(desk.db) == before


def test_a_label_is_taken_off_with_a_minus(desk: Desk) -> None:
    do(desk, "label", labels="vip, refund #new")

    assert do(desk, "label", labels="-vip -refund late") == "#1 labelled +late -refund -vip."
    assert only(desk.db).labels == ("late", "new")


def test_nobody_is_assigned_with_none(desk: Desk) -> None:
    do(desk, "take")

    assert do(desk, "assign", agent="none") == "#1 unassigned."
    assert only(desk.db).assignee is None


def test_unread_shows_it_again(desk: Desk) -> None:
    conversations.mark_read(desk.db, only(desk.db).id)

    assert do(desk, "unread") == "#1 marked unread."
    assert only(desk.db).unread == 1


@pytest.mark.parametrize("action", ["resolve", "wait", "spam"])
def test_what_is_dealt_with_waits_no_more_until_the_customer_writes(
    desk: Desk, action: str
) -> None:
    assert only(desk.db).waiting_since is not None

    do(desk, action)
    assert only(desk.db).waiting_since is None

    do(desk, "reopen")
    assert only(desk.db).waiting_since is not None


def test_reopening_ends_a_snooze(desk: Desk) -> None:
    do(desk, "snooze", until="in 2h")

    assert do(desk, "reopen") == "#1 reopened."
    assert (only(desk.db).status, only(desk.db).snoozed_until) == (Status.OPEN, None)


def test_many_are_one_batch_and_each_is_done_once(desk: Desk) -> None:
    receive(desk.db, incoming(sender="b@x.example"), incoming(sender="c@x.example"))
    ids = [c.id for c in listed(desk.db)]

    done = perform("resolve", desk.context, [*ids, ids[0], 10**6])

    assert done.sentence == "3 conversations resolved."
    assert done.changed == tuple(ids)
    assert done.batch is not None
    touched = {e.entity_id for e in events.of_batch(desk.db, done.batch)}
    assert touched == set(ids)


def test_customers_are_renamed_and_described(desk: Desk) -> None:
    assert do(desk, "rename", name=" Ada L. ") == "Ada: called 'Ada L.'."
    assert do(desk, "describe", notes="Prefers phone.") == "Ada L.: notes saved."
    assert do(desk, "rename", name="Ada L.") == "Nothing to do: already called 'Ada L.'."

    customer = customers.get(desk.db, only(desk.db).customer_id)
    assert customer is not None
    assert (customer.name, customer.notes) == ("Ada L.", "Prefers phone.")
    assert do(desk, "describe") == "Ada L.: notes saved."


# What the provider is told


def test_closing_and_reopening_are_told_to_the_provider(desk: Desk) -> None:
    do(desk, "resolve")
    (closed,) = told(desk)
    assert outbox.take(desk.db, closed)
    do(desk, "reopen")

    (reopened,) = [item for item in outbox.shown(desk.db) if item.id != closed.id]
    assert [item.kind for item in (closed, reopened)] == [EffectKind.STATUS] * 2


def test_closing_undone_before_it_left_tells_the_provider_nothing(desk: Desk) -> None:
    do(desk, "resolve")
    perform("undo", desk.context)

    assert told(desk) == []


def test_closing_undone_after_a_try_is_told_again(desk: Desk) -> None:
    do(desk, "resolve")
    taken = outbox.take(desk.db, told(desk)[0])
    assert taken is not None
    outbox.retry(desk.db, taken, desk.now.at, "broke off")

    do(desk, "reopen")

    (left,) = told(desk)
    assert (left.kind, left.attempts) == (EffectKind.STATUS, 0)


@pytest.mark.parametrize("action", ["wait", "hold", "unread"])
def test_what_stays_open_at_the_provider_is_not_told(desk: Desk, action: str) -> None:
    do(desk, action)

    assert told(desk) == []


def test_from_resolved_to_spam_is_nothing_new_to_the_provider(desk: Desk) -> None:
    do(desk, "resolve")
    (first,) = told(desk)
    do(desk, "spam")

    assert told(desk) == [first]


def test_an_adapter_without_statuses_is_told_nothing(desk: Desk) -> None:
    mail_account(desk.db, Capabilities(Channel.MAIL, frozenset({EffectKind.SEND})))

    do(desk, "resolve")

    assert told(desk) == []


def test_an_account_that_is_gone_is_told_nothing(desk: Desk) -> None:
    accounts.forget(desk.db, ACCOUNT)

    do(desk, "resolve")

    assert only(desk.db).status is Status.RESOLVED
    assert outbox.shown(desk.db) == []


# Refusals


@pytest.mark.parametrize(
    ("action", "args", "sentence"),
    [
        ("explode", {}, "There is no action 'explode'"),
        ("resolve", {"why": "x"}, "'resolve' takes no argument 'why'"),
        ("snooze", {}, "'snooze' needs until"),
        ("snooze", {"until": "whenever"}, "is no time"),
        ("label", {"labels": " "}, "'label' needs labels"),
        ("label", {"labels": "-"}, "'label' needs labels"),
        ("priority", {"priority": "huge"}, "is no priority: low, normal, high, urgent"),
        ("assign", {"agent": "zoe"}, "'zoe' is no agent: jo, jonas, maria"),
        ("assign", {"agent": "j"}, "'j' is more than one agent: jo, jonas"),
        ("rename", {"name": "  "}, "'rename' needs name"),
        ("reply", {"text": ""}, "'reply' needs text"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(
    desk: Desk, action: str, args: dict[str, str], sentence: str
) -> None:
    before = only(desk.db)

    with pytest.raises(ActionError) as error:
        do(desk, action, **args)

    assert sentence in str(error.value)
    assert str(error.value).endswith(".")
    assert only(desk.db) == before


_MEANINGFUL = {
    "agent": "me",
    "field": "shoe size: 42",
    "keep": "this",
    "macro": "Away",
    "until": "in 2h",
    "vip": "yes",
    "wanted": "yes",
    "zone": "Europe/Berlin",
}


@pytest.mark.parametrize(
    "name", [name for name, action in registry().items() if action.scope is not Scope.NOTHING]
)
def test_every_action_refuses_no_conversation_and_a_missing_one(desk: Desk, name: str) -> None:
    args = {a.name: _MEANINGFUL.get(a.name, "low") for a in registry()[name].arguments}
    context = replace(desk.context, macros=(Macro("Away", "", ("resolve",), 1, (1,)),))

    with pytest.raises(ActionError, match="needs a conversation"):
        perform(name, context, [], args)
    with pytest.raises(ActionError, match="There is no conversation #999"):
        perform(name, context, [999], args)


def test_a_customer_is_edited_one_at_a_time(desk: Desk) -> None:
    with pytest.raises(ActionError, match="one customer at a time"):
        perform("rename", desk.context, [1, 2], {"name": "x"})


@pytest.mark.parametrize("name", list(registry()))
def test_every_action_says_what_it_is(name: str) -> None:
    action = registry()[name]

    assert action.name == name
    assert action.title
    assert action.help.endswith(".")
    assert all(argument.help for argument in action.arguments)


# The log


def test_an_event_holds_who_when_before_and_after(desk: Desk) -> None:
    do(desk, "label", labels="vip")
    done = perform("label", desk.context, [only(desk.db).id], {"labels": "-vip refund"})

    newest = events.of_entity(desk.db, Entity.CONVERSATION, only(desk.db).id)[0]
    assert (newest.field, newest.before, newest.after) == ("labels", ["vip"], ["refund"])
    assert newest.stamp.actor == "maria"
    assert newest.stamp.action == "label"
    assert newest.stamp.batch == done.batch
    assert newest.stamp.at == desk.now.at


def test_only_what_changed_is_logged(desk: Desk) -> None:
    done = perform("reopen", desk.context, [only(desk.db).id])
    assert done.batch is None

    done = perform("hold", desk.context, [only(desk.db).id])
    assert done.batch is not None
    assert [e.field for e in events.of_batch(desk.db, done.batch)] == ["status"]


def test_labels_are_logged_as_the_set_they_are(desk: Desk) -> None:
    stamp = desk.context.stamp("label")
    assert changes.change_conversation(desk.db, stamp, only(desk.db), labels=["b", "a", "b"])

    assert not changes.change_conversation(desk.db, stamp, only(desk.db), labels=["b", "a"])
    assert events.of_batch(desk.db, stamp.batch)[0].after == ["a", "b"]


@pytest.mark.parametrize("field", CONVERSATION_FIELDS)
def test_nothing_of_a_stale_conversation_is_written(desk: Desk, field: str) -> None:
    stale = only(desk.db)
    do(desk, "take")
    new: dict[str, changes.Value] = {
        "labels": ["x"],
        "status": Status.SPAM,
        "assignee": "jonas",
    }

    fields = {field: new.get(field, 9)}
    with pytest.raises(Conflict):
        changes.change_conversation(desk.db, desk.context.stamp("x"), stale, undoes=None, **fields)

    after = only(desk.db)
    assert after.labels == ()
    assert history(desk, after) == ["assignee"]


def history(desk: Desk, conversation: Conversation) -> list[str]:
    return [
        e.field
        for e in events.of_entity(desk.db, Entity.CONVERSATION, conversation.id)
        if e.stamp.actor == desk.agent
    ]


def test_a_stale_customer_is_not_written(desk: Desk) -> None:
    stale = customers.get(desk.db, only(desk.db).customer_id)
    assert stale is not None
    do(desk, "rename", name="Ada L.")

    with pytest.raises(Conflict, match="changed by somebody else"):
        changes.change_customer(desk.db, desk.context.stamp("x"), stale, name="Mine")

    now = customers.get(desk.db, stale.id)
    assert now is not None
    assert now.name == "Ada L."

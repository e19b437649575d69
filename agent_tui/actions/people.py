"""Who is the same person: merge two customers, part them again, or say that they are not."""

from collections.abc import Mapping, Sequence

from agent_tui.actions.action import (
    Action,
    ActionError,
    Argument,
    ArgumentKind,
    Context,
    Done,
    Scope,
)
from agent_tui.content.safe import safe_line
from agent_tui.model.customer import Customer, Person
from agent_tui.store import changes, conversations, customers, likeness

_THIS, _OTHER = "this", "other"


def person_of(context: Context, targets: Sequence[int]) -> Person:
    """Whom the first of the conversations ``targets`` is with."""
    conversation = conversations.get(context.db, targets[0])
    found = customers.person(context.db, conversation.customer_id) if conversation else None
    if found is None:
        raise ActionError(f"There is no conversation #{targets[0]}.")
    return found


def called(customer: Customer | Person) -> str:
    """A name for sentences."""
    return safe_line(customer.name) or f"customer #{customer.id}"


def _merge(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    keep = args.get("keep", "").strip() or _THIS
    if keep not in (_THIS, _OTHER):
        raise ActionError(f"'{keep}' cannot be kept: say '{_THIS}' or '{_OTHER}'.")
    this = person_of(context, targets)
    other = _meant(context, args["other"])
    if other.id == this.id:
        raise ActionError(f"{called(other)} is the same customer already.")
    stays, goes = (this, other) if keep == _THIS else (other, this)
    stamp = context.stamp("merge")
    changes.change_customer(context.db, stamp, goes.root, merged_into=stays.id)
    sentence = f"{called(goes)} is merged into {called(stays)}."
    return Done(sentence, tuple(targets), stamp.batch)


def _unmerge(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    person = person_of(context, targets)
    member = _member(person, args.get("customer", "").strip())
    if member.merged_into is None:
        raise ActionError(
            f"{called(member)} stands for the others: part one of those from it."
            if len(person.members) > 1
            else f"{called(member)} is not merged with anybody."
        )
    stamp = context.stamp("unmerge")
    changes.change_customer(context.db, stamp, member, merged_into=None)
    return Done(f"{called(member)} is a customer alone again.", tuple(targets), stamp.batch)


def _member(person: Person, text: str) -> Customer:
    """Which of those who are merged is meant: the only one when nothing is said."""
    others = person.members[1:]
    if not text:
        if len(others) > 1:
            known = ", ".join(f"#{one.id} {called(one)}" for one in others)
            raise ActionError(f"Several are merged into {called(person)}, say which: {known}.")
        return others[0] if others else person.root
    for one in person.members:
        values = {identity.value.casefold() for identity in one.identities}
        if text.casefold() in {f"#{one.id}", one.name.casefold()} | values:
            return one
    raise ActionError(f"'{text}' is not merged with {called(person)}.")


def _not_same(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    person, other = person_of(context, targets), _meant(context, args["other"])
    if other.id == person.id:
        raise ActionError(f"{called(other)} is merged with this customer: part them first.")
    stamp = context.stamp("not-same")
    apart = [*person.root.distinct_from, *(member.id for member in other.members)]
    if not changes.change_customer(
        context.db, stamp, person.root, distinct_from=sorted(set(apart))
    ):
        return Done("Nothing to do: that was said already.")
    sentence = f"{called(other)} is not suggested for {called(person)} any more."
    return Done(sentence, tuple(targets), stamp.batch)


def _meant(context: Context, text: str) -> Person:
    """The customer whom an argument means."""
    found = likeness.named(context.db, text)
    if not found:
        raise ActionError(f"No customer is '{text}': give an address, a whole name, or #number.")
    if len(found) > 1:
        known = ", ".join(f"#{number}" for number in found)
        raise ActionError(f"Several customers are called '{text}', say which: {known}.")
    other = customers.person(context.db, found[0])
    assert other is not None
    return other


_WHOM = Argument("other", ArgumentKind.TEXT, "the other customer's address, name or #number")

ACTIONS = (
    Action(
        name="merge",
        title="Merge with another customer",
        scope=Scope.CUSTOMER,
        run=_merge,
        help="Two customers are one person: everything of both is shown together.",
        arguments=(
            _WHOM,
            Argument("keep", ArgumentKind.TEXT, "who stays: 'this' or 'other'", optional=True),
        ),
    ),
    Action(
        name="unmerge",
        title="Part a merged customer",
        scope=Scope.CUSTOMER,
        run=_unmerge,
        help="Take a merge back: each has again what was theirs, also what came since.",
        arguments=(
            Argument("customer", ArgumentKind.TEXT, "which one: an address, name or #number", True),
        ),
    ),
    Action(
        name="not-same",
        title="Not the same customer",
        scope=Scope.CUSTOMER,
        run=_not_same,
        help="Two customers are not one person: do not suggest it again.",
        arguments=(_WHOM,),
    ),
)

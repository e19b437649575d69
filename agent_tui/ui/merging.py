"""Merging customers on the screen: who it may be, what would be joined, who stays."""

from collections.abc import Mapping, Sequence
from functools import partial

from agent_tui.model.customer import Customer, Person
from agent_tui.store import customer_pages, customers, likeness, records
from agent_tui.store.database import Database
from agent_tui.store.likeness import Suggestion
from agent_tui.ui.person_lines import called, clean
from agent_tui.ui.records_lines import counted
from agent_tui.ui.shell import Choice, Shell

_THIS, _OTHER, _APART = "this", "other", "apart"


async def merge(shell: Shell) -> None:
    """Choose another customer, see what will be joined, and say who stays."""
    person = here(shell)
    if person is None:
        return
    target = shell.targets()[:1]
    found = {f"#{s.person.id}": s for s in likeness.suggestions(shell.db, person)}
    chosen = await shell.choose(
        f"{clean(person.name)} is also (a name or address)",
        [_suggested(key, suggestion) for key, suggestion in found.items()],
        more=partial(_searched, shell.db, person),
    )
    if chosen is None:
        return
    other = customers.person(shell.db, int(chosen.removeprefix("#")))
    if other is None:
        shell.say("That customer is gone.", error=True)
        return
    stays = await _who_stays(shell, person, other, suggested=chosen in found)
    if stays == _APART:
        shell.do("not-same", target, other=chosen)
    elif stays is not None:  # and what the other one bought was never asked for
        look_up = partial(shell.desk.customer.look_up, person.id)
        shell.do("merge", target, look_up, other=chosen, keep=stays)


async def unmerge(shell: Shell) -> None:
    """Choose who is to be a customer alone again; at once where there is only one."""
    person = here(shell)
    if person is None:
        return
    others = person.members[1:]
    if len(others) < 2:
        shell.do("unmerge", shell.targets()[:1])
        return
    target = shell.targets()[:1]
    items = [_member(one) for one in others]
    chosen = await shell.choose(f"Part from {clean(person.name)}", items)
    if chosen is not None:
        shell.do("unmerge", target, customer=chosen)


async def not_same(shell: Shell) -> None:
    """Choose a suggestion that is wrong."""
    person = here(shell)
    if person is None:
        return
    target = shell.targets()[:1]
    found = likeness.suggestions(shell.db, person)
    items = [_suggested(f"#{one.person.id}", one) for one in found]
    chosen = await shell.choose(f"{clean(person.name)} is not", items)
    if chosen is not None:
        shell.do("not-same", target, other=chosen)


def here(shell: Shell) -> Person | None:
    """Whom the current conversation is with; where there is none, that is said."""
    conversation = shell.current()
    if conversation is None:
        shell.say("There is no conversation here.")
        return None
    return customers.person(shell.db, conversation.customer_id)


def _suggested(key: str, suggestion: Suggestion) -> Choice:
    score, reasons = suggestion.likeness
    why = ", ".join(clean(reason.words) for reason in reasons)
    return Choice(key, f"{score} % {called(suggestion)}", why)


def _searched(db: Database, person: Person, typed: str) -> Sequence[Choice]:
    """Customers whose name or address is typed, but for the person themselves."""
    found = [one for one in likeness.found(db, typed) if one.id != person.id]
    return [Choice(f"#{one.id}", clean(one.name), _reached(one)) for one in found]


async def _who_stays(shell: Shell, person: Person, other: Person, *, suggested: bool) -> str | None:
    """Which of the two stands for both; beside it is what they are together."""
    name, theirs = clean(person.name), clean(other.name)
    items = [
        Choice(_THIS, f"{name} stays", f"{theirs} is merged into {name}; u takes it back"),
        Choice(_OTHER, f"{theirs} stays", f"{name} is merged into {theirs}; u takes it back"),
    ]
    if suggested:
        items.append(Choice(_APART, "They are not the same", "it is not suggested again"))
    previews = {
        _THIS: together(shell.db, person, other),
        _OTHER: together(shell.db, other, person),
        _APART: f"{name} and {theirs} stay two customers.",
    }
    return await shell.choose("Merge", items, preview=_preview(previews))


def _preview(texts: Mapping[str, str]) -> "partial[str]":
    return partial(lambda key: texts[key])


def together(db: Database, stays: Person, goes: Person) -> str:
    """What two people would be together, line by line."""
    both = Person((*stays.members, *goes.members))
    said = [f"{'VIP ' if both.vip else ''}{clean(both.name)}"]
    said += [f"also {', '.join(map(clean, both.names))}"] if both.names else []
    said += [f"{identity.kind} {clean(identity.value)}" for identity in both.identities]
    for one in (stays, goes):
        talks = sum(customer_pages.channels(db, one.id).values())
        bought = [counted(kind, count) for kind, count in records.count(db, one.id).items()]
        word = "conversation" if talks == 1 else "conversations"
        said.append(f"{clean(one.name)}: {', '.join([f'{talks:,} {word}', *bought])}")
    said += [f"tags {', '.join(map(clean, both.tags))}"] if both.tags else []
    return "\n".join(said)


def _member(one: Customer) -> Choice:
    values = ", ".join(clean(identity.value) for identity in one.identities)
    return Choice(f"#{one.id}", clean(one.name) or f"#{one.id}", values)


def _reached(person: Person) -> str:
    return ", ".join(clean(identity.value) for identity in person.identities[:3])

"""The customer's profile on the screen: every line of it, and Enter changes the one chosen."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rich.cells import cell_len

from agent_tui.model.customer import Company, Person
from agent_tui.query.complete import Completion
from agent_tui.query.printer import value_text
from agent_tui.store import companies, customers
from agent_tui.ui import choices, merging
from agent_tui.ui.cells import fit
from agent_tui.ui.person_lines import clean, there
from agent_tui.ui.shell import Choice, Complete, Shell

_COMPANY, _FIELD, _PART = "company page", "field ", "unmerge"


class _Question(NamedTuple):
    """What an action is asked with."""

    argument: str
    label: str
    initial: str = ""


async def profile(shell: Shell) -> None:
    """Choose a line of the profile, and change it."""
    person = merging.here(shell)
    if person is None:
        return
    company = companies.of_person(shell.db, person)
    lines = list(_lines(person, company, shell))
    wide = max(cell_len(line.title) for line in lines)
    items = [line._replace(title=fit(line.title, wide)) for line in lines]
    chosen = await shell.choose(clean(person.name), items)
    if chosen is None:
        return
    if chosen == _COMPANY:
        await company_page(shell)
    elif chosen.startswith(_FIELD):
        name = chosen.removeprefix(_FIELD)
        await _ask(shell, "field", _Question("field", "", f"{name}: {person.fields[name]}"))
    else:
        await change(shell, chosen)


async def change(shell: Shell, action: str) -> None:
    """Ask for what an action on the customer needs, with what is there now, and do it."""
    person = merging.here(shell)
    if person is None:
        return
    question = _question(person, companies.of_person(shell.db, person), action)
    if action in ("merge", _PART):
        await (merging.merge if action == "merge" else merging.unmerge)(shell)
    elif question is None:
        shell.do(action, shell.targets()[:1])
    else:
        await _ask(shell, action, question)


async def company_page(shell: Shell) -> None:
    """The people of the customer's company; Enter lists one's conversations, or those of all."""
    person = merging.here(shell)
    company = companies.of_person(shell.db, person) if person else None
    if person is None:
        return
    if company is None:
        await change(shell, "company")
        return
    about = ", ".join(company.domains) or "no mail domains"
    items = [Choice("all", f"All conversations with {clean(company.name)}", about)]
    for number in companies.people(shell.db, company.id):
        one = customers.person(shell.db, number)
        if one is not None:
            items.append(Choice(f"#{one.id}", clean(one.name), ", ".join(one.emails())))
    items += [
        Choice("company", "Another company", "for this customer"),
        Choice("company-notes", "Notes", clean(company.notes)),
        Choice("company-domains", "Mail domains", about),
        Choice("company-name", "Rename it"),
    ]
    chosen = await shell.choose(clean(company.name), items)
    if chosen == "all":
        shell.search(f"company:{value_text(company.name)}")
    elif chosen is not None and chosen.startswith("#"):
        shell.search(f"customer:{chosen}")
    elif chosen is not None:
        await change(shell, chosen)


async def _ask(shell: Shell, action: str, question: _Question) -> None:
    target = shell.targets()[:1]  # the cursor may move while somebody types
    text = await shell.ask(
        f"{question.label or action.capitalize()}: ",
        question.initial,
        complete=_completion(shell, action),
        history=action,
    )
    if text is not None and (text.strip() or action in ("describe", "company-notes")):
        shell.do(action, target, **{question.argument: text})


def _completion(shell: Shell, action: str) -> Complete | None:
    offered: dict[str, Callable[[], list[str]]] = {
        "company": lambda: companies.names(shell.db),
        "tag": lambda: customers.tags(shell.db),
        "timezone": choices.zones,
        "newsletter": lambda: ["yes", "no", "unknown"],
    }
    words = offered.get(action)
    if words is None:
        return None

    def complete(text: str, cursor: int) -> list[Completion]:
        start = text.rfind(" ", 0, cursor) + 1 if action in ("tag", "newsletter") else 0
        return choices.words_after(text, start, cursor, words())

    return complete


def _lines(person: Person, company: Company | None, shell: Shell) -> Iterator[Choice]:
    time = there(person.time_zone, shell.clock()) if person.time_zone else ""
    said = person.newsletter
    yield Choice("rename", "Name", clean(person.name))
    yield Choice("alias", "Other names", ", ".join(map(clean, person.names)))
    yield Choice("vip", "VIP", "yes" if person.vip else "no")
    yield Choice("tag", "Tags", ", ".join(map(clean, person.tags)))
    yield Choice(_COMPANY, "Company", clean(company.name) if company else "")
    yield Choice("language", "Languages", ", ".join(map(clean, person.languages)))
    yield Choice("timezone", "Time zone", f"{clean(person.time_zone)} {time}".strip())
    yield Choice("newsletter", "Newsletter", f"{said.newsletter} {clean(said.source)}".strip())
    yield Choice("describe", "Notes", clean(person.root.notes))
    for name, value in person.fields.items():
        yield Choice(f"{_FIELD}{name}", clean(name), clean(value))
    yield Choice("field", "Another field", "a name and a value such as 'shoe size: 42'")
    yield Choice("merge", "Merge with another customer")
    others = ", ".join(clean(one.name) for one in person.members[1:])
    if others:
        yield Choice(_PART, "Part a merged customer", others)


def _question(person: Person, company: Company | None, action: str) -> _Question | None:
    """How an action is asked for; None when it needs nothing more."""
    said = person.newsletter
    domains = " ".join(company.domains) if company else ""
    questions = {
        "rename": _Question("name", "Name", person.name),
        "alias": _Question("name", "Another name, or -name"),
        "tag": _Question("tags", "Tags to put on, -tag takes off"),
        "company": _Question("company", "Company, or none", company.name if company else ""),
        "language": _Question("languages", "Languages such as de en, -de takes one off"),
        "timezone": _Question("zone", "Time zone, or none", person.time_zone),
        "newsletter": _Question(
            "wanted", "Newsletter: yes, no or unknown, and where they said so", said.newsletter
        ),
        "describe": _Question("notes", "Notes", person.root.notes),
        "field": _Question("field", "Field such as shoe size: 42"),
        "company-name": _Question("name", "Company's name", company.name if company else ""),
        "company-notes": _Question("notes", "Company's notes", company.notes if company else ""),
        "company-domains": _Question("domains", "Mail domains, -domain takes off", domains),
    }
    return questions.get(action)

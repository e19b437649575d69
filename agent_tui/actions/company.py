"""Companies: put a customer into one, and write down what is known of it."""

import re
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
from agent_tui.actions.people import called, person_of
from agent_tui.content.safe import safe_line
from agent_tui.model.customer import Company
from agent_tui.model.free_mail import is_free
from agent_tui.store import changes, companies

_NOBODY = ("-", "none")
_DOMAIN = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}|[^\x00-\x7f][^\s@]*\.[^\s@]+")


def _join(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    name = " ".join(args["company"].split())
    if name in _NOBODY:
        return _leave(context, targets)
    person, stamp = person_of(context, targets), context.stamp("company")
    with context.db.transaction():
        company = companies.named(context.db, name)
        company = company or companies.create(context.db, name, context.clock())
        done = changes.change_customer(context.db, stamp, person.root, company_id=company.id)
    shown = safe_line(company.name)
    if not done:
        return Done(f"Nothing to do: {called(person)} is with {shown} already.")
    return Done(f"{called(person)} is with {shown}.", tuple(targets), stamp.batch)


def _leave(context: Context, targets: Sequence[int]) -> Done:
    person, stamp = person_of(context, targets), context.stamp("company")
    company = companies.of_person(context.db, person)
    if company is None:
        return Done("Nothing to do: there is no company.")
    with context.db.transaction():
        changed = [
            changes.change_customer(context.db, stamp, one, company_id=None)
            for one in person.members
        ]
    name = safe_line(company.name)
    if not any(changed):
        raise ActionError(
            f"{called(person)} belongs to {name} by a mail address: take the domain from {name} "
            "with company-domains, or name another company."
        )
    return Done(f"{called(person)} is not with {name} any more.", tuple(targets), stamp.batch)


def _rename(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    name = " ".join(args["name"].split())
    company = _company(context, targets)
    other = companies.named(context.db, name)
    if other is not None and other.id != company.id:
        raise ActionError(f"There is a company {safe_line(other.name)} already.")
    return _change(context, targets, "company-name", company, name=name)


def _describe(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    notes = args.get("notes", "")
    return _change(context, targets, "company-notes", _company(context, targets), notes=notes)


def _domains(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    company = _company(context, targets)
    words = args["domains"].lower().replace(",", " ").split()
    add = {word.rpartition("@")[2] for word in words if not word.startswith("-")}
    remove = {word[1:].rpartition("@")[2] for word in words if word.startswith("-")}
    for domain in sorted(add):
        if not _DOMAIN.fullmatch(domain):
            raise ActionError(f"'{domain}' is no domain such as 'acme.example'.")
        if is_free(domain):
            raise ActionError(f"Everybody can have an address at {domain}: it is no company's.")
    domains = sorted((set(company.domains) | add) - remove)
    return _change(context, targets, "company-domains", company, domains=domains)


def _company(context: Context, targets: Sequence[int]) -> Company:
    person = person_of(context, targets)
    company = companies.of_person(context.db, person)
    if company is None:
        raise ActionError(f"{called(person)} is with no company: 'company' puts them into one.")
    return company


def _change(
    context: Context,
    targets: Sequence[int],
    action: str,
    company: Company,
    **fields: str | list[str],
) -> Done:
    stamp = context.stamp(action)
    if not changes.change_company(context.db, stamp, company, undoes=None, **fields):
        return Done("Nothing to do: it says that already.")
    (field,) = fields
    shown = safe_line(company.name)
    return Done(f"{shown}: {field} saved.", tuple(targets), stamp.batch)


ACTIONS = (
    Action(
        name="company",
        title="Customer's company",
        scope=Scope.CUSTOMER,
        run=_join,
        help="Whom the customer works for; 'none' takes them out.",
        arguments=(Argument("company", ArgumentKind.COMPANY, "the company's name, or none"),),
    ),
    Action(
        name="company-name",
        title="Rename the company",
        scope=Scope.CUSTOMER,
        run=_rename,
        help="Another name for the customer's company.",
        arguments=(Argument("name", ArgumentKind.TEXT, "the company's new name"),),
    ),
    Action(
        name="company-notes",
        title="Edit the company's notes",
        scope=Scope.CUSTOMER,
        run=_describe,
        help="What colleagues should know about the customer's company.",
        arguments=(Argument("notes", ArgumentKind.TEXT, "the notes", optional=True),),
    ),
    Action(
        name="company-domains",
        title="The company's mail domains",
        scope=Scope.CUSTOMER,
        run=_domains,
        help="Whoever writes from them belongs to the company; a leading - removes one.",
        arguments=(
            Argument("domains", ArgumentKind.TEXT, "domains such as 'acme.example -old.example'"),
        ),
    ),
)

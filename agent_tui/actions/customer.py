"""What an agent writes down about a customer.

What is set is set on the customer who stands for all who are merged; what is taken away is taken
from each of them, so that it is gone.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

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
from agent_tui.model.customer import Customer, Newsletter, Person
from agent_tui.store import changes
from agent_tui.store.changes import CustomerValue

_NOBODY = ("-", "none")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # BCP 47, as far as people type it
_TAG = re.compile(r"[^\s,\"()]{1,40}")

Edit = Callable[[Person, Customer], Mapping[str, CustomerValue]]
"""What to set on one of those who are one person."""


def _rename(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    name = args["name"].strip()
    return change_root(context, targets, "rename", {"name": name}, f"called '{name}'")


def _describe(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    fields = {"notes": args.get("notes", "")}
    return change_root(context, targets, "describe", fields, "notes saved")


def _alias(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    name = args["name"].strip()
    gone = name[1:].strip() if name.startswith("-") else ""
    add, remove = ([], [gone]) if gone else ([name], [])
    did = f"not known as {gone} any more" if gone else f"also known as {name}"
    return _change(context, targets, "alias", partial(_listed, "aliases", add, remove), did)


def _language(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    add, remove = _signed(args["languages"].lower())
    for wrong in (word for word in (*add, *remove) if not _LANGUAGE.fullmatch(word)):
        raise ActionError(f"'{wrong}' is no language: give codes such as 'en', 'de' or 'pt-br'.")
    edit = partial(_listed, "languages", add, remove)
    return _change(context, targets, "language", edit, f"language {_told(add, remove)}")


def _tag(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    add, remove = _signed(args["tags"].lower())
    for wrong in (word for word in (*add, *remove) if not _TAG.fullmatch(word)):
        raise ActionError(f"'{wrong[:40]}' is no tag: a tag is one word such as 'wholesale'.")
    edit = partial(_listed, "tags", add, remove)
    return _change(context, targets, "tag", edit, f"tagged {_told(add, remove)}")


def _time_zone(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    name = args["zone"].strip()
    if name in _NOBODY:
        return _change(context, targets, "timezone", partial(_cleared, "time_zone"), "without zone")
    try:
        zone = ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ActionError(f"'{name}' is no time zone: give one such as 'Europe/Berlin'.") from None
    return change_root(context, targets, "timezone", {"time_zone": zone}, f"in {zone}")


def _field(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    name, colon, value = (part.strip() for part in args["field"].partition(":"))
    if not colon or not name:
        raise ActionError("'field' needs a name and a value, such as 'shoe size: 42'.")

    def edit(person: Person, one: Customer) -> Mapping[str, CustomerValue]:
        known = dict(one.fields)
        if not value:
            known.pop(name, None)
        elif one.id == person.id:
            known[name] = value
        return {"fields": known}

    did = f"noted: {name} is {value}" if value else f"noted: no {name}"
    return _change(context, targets, "field", edit, did)


def _vip(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    said = args.get("vip", "").strip().lower()
    if said not in ("", "yes", "no"):
        raise ActionError(f"'{said}' is neither 'yes' nor 'no'.")
    vip = said == "yes" if said else not person_of(context, targets).vip
    if vip:
        return change_root(context, targets, "vip", {"vip": True}, "VIP")
    return _change(context, targets, "vip", lambda _, __: {"vip": False}, "no VIP any more")


def _newsletter(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    word, _, source = args["wanted"].strip().partition(" ")
    said = {"yes": Newsletter.YES, "no": Newsletter.NO, "unknown": Newsletter.UNKNOWN}
    if word.lower() not in said:
        raise ActionError(f"'{word}' is neither 'yes', 'no' nor 'unknown'.")
    wanted = said[word.lower()]
    fields: dict[str, CustomerValue] = {"newsletter": wanted, "newsletter_source": source.strip()}
    did = {
        Newsletter.YES: "wants newsletters",
        Newsletter.NO: "wants no newsletters",
        Newsletter.UNKNOWN: "not asked about newsletters",
    }[wanted]
    if wanted is Newsletter.UNKNOWN:
        return _change(context, targets, "newsletter", lambda _, __: fields, did)
    return change_root(context, targets, "newsletter", fields, did)


def change_root(
    context: Context,
    targets: Sequence[int],
    action: str,
    fields: Mapping[str, CustomerValue],
    did: str,
) -> Done:
    """Set ``fields`` on the customer who stands for all."""
    return _change(
        context, targets, action, lambda person, one: fields if one.id == person.id else {}, did
    )


def _change(context: Context, targets: Sequence[int], action: str, edit: Edit, did: str) -> Done:
    """Edit all who are one person as one batch; ``did`` says what they are then."""
    person, stamp = person_of(context, targets), context.stamp(action)
    with context.db.transaction():
        changed = [
            changes.change_customer(context.db, stamp, one, undoes=None, **edit(person, one))
            for one in person.members
        ]
    if not any(changed):
        return Done(f"Nothing to do: already {did}.")
    return Done(f"{called(person)}: {did}.", tuple(targets), stamp.batch)


def _listed(
    field: str, add: Sequence[str], remove: Sequence[str], person: Person, one: Customer
) -> Mapping[str, CustomerValue]:
    """Names added to a list of the one who stands for all, and taken from everybody's."""
    gone = {word.casefold() for word in remove}
    kept = [word for word in getattr(one, field) if word.casefold() not in gone]
    if one.id == person.id:
        every = (word for member in person.members for word in getattr(member, field))
        known = {word.casefold() for word in every} - gone
        kept += [word for word in dict.fromkeys(add) if word.casefold() not in known]
    return {field: sorted(kept) if field == "tags" else kept}


def _cleared(field: str, _: Person, __: Customer) -> Mapping[str, CustomerValue]:
    return {field: ""}


def _signed(text: str) -> tuple[list[str], list[str]]:
    """Words to add and, with a leading ``-``, to remove."""
    words = text.replace(",", " ").split()
    return (
        [word.lstrip("+#") for word in words if not word.startswith("-")],
        [word[1:] for word in words if word.startswith("-")],
    )


def _told(add: Sequence[str], remove: Sequence[str]) -> str:
    return " ".join([*(f"+{word}" for word in add), *(f"-{word}" for word in remove)])


def _action(
    name: str,
    title: str,
    run: Callable[[Context, Sequence[int], Mapping[str, str]], Done],
    help: str,  # noqa: A002 - the action's own word for it
    *arguments: Argument,
) -> Action:
    return Action(name, title, Scope.CUSTOMER, run, help, arguments)


ACTIONS = (
    _action(
        "rename",
        "Edit customer's name",
        _rename,
        "What we call the customer.",
        Argument("name", ArgumentKind.TEXT, "the new name"),
    ),
    _action(
        "describe",
        "Edit customer's notes",
        _describe,
        "What colleagues should know about the customer.",
        Argument("notes", ArgumentKind.TEXT, "the notes", optional=True),
    ),
    _action(
        "alias",
        "Another name of the customer",
        _alias,
        "What they are called, too; a leading - removes one.",
        Argument("name", ArgumentKind.TEXT, "another name of the customer"),
    ),
    _action(
        "vip",
        "VIP",
        _vip,
        "Mark the customer as very important in all lists, or not any more.",
        Argument("vip", ArgumentKind.YES_NO, "yes or no", optional=True),
    ),
    _action(
        "tag",
        "Tag the customer",
        _tag,
        "Labels of the customer, whatever the conversation; a leading - removes one.",
        Argument("tags", ArgumentKind.TAGS, "tags such as 'wholesale press -trial'"),
    ),
    _action(
        "language",
        "Customer's languages",
        _language,
        "Which languages the customer reads, the best first; a leading - removes one.",
        Argument("languages", ArgumentKind.TEXT, "codes such as 'de en -fr'"),
    ),
    _action(
        "timezone",
        "Customer's time zone",
        _time_zone,
        "Where the customer is, so that the panel says what time it is there.",
        Argument("zone", ArgumentKind.ZONE, "a zone such as Europe/Berlin, or none"),
    ),
    _action(
        "newsletter",
        "Customer's newsletter choice",
        _newsletter,
        "Whether they want mail that nobody asked for, and where they said so.",
        Argument("wanted", ArgumentKind.YES_NO, "yes, no or unknown, and where they said so"),
    ),
    _action(
        "field",
        "Customer's own field",
        _field,
        "Anything else to keep; without a value it is taken away.",
        Argument("field", ArgumentKind.TEXT, "a name and a value such as 'shoe size: 42'"),
    ),
)

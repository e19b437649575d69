"""What makes a mail's sender doubtful, in words for the agent.

Nothing here vouches for anybody: what is forged may go unnamed, but never looks proven.
"""

import re
from collections.abc import Collection, Iterator

from agent_tui.content.mail import Mail
from agent_tui.model.message import Address

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_RESULT = re.compile(r"\s*([a-z][a-z0-9-]*)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)
_NESTED = 20
"""Comments within comments that are read; RFC 5322 sets no limit."""

_LONGEST = 10_000


def remarks(mail: Mail, own: Collection[str], authserv_id: str) -> tuple[str, ...]:
    """What speaks against taking ``mail`` for what it seems to be, a sentence each.

    ``own`` are our normal addresses; ``authserv_id`` is the name under which our own mail server
    writes Authentication-Results (RFC 8601), empty where nobody has told us: then none counts.
    """
    ours = {_domain(address) for address in own}
    return (
        *_of_name(mail.sender),
        *_of_writers(mail),
        *(() if _domain(mail.sender.email) in ours else _of_answers(mail)),
        *_of_results(_results(mail.authentication, authserv_id)),
    )


def elsewhere(sender: str, answers: Collection[Address]) -> list[Address]:
    """Those of ``answers`` that are at another organisation than ``sender``."""
    there = _organisation(sender)
    return [one for one in answers if there and _organisation(one.email) not in ("", there)]


def _of_name(sender: Address) -> Iterator[str]:
    for found in _ADDRESS.findall(sender.name):
        if found.lower() != sender.email.lower():
            yield f"The sender's name holds an address ({found}), but it is from {sender.email}."
            return


def _of_writers(mail: Mail) -> Iterator[str]:
    if mail.writers > 1:
        yield f"It names {mail.writers} senders; the first is shown."


def _of_answers(mail: Mail) -> Iterator[str]:
    for address in elsewhere(mail.sender.email, mail.reply_to)[:1]:
        yield f"Answers go to {address.email}, not to where it says it comes from."


def _of_results(results: dict[str, str]) -> Iterator[str]:
    if results.get("dmarc") == "fail":
        yield "Your mail server says that the sender's address is not proven (DMARC failed)."
    elif (
        not {"dmarc"} & results.keys()
        and results.get("dkim") != "pass"
        and (results.get("spf") in ("fail", "softfail"))
    ):
        yield "Your mail server says that the sender's address is not proven (SPF failed)."


def _results(fields: Collection[str], authserv_id: str) -> dict[str, str]:
    """What our own server found, by method; the topmost of its fields, for it writes at the top
    and whatever a sender has put in lies below (RFC 8601, 5)."""
    wanted = authserv_id.strip().lower()
    if not wanted:
        return {}
    for value in fields:
        server, *found = _without_comments(value[:_LONGEST]).split(";")
        name = server.split()[:1]
        if name and name[0].strip('"').lower() == wanted:
            pairs = (_RESULT.match(one) for one in found)
            return {pair[1].lower(): pair[2].lower() for pair in pairs if pair}
    return {}


def _without_comments(value: str) -> str:
    for _ in range(_NESTED):
        shorter = _COMMENT.sub(" ", value)
        if shorter == value:
            break
        value = shorter
    return value


def _domain(email: str) -> str:
    return email.rpartition("@")[2].strip().lower()


def _organisation(email: str) -> str:
    """The end of the domain that one owner has: two labels, three where the second is short, as in
    ``example.co.uk``. Without a list of all suffixes that is a guess, and only ever a remark."""
    labels = _domain(email).split(".")
    long = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if long else -2 :])

"""What may be quoted of customers, and whether they said so."""

from dataclasses import dataclass
from enum import StrEnum

from agent_tui.model.clock import Millis


class Consent(StrEnum):
    """How far a customer has agreed to be quoted; when and by whom says the log."""

    CANDIDATE = "candidate"  # worth asking for
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Testimonial:
    """A message that may be quoted one day."""

    __test__ = False  # its name is no test's

    consent: Consent
    quoted: int  # the message
    credit: str = ""  # the name to print, as the customer agreed to it


@dataclass(frozen=True, slots=True)
class Quote:
    """A testimonial as it is handed out; with consent, as it was when the customer gave it."""

    conversation_id: int
    consent: Consent
    text: str
    stars: int | None
    product: str
    name: str
    written_at: Millis
    url: str
    said_at: Millis  # when the consent came to what it is
    said_by: str  # the agent who noted it
    changed: bool = False  # the customer has written something else since

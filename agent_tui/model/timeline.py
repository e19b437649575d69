"""The timeline: everything of a customer in one order, whatever it is. Imported before first
paint."""

from enum import IntEnum, StrEnum
from typing import NamedTuple

from agent_tui.model.clock import Millis


class EntryKind(StrEnum):
    """What an entry is; ``kind:`` of the query language. Records have those of RecordKind."""

    MESSAGE = "message"
    NOTE = "note"
    REVIEW = "review"
    CALL = "call"
    ORDER = "order"
    INVOICE = "invoice"
    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"
    SUBSCRIPTION = "subscription"
    SURVEY = "survey"
    SHIPMENT = "shipment"
    EVENT = "event"


class Rank(IntEnum):
    """What comes first of the same moment: a message before what was done about it."""

    EVENT = 1
    RECORD = 2
    SHIPMENT = 3
    MESSAGE = 4


class Place(NamedTuple):
    """Where an entry stands; greater is newer."""

    at: Millis
    rank: int
    id: int  # of the message, event or record
    part: int = 0  # which parcel of the record

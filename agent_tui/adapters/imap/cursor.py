"""How far a mailbox was taken, as the compact JSON that is committed with each batch."""

import json
from dataclasses import dataclass, replace

from agent_tui.adapters.imap.uids import Uids


@dataclass(frozen=True, slots=True)
class Cursor:
    """What was taken of a mailbox, all of it valid for one UIDVALIDITY only (RFC 3501, 2.3.1.1)."""

    uidvalidity: int
    known: Uids = Uids()
    modseq: int = 0  # flags of the known are those of this mod-sequence (RFC 7162); 0: unknown
    digest: str = ""  # of the flags seen last, on a server without mod-sequences
    first_sync: bool = True  # not everything of old has been taken yet

    def with_taken(self, uids: Uids) -> "Cursor":
        return replace(self, known=self.known | uids)

    def without(self, gone: Uids) -> "Cursor":
        return replace(self, known=self.known - gone)


def dumps(cursor: Cursor) -> str:
    """``cursor`` as text."""
    values = {
        "uidvalidity": cursor.uidvalidity,
        "known": str(cursor.known),
        "modseq": cursor.modseq,
        "digest": cursor.digest,
        "first": cursor.first_sync,
    }
    return json.dumps(
        {name: value for name, value in values.items() if value}, separators=(",", ":")
    )


def loads(text: str | None) -> Cursor | None:
    """The cursor in ``text``; None for none, or for one that an older program wrote otherwise."""
    try:
        values = json.loads(text) if text else None
        if values is None:
            return None
        return Cursor(
            int(values["uidvalidity"]),
            Uids.parse(values.get("known", "")),
            int(values.get("modseq", 0)),
            str(values.get("digest", "")),
            bool(values.get("first", False)),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None

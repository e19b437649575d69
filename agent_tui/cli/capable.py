"""What an adapter can do, in the words of tables."""

from collections.abc import Mapping

from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.clock import SECOND

_EFFECTS: Mapping[str, frozenset[EffectKind]] = {
    "send": frozenset({EffectKind.SEND}),
    "note": frozenset({EffectKind.NOTE}),
    "edit": frozenset({EffectKind.EDIT}),
    "delete": frozenset({EffectKind.DELETE}),
    "react": frozenset({EffectKind.REACT}),
    "moderate": frozenset({EffectKind.MODERATE}),
    "status": frozenset({EffectKind.STATUS}),
    "assign": frozenset({EffectKind.ASSIGN}),
    "labels": frozenset({EffectKind.LABELS}),
    "priority": frozenset({EffectKind.PRIORITY}),
    "mark read": frozenset({EffectKind.READ, EffectKind.UNREAD}),
    "typing": frozenset({EffectKind.TYPING}),
}


def flags(can: Capabilities) -> dict[str, bool]:
    """Everything that there is or is not, by the word for it."""
    effects = {word: bool(kinds & can.effects) for word, kinds in _EFFECTS.items()}
    return effects | {
        "push": can.push,
        "marks": can.marks,
        "attach": can.attach,
        "html": can.html,
        "recipients": can.recipients,
        "one reply": can.single_reply,
        "idempotent": can.idempotent,
        "source": can.source,
    }


def limits(can: Capabilities) -> dict[str, str]:
    """What has a figure or a name, by the word for it."""
    return {
        "channel": str(can.channel),
        "statuses": ", ".join(sorted(can.statuses)) or "-",
        "limit": _limit(can) or "-",
        "undo": f"{can.undo_ms / SECOND:g} s",
    }


def in_words(can: Capabilities) -> str:
    """All of it on one line."""
    there = [word for word, has in flags(can).items() if has]
    most = [f"at most {_limit(can)}"] if _limit(can) else []
    return f"{can.channel}: {', '.join([*there, *most]) or 'reads only'}"


def _limit(can: Capabilities) -> str:
    """How long a reply may be; empty without a limit."""
    return "" if can.reply_limit is None else f"{can.reply_limit} {can.counted}"

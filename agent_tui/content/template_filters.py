"""What a canned reply can do with a value: the filters of Liquid that an agent needs."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

Value = object
"""A text, number, date, list of texts or dictionary out of the store; None where there is none."""


class FilterProblem(Exception):  # noqa: N818 - a fault in a template, told with its place there
    """A filter cannot do what it was asked; ``str()`` is a sentence."""


def text_of(value: Value) -> str:
    """``value`` as a reader of the reply sees it; lists with commas between.

    Raises :class:`FilterProblem` for a dictionary.
    """
    if isinstance(value, Mapping):
        raise FilterProblem("This is a group of values; name one of them.")
    if isinstance(value, (list, tuple)):
        return ", ".join(text_of(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _default(value: Value, argument: str | None) -> Value:
    return argument if value is None or value == "" else value


def _first_word(text: str) -> str:
    words = text.split(None, 1)
    return words[0] if words else ""


def _date(value: Value, argument: str | None) -> Value:
    if value is None or value == "":
        return value
    try:
        return _moment(value).strftime(argument or "%Y-%m-%d")
    except (ValueError, OverflowError, OSError):
        raise FilterProblem(f'"{text_of(value)[:40]}" is not a date.') from None


def _moment(value: Value) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value / 1000, UTC)  # the store's milliseconds
    return datetime.fromisoformat(text_of(value))


def _on_text(change: Callable[[str], str]) -> Callable[[Value, str | None], Value]:
    def changed(value: Value, _argument: str | None) -> Value:
        return None if value is None else change(text_of(value))

    return changed


FILTERS: dict[str, Callable[[Value, str | None], Value]] = {
    "default": _default,
    "upcase": _on_text(str.upper),
    "downcase": _on_text(str.lower),
    "capitalize": _on_text(str.capitalize),
    "strip": _on_text(str.strip),
    "first_word": _on_text(_first_word),
    "date": _date,
}
"""By name: what makes a new value of a value and the text behind the filter's colon."""

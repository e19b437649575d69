"""The settings of a file of orders: declared once, and read into types."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_tui.adapters.contract import AccountContext, AccountProblem, Option
from agent_tui.adapters.currency import known_as

FIELDS = (
    "email",
    "number",
    "date",
    "kind",
    "status",
    "total",
    "currency",
    "item",
    "quantity",
    "sku",
    "carrier",
    "tracking",
    "tracking_url",
    "shipped",
    "due",
    "reason",
    "comment",
    "score",
    "url",
)
NEEDED = ("email", "number", "date")
"""Without these a row is nobody's, or has no name, or no place among the others."""

OPTIONS = (
    Option("path", str, "The CSV or JSON file; it is read again when it has changed."),
    Option(
        "columns",
        list[str],
        "What its columns mean, each as FIELD=COLUMN, such as email=E-Mail; columns that are "
        f"called like their field need no entry. Fields: {', '.join(FIELDS)}.",
        default=[],
    ),
    Option("currency", str, "The currency where no column says it, such as EUR.", optional=True),
    Option(
        "date_format",
        str,
        "How dates are written, such as %d/%m/%Y; 2026-11-22 and 22.11.2026 need none.",
        optional=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """An account's settings, read."""

    path: Path
    columns: Mapping[str, str]  # field -> its column, in lower case
    currency: str
    date_format: str

    @classmethod
    def read(cls, account: AccountContext) -> "Settings":
        """The settings in ``account``. Raises AccountProblem for a value that cannot be meant."""
        settings = account.settings
        currency = str(settings.get("currency") or "")
        if currency and not known_as(currency):
            raise AccountProblem(
                f"The account {account.name} has the currency '{currency}'; write its three "
                "letters, such as EUR."
            )
        return cls(
            Path(str(settings["path"])).expanduser(),
            _columns(account.name, settings.get("columns")),
            known_as(currency),
            str(settings.get("date_format") or ""),
        )


def _columns(account: str, given: object) -> dict[str, str]:
    columns = {name: name for name in FIELDS}
    for entry in given if isinstance(given, list | tuple) else ():
        name, equals, column = (part.strip() for part in str(entry).partition("="))
        if name not in columns or not equals or not column:
            raise AccountProblem(
                f"The account {account} has '{entry}' among its columns; write FIELD=COLUMN with "
                f"one of the fields {', '.join(FIELDS)}."
            )
        columns[name] = column.lower()
    return columns

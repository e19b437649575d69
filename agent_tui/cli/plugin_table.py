"""What came of the conformance suite, as text, JSON or the table of a README."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent_tui.adapters import manifest
from agent_tui.adapters.contract import Role
from agent_tui.adapters.registry import Found
from agent_tui.cli import capable
from agent_tui.content.safe import safe_line
from agent_tui.model.account import Capabilities

_CELLS = {"passed": "yes", "failed": "**no**", "not applicable": "-", "not checked": "not checked"}
"""Outcomes as the cells of a table."""

HELD = "held against"
"""The row of API descriptions, which are not everywhere at hand."""

_CORNER = "Adapter"


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one claim."""

    name: str
    sentence: str
    outcome: str  # one of _CELLS
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """An adapter that the suite has been run on."""

    found: Found
    contract: str  # what all exchanges were held against; empty: nothing
    capabilities: Capabilities
    rows: Sequence[Row]
    roles: frozenset[Role] = frozenset({Role.CHANNEL})

    @property
    def failed(self) -> bool:
        """Whether a claim does not hold."""
        return any(row.outcome == "failed" for row in self.rows)


def text(checked: Checked) -> str:
    """For people: the claims, then what the adapter can do."""
    found = checked.found
    held = f", held against {checked.contract}" if checked.contract else ""
    lines = [f"{found.name} {safe_line(found.version)}{held}", "", "Claims"]
    wide = max((len(row.name) for row in checked.rows), default=0)
    for row in checked.rows:
        outcome = row.outcome.upper() if row.outcome == "failed" else row.outcome
        lines.append(f"  {outcome:<14}  {row.name:<{wide}}  {row.sentence}")
        if row.detail:
            lines.append(f"  {'':<14}  {'':<{wide}}  ({row.detail})")
    lines += ["", "Capabilities"]
    lines += [f"  {word:<14}  {cell}" for word, cell in _abilities(checked).items()]
    counts = Counter(row.outcome for row in checked.rows)
    return "\n".join([*lines, "", ", ".join(f"{counts[one]} {one}" for one in _CELLS)])


def as_json(checked: Checked) -> dict[str, object]:
    """As ``--json`` prints it."""
    return {
        "name": checked.found.name,
        "version": checked.found.version,
        "contract": checked.contract,
        "roles": sorted(checked.roles),
        "capabilities": manifest.as_json(checked.capabilities),
        "claims": [
            {
                "name": row.name,
                "sentence": row.sentence,
                "outcome": row.outcome,
                "detail": row.detail,
            }
            for row in checked.rows
        ],
    }


def markdown(all_checked: Sequence[Checked]) -> str:
    """Two tables with a column for each adapter: what it can do, and each claim."""
    able = {one.found.name: _abilities_and_sums(one) for one in all_checked}
    claims = {one.found.name: _claims(one) for one in all_checked}
    count = len({row.sentence for one in all_checked for row in one.rows})
    return "\n".join(
        [
            *_table(able),
            "",
            f"<details><summary>The {count} claims, one by one</summary>",
            "",
            *_table(claims),
            "",
            "</details>",
        ]
    )


def column(checked: Checked) -> dict[str, str]:
    """One adapter's cells by the heading of their row, of both tables."""
    return _abilities_and_sums(checked) | _claims(checked)


def _abilities_and_sums(checked: Checked) -> dict[str, str]:
    counts = Counter(row.outcome for row in checked.rows)
    sums = {f"claims: {outcome}": str(counts[outcome]) for outcome in _CELLS}
    return {
        HELD: checked.contract or "-",
        **sums,
        **_abilities(checked),
    }


def _claims(checked: Checked) -> dict[str, str]:
    return {row.sentence: _CELLS[row.outcome] for row in checked.rows}


def _abilities(checked: Checked) -> dict[str, str]:
    """Its roles, and what it can do in conversations if it has any."""
    roles = {"roles": ", ".join(sorted(checked.roles))}
    if Role.CHANNEL not in checked.roles:
        return roles
    can = checked.capabilities
    flags = {word: "yes" if has else "-" for word, has in capable.flags(can).items()}
    return roles | capable.limits(can) | flags


def _table(columns: Mapping[str, Mapping[str, str]]) -> list[str]:
    headings = dict.fromkeys(heading for cells in columns.values() for heading in cells)
    rows = [[one, *(cells.get(one, "-") for cells in columns.values())] for one in headings]
    return [_line([_CORNER, *columns]), _line(["---"] * (len(columns) + 1)), *map(_line, rows)]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"

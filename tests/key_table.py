"""README's table of the keys, read off the registry: ``python -m tests.key_table`` writes it."""

from pathlib import Path

from agent_tui.ui.commands import table
from agent_tui.ui.help_pages import presets

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- keys -->\n", "<!-- /keys -->\n"


def markdown() -> str:
    """Every command that has a key, with its keys in each preset."""
    every = presets()
    rows = [["does", *every], ["---"] * (len(every) + 1)]
    titles = {command.name: command.title for command in table().values()}
    for name in every["triage"]:
        keys = [bound[name] for bound in every.values()]
        if any(keys):
            rows.append(
                [
                    titles.get(name, f"`:{name}`"),
                    *(" ".join(map(_code, found)) or "-" for found in keys),
                ]
            )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def shown() -> str:
    """The table as README has it."""
    _, _, rest = README.read_text("utf-8").partition(BEGIN)
    return rest.partition(END)[0].strip()


def write() -> None:
    """Put the table into README."""
    before, begin, rest = README.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    README.write_text(f"{before}{begin}\n{markdown()}\n\n{end}{after}", "utf-8")


def _code(key: str) -> str:
    return f"`{key}`".replace("|", "\\|")


if __name__ == "__main__":
    write()

"""README's table of the keys, read off the registry: ``python -m tests.key_table`` writes it."""

from agent_tui.ui.commands import table
from agent_tui.ui.help_pages import presets
from tests import readme


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


def _code(key: str) -> str:
    return f"`{key}`".replace("|", "\\|")


if __name__ == "__main__":
    readme.put("keys", markdown())

"""README's table of the keystroke battery: ``python -m tests.battery.table`` writes it."""

from collections.abc import Iterator

from tests import readme
from tests.battery.tasks import PROGRAMS, SOURCES, TASKS, Task


def markdown() -> str:
    """The table, what is to be said of single rows, and where the others' keys are from."""
    lines = [
        f"| | keys here | {' | '.join(PROGRAMS)} |",
        "| --- " * (len(PROGRAMS) + 2) + "|",
        *(_row(place, task) for place, task in enumerate(TASKS, 1)),
        "",
        *_notes(),
    ]
    return "\n".join(lines)


def _row(place: int, task: Task) -> str:
    others = (task.other(program) for program in PROGRAMS)
    cells = ("cannot" if count is None else str(count) for count in others)
    ours = f"**{task.count}** `{_typed(task.keys)}`"
    return f"| {place}. {task.name} | {ours} | {' | '.join(cells)} |"


def _notes() -> Iterator[str]:
    notes = [f"{place}: {task.note}" for place, task in enumerate(TASKS, 1) if task.note]
    yield " ".join(notes)
    yield ""
    yield f"Keys of the others: {'; '.join(f'{name}: {at}' for name, at in SOURCES.items())}."


_SIGNS = {
    "semicolon": ";",
    "slash": "/",
    "at": "@",
    "asterisk": "*",
    "full_stop": ".",
    "question_mark": "?",
    "equals_sign": "=",
    "escape": "Esc",
}


def _typed(keys: str) -> str:
    """Keys as people know them; what is typed letter by letter stands together."""
    shown = ""
    for key in keys.split():
        name = _SIGNS.get(key, key)
        named = len(name) > 1
        shown += f" {'+'.join(map(str.capitalize, name.split('+')))} " if named else name
    return " ".join(shown.split())


if __name__ == "__main__":
    readme.put("battery", markdown())

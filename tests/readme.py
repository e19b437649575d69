"""The tables of README that are made: between two marks, read and written."""

from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def table(name: str) -> str:
    """What stands between the marks of that name."""
    begin, end = _marks(name)
    _, _, rest = README.read_text("utf-8").partition(begin)
    return rest.partition(end)[0].strip()


def put(name: str, markdown: str) -> None:
    """Put ``markdown`` in the place of what stands there."""
    begin, end = _marks(name)
    before, begin, rest = README.read_text("utf-8").partition(begin)
    _, end, after = rest.partition(end)
    README.write_text(f"{before}{begin}\n{markdown}\n\n{end}{after}", "utf-8")


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- {name} -->\n", f"<!-- /{name} -->\n"

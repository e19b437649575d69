"""Packages of adapters, written straight into a folder as an installer leaves them."""

from pathlib import Path

MARK = "imported.txt"
"""What a loud package leaves behind when it is imported."""


def install(
    site: Path,
    name: str,
    *,
    entry_points: str | None = None,
    metadata: str | None = None,
    source: str = "",
    manifest: str | None = None,
) -> Path:
    """The package ``name`` 1.2 with an adapter of that name; its module's folder."""
    module = name.replace("-", "_")
    package = site / module
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(source)
    info = site / f"{module}-1.2.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text(
        f"[agent_tui.adapters]\n{name} = {module}:Adapter\n"
        if entry_points is None
        else entry_points
    )
    if metadata != "":
        (info / "METADATA").write_text(
            metadata or f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n"
        )
    if manifest is not None:
        (package / f"{name}.adapter.json").write_text(manifest)
    return package


def loud(site: Path) -> str:
    """Source of a module that nobody may import unnoticed."""
    return f"open({str(site / MARK)!r}, 'w').close()\nraise RuntimeError('imported')\n"

"""The demo shop: a believable world of customers that needs no network and no account."""

from pathlib import Path

from agent_tui.adapters.demo.adapter import DemoAdapter

__all__ = ["DemoAdapter", "canned_folder"]


def canned_folder() -> Path:
    """The canned replies that belong to the demo shop, one Markdown file each."""
    return Path(__file__).parent / "canned"

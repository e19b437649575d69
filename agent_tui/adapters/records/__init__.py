"""Orders out of a CSV or JSON file, for everybody whose shop has no adapter."""

from agent_tui.adapters.records.adapter import RecordsAdapter

__all__ = ["RecordsAdapter"]

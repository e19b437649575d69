"""What the demo shop is called and who answers its mail."""

from agent_tui.model.message import Address

NAME = "Larkfell"
MAIL = Address(NAME, "help@larkfell.example")

AGENTS = {"mara": "Mara", "jonas": "Jonas", "priya": "Priya", "tom": "Tom"}
"""First names of the colleagues by handle; the agent at the keyboard has a handle of their own."""

ME = "me"
"""Stands in the plays for the agent at the keyboard."""


def agent_name(handle: str) -> str:
    """How the agent called ``handle`` signs."""
    return AGENTS.get(handle, handle.capitalize())

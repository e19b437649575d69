"""What the demo shop is called and who answers its mail."""

from agent_tui.model.message import Address

NAME = "Larkfell"
MAIL = Address(NAME, "help@larkfell.example")

AGENTS = {"mara": "Mara", "jonas": "Jonas", "priya": "Priya", "tom": "Tom"}
"""First names of the colleagues by handle; the agent at the keyboard has a handle of their own."""

CALLER = "tom"
CALLED = "Siobhán Gallagher"
"""Who has spoken with whom on the phone."""

ME = "me"
"""Stands in the plays for the agent at the keyboard."""

REPLIES = (
    ("Opening hours", "The shop in Hexham is open Monday to Saturday, 10 to 4. Dogs welcome."),
    ("One moment", 'One moment, {{ customer.first_name | default: "please" }}, I look that up.'),
    ("Still there?", "Are you still there? I keep this open for another five minutes."),
)
"""Canned replies that the shop's chat server keeps."""


def agent_name(handle: str) -> str:
    """How the agent called ``handle`` signs."""
    return AGENTS.get(handle, handle.capitalize())

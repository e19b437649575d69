"""Reviews of a business's places on Google, and the owner's answers to them."""

from agent_tui.adapters.google_business.adapter import GoogleBusinessAdapter

__all__ = ["GoogleBusinessAdapter"]

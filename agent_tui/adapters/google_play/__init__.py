"""Reviews of Android apps in Google Play, and the developer's answers to them."""

from agent_tui.adapters.google_play.adapter import GooglePlayAdapter

__all__ = ["GooglePlayAdapter"]

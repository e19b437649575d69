"""Reviews of apps in Apple's App Store, and the developer's answers to them."""

from agent_tui.adapters.app_store.adapter import AppStoreAdapter

__all__ = ["AppStoreAdapter"]

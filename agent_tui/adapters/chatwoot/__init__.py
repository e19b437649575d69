"""Chatwoot, the open help desk that unites websites' chats, WhatsApp, Instagram and others."""

from agent_tui.adapters.chatwoot.adapter import ChatwootAdapter

__all__ = ["ChatwootAdapter"]

"""Chats with a Telegram bot: private ones, groups and the topics of forums."""

from agent_tui.adapters.telegram.adapter import TelegramAdapter

__all__ = ["TelegramAdapter"]

"""The IMAP and SMTP adapter: a support mailbox at any mail provider."""

from agent_tui.adapters.imap.adapter import ImapAdapter

__all__ = ["ImapAdapter"]

"""Mail that lies in files: a Maildir with its subfolders, or one mbox file; never changed."""

from agent_tui.adapters.maildir.adapter import MaildirAdapter

__all__ = ["MaildirAdapter"]

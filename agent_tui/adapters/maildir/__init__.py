"""Mail that lies in files: a Maildir with its subfolders, or one mbox file; never changed."""

from agent_tui.adapters.maildir.adapter import MaildirAdapter
from agent_tui.adapters.maildir.owner import likely_own

__all__ = ["MaildirAdapter", "likely_own"]

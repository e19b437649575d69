"""Mail that lies in files: a Maildir with its subfolders, or one mbox file; never changed."""

from agent_tui.adapters.maildir.adapter import MaildirAdapter
from agent_tui.adapters.maildir.owner import holds_mail, likely_own

__all__ = ["MaildirAdapter", "holds_mail", "likely_own"]

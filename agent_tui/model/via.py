"""What carries a conversation behind its channel, by name."""

NAMES = {
    "api": "API",
    "email": "Mail",
    "facebook": "Facebook",
    "instagram": "Instagram",
    "line": "LINE",
    "sms": "SMS",
    "telegram": "Telegram",
    "tiktok": "TikTok",
    "twitter": "Twitter",
    "website": "Website",
    "whatsapp": "WhatsApp",
}
"""Those that providers with several have; there may be others."""


def via_name(via: str) -> str:
    """How people call it, such as WhatsApp for ``whatsapp``."""
    return NAMES.get(via.lower(), via.capitalize())

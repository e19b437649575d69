"""What ``doctor`` and ``account check`` say of a bot."""

from urllib.parse import urlsplit

from agent_tui.adapters.contract import AdapterError, Finding, Severity
from agent_tui.adapters.node import Node
from agent_tui.adapters.telegram.bot import Bot
from agent_tui.content.safe import safe_line


async def findings(bot: Bot) -> list[Finding]:
    """Whether the token is known, whether messages can be fetched, and what is seen in groups."""
    try:
        me = Node.of(await bot.call("getMe"))
        hook = Node.of(await bot.call("getWebhookInfo"))
    except AdapterError as error:
        return [Finding("Telegram bot", Severity.ERROR, str(error))]
    name = f"@{me.line('username')}"
    return [Finding("Telegram bot", Severity.OK, name), _fetching(hook), _groups(me)]


def _fetching(hook: Node) -> Finding:
    if not hook.text("url"):
        waiting = hook.whole("pending_update_count") or 0
        return Finding("Fetching messages", Severity.OK, f"{waiting} waiting at Telegram")
    return Finding(
        "Fetching messages",
        Severity.ERROR,
        f"A webhook delivers the bot's messages to {_host(hook.text('url'))}, so they cannot be "
        "fetched. If nothing needs it any more, remove it there (Bot API: deleteWebhook); it is "
        "not removed from here.",
    )


def _groups(me: Node) -> Finding:
    if not me.true("can_join_groups"):
        return Finding("Groups", Severity.OK, "the bot cannot be added to groups")
    if me.true("can_read_all_group_messages"):
        return Finding("Groups", Severity.OK, "the bot sees all messages in its groups")
    return Finding(
        "Groups",
        Severity.OK,
        "the bot sees only commands and answers to itself (privacy mode; /setprivacy at "
        "@BotFather changes that)",
    )


def _host(url: str) -> str:
    """Only the host: a webhook's path is often a secret."""
    try:
        return safe_line(urlsplit(url).hostname or "an address", 100)
    except ValueError:
        return "an address"

"""Canned responses of the server in our own notation."""

import re

from agent_tui.adapters.chatwoot.records import CannedResponse
from agent_tui.content.safe import safe_line, safe_text
from agent_tui.content.template import TemplateError, prompts
from agent_tui.model.incoming import ServerReply

_SAME = {
    "contact.name": "customer.name",
    "contact.first_name": "customer.first_name",
    "contact.email": "customer.email",
    # Ours counts otherwise, and must not be filled in for it. Chatwoot's other variables mean
    # nothing here: they stay, and keep the reply from being sent as it is.
    "conversation.id": "chatwoot.conversation.id",
}
_VARIABLE = re.compile(r"(\{\{-?\s*)([a-z_]+\.[a-z_.]+)")


def server_reply(response: CannedResponse) -> ServerReply | None:
    """``response`` for the picker; None for one without a name or a text."""
    name = "-".join(safe_line(response.code, 80).split())
    text = _VARIABLE.sub(_renamed, safe_text(response.content))
    if not name or not text.strip():
        return None
    try:
        prompts(text)
    except TemplateError:
        text = _literal(text)
    return ServerReply(name, text)


def _renamed(match: re.Match[str]) -> str:
    return match[1] + _SAME.get(match[2], match[2])


def _literal(text: str) -> str:
    """``text``, which is no template of ours, with all its braces as they are."""
    return re.sub(r"\{(?=[{%])", '{{ "{" }}', text)

"""Turns HTML of mails into Markdown-like lines; loads nothing, runs nothing."""

import html as entities
import re

from agent_tui.content.links import LinkList
from agent_tui.content.safe import safe_text


def html_lines(html: str, links: LinkList) -> list[str]:  # noqa: ARG001 - next step
    """The lines of ``html`` as a reader would see them."""
    text = re.sub(r"(?is)<(script|style|title)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", " ", html)
    return [" ".join(line.split()) for line in safe_text(entities.unescape(text)).split("\n")]

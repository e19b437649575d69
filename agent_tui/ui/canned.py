"""Choosing a canned reply and filling it in: what is known by itself, the rest by asking."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent_tui.config.canned import CannedCache, CannedReply, rank, strangeness
from agent_tui.content.language import likely_language
from agent_tui.content.safe import safe_line
from agent_tui.content.template import TemplateError, prompts, render, variables
from agent_tui.model.account import Account
from agent_tui.model.conversation import Channel, Conversation
from agent_tui.model.incoming import ServerReply
from agent_tui.store import customers, messages, server_replies
from agent_tui.ui import drafting, orders
from agent_tui.ui.shell import Choice, Shell

_CACHE = CannedCache()
"""Files are read again only when they have changed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a canned reply is filled in from."""

    conversation: Conversation | None
    account: Account | None

    @property
    def channel(self) -> Channel:
        """How the reply leaves."""
        return self.conversation.channel if self.conversation else Channel.MAIL

    @property
    def rating(self) -> int | None:
        """The stars of a review that is answered."""
        return self.conversation.rating if self.conversation else None


async def choose(shell: Shell, asked: Asked) -> str | None:
    """The text of a reply that the agent has chosen and filled in, None when it was left."""
    replies = _loaded(shell, asked)
    fitting = rank(replies, "", asked.channel, languages(shell, asked), asked.rating)
    return await _choose_of(shell, asked, fitting)


async def by_name(shell: Shell, asked: Asked, name: str) -> str | None:
    """The same for the reply called ``name``, or those that it may mean."""
    wanted = languages(shell, asked)
    fitting = rank(_loaded(shell, asked), name, asked.channel, wanted, asked.rating)
    meant = [reply for reply in fitting if reply.name == name] or fitting
    if not meant:
        shell.say(f"There is no canned reply '{name}'.", error=True)
        return None
    nearest = strangeness(meant[0], wanted)
    variants = {reply.name for reply in meant} == {name}
    if len(meant) == 1 or (variants and nearest < strangeness(meant[1], wanted)):
        return await _filled(shell, meant[0], asked)
    return await _choose_of(shell, asked, meant)


def languages(
    shell: Shell, asked: Asked, environment: Mapping[str, str] = os.environ
) -> Sequence[str]:
    """The languages to answer in, best first: the one that the customer's last message seems to
    be in, those that agents noted, the agent's own, English."""
    text = ""
    noted: tuple[str, ...] = ()
    if asked.conversation is not None:
        person = customers.person(shell.db, asked.conversation.customer_id)
        noted = person.languages if person is not None else ()
        thread = messages.of_conversation(shell.db, asked.conversation.id)
        last = drafting.answered(thread)
        text = f"{last.subject}\n{drafting.own_text(last.body)}" if last is not None else ""
    locales = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    own = re.match(r"([a-z]{2})[_.-]", next(filter(None, locales), ""))  # not C or POSIX
    reads = (language.partition("-")[0] for language in noted)
    found = (likely_language(text), *reads, own[1] if own else None, "en")
    return list(dict.fromkeys(language for language in found if language))


def known(shell: Shell, asked: Asked) -> dict[str, object]:
    """The variables that need no asking, in groups as ``customer.name`` names them; what is not
    known is left out, so that it stays visible."""
    agent = shell.settings.agent
    today = datetime.fromtimestamp(shell.context.clock() / 1000).astimezone()
    values: dict[str, object] = {
        "channel": asked.channel.value,
        "today": f"{today:%Y-%m-%d}",
        "agent": _person(agent.name) | _said(handle=agent.handle),
    }
    if asked.account is not None:
        shown = asked.account.display_name or asked.account.name
        values["account"] = _said(name=shown, address=asked.account.address)
    conversation = asked.conversation
    if conversation is not None:
        values["conversation"] = _said(subject=conversation.subject, id=str(conversation.id))
        person = customers.person(shell.db, conversation.customer_id)
        emails = person.emails(first=conversation.customer_id) if person else ()
        values["customer"] = _person(conversation.customer) | _said(email="".join(emails[:1]))
    return values


def _said(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _person(shown: str) -> dict[str, str]:
    """Name and first name; an address is nobody's name."""
    name = shown.strip()
    if not name or "@" in name:
        return {}
    last, _, first = name.partition(",")  # "Okafor, Ada" or "Ada Okafor"
    return {"name": name, "first_name": (first.split() or last.split() or [name])[0]}


async def _choose_of(shell: Shell, asked: Asked, fitting: Sequence[CannedReply]) -> str | None:
    if not fitting:
        shell.say(f"There are no canned replies yet; put files into {shell.paths.canned}.")
        return None
    by_key = {str(reply.path): reply for reply in fitting}
    items = [
        Choice(key, f";{reply.name}  {_title(reply)}", " ".join(reply.tags))
        for key, reply in by_key.items()
    ]
    values = known(shell, asked)
    key = await shell.choose(
        "Canned reply", items, preview=lambda chosen: _preview(by_key[chosen], values)
    )
    return await _filled(shell, by_key[key], asked) if key is not None else None


def _preview(reply: CannedReply, values: Mapping[str, object]) -> str:
    try:
        return render(reply.body, values, {}).text
    except TemplateError as error:
        return f"{reply.path.name} cannot be used. {error}"


async def _filled(shell: Shell, reply: CannedReply, asked: Asked) -> str | None:
    """The reply with its questions answered, None when one was left."""
    answers: dict[str, str] = {}
    values = known(shell, asked)
    try:
        if any(name.partition(".")[0] == "order" for name in variables(reply.body)):
            found = orders.meant(shell, asked.conversation)
            order = await orders.choose(shell, "Which order", found)
            if order is None and found:
                return None  # the agent left it
            values["order"] = orders.values(order) if order is not None else {}
        for prompt in prompts(reply.body):
            answer = await shell.ask(f"{safe_line(prompt.label)}: ", prompt.default)
            if answer is None:
                return None
            answers[prompt.label] = answer
        return render(reply.body, values, answers).text
    except TemplateError as error:
        shell.say(f"{reply.path.name} cannot be used. {error}", error=True)
        return None


def _loaded(shell: Shell, asked: Asked) -> tuple[CannedReply, ...]:
    """The replies of the folders, then those that the account's server keeps."""
    loaded = _CACHE.load(shell.settings.canned)
    if loaded.problems:
        shell.say(loaded.problems[0], error=True)
    if asked.account is None:
        return loaded.replies
    kept = server_replies.of_account(shell.db, asked.account.name)
    return (*loaded.replies, *(_of_server(reply, asked.account) for reply in kept))


def _of_server(reply: ServerReply, account: Account) -> CannedReply:
    """A reply of the server as one of ours; its tag says where it is from."""
    return CannedReply(
        name=reply.name,
        title=reply.name,
        channels=frozenset(),
        language="",
        body=reply.text,
        path=Path("/", account.name, reply.name),
        tags=(f"on the server of {account.name}",),
    )


def _title(reply: CannedReply) -> str:
    title = reply.title if reply.title != reply.name else ""
    return f"{title} ({reply.language})" if reply.language else title

"""The Chatwoot adapter: the contract's methods over the application API and its websocket."""

from collections.abc import AsyncIterator, Mapping
from typing import ClassVar

from agent_tui.adapters.chatwoot import records
from agent_tui.adapters.chatwoot.api import Api
from agent_tui.adapters.chatwoot.cable import Cable, Event
from agent_tui.adapters.chatwoot.channels import GENERAL_LIMIT
from agent_tui.adapters.chatwoot.cursor import MAILBOX
from agent_tui.adapters.chatwoot.directory import Directory, served_inboxes
from agent_tui.adapters.chatwoot.effects import Effects
from agent_tui.adapters.chatwoot.files import fetched
from agent_tui.adapters.chatwoot.pull import Pull
from agent_tui.adapters.chatwoot.records import Profile
from agent_tui.adapters.chatwoot.settings import OPTIONS, read_settings
from agent_tui.adapters.contract import (
    AccountContext,
    AccountProblem,
    AdapterError,
    AdapterInfo,
    Commit,
    Effect,
    Finding,
    Hint,
    Receipt,
    Settled,
    Severity,
    Target,
)
from agent_tui.content.safe import safe_line
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.incoming import Batch, Typing

_TYPING = {"conversation.typing_on": True, "conversation.typing_off": False}
_OF_MESSAGES = frozenset({"message.created", "message.updated"})
_OF_CONVERSATIONS = frozenset(
    {
        "conversation.created",
        "conversation.updated",
        "conversation.status_changed",
        "conversation.read",
        "conversation.contact_changed",
        "assignee.changed",
        "team.changed",
    }
)


class ChatwootAdapter:
    """One account of a Chatwoot server, seen with the rights of the token's owner."""

    info: ClassVar[AdapterInfo] = AdapterInfo(
        name="chatwoot",
        title="Chatwoot (website chat, WhatsApp, Instagram, Telegram ...)",
        version="1",
        capabilities=Capabilities(
            channel=Channel.CHAT,
            effects=frozenset(EffectKind)
            - {EffectKind.EDIT, EffectKind.REACT, EffectKind.MODERATE},
            statuses=frozenset({Status.OPEN, Status.PENDING, Status.SNOOZED, Status.RESOLVED}),
            push=True,
            marks=True,
            attach=True,
            reply_limit=GENERAL_LIMIT,
            undo_ms=0,
        ),
        options=OPTIONS,
    )

    def __init__(self, account: AccountContext) -> None:
        """Raises AccountProblem for an address that is none."""
        self._account = account
        self._settings = read_settings(account.settings)
        where = self._settings
        self._api = Api(account, where.url, where.account, where.ca_file)
        self._directory = Directory(self._api, account.clock, where.inboxes)
        self._pull = Pull(self._api, self._directory, where.place, where.past)
        self._effects = Effects(self._api, self._directory)
        self._cable = Cable(where.url, where.account, where.ca_file)

    async def pull(self, cursors: Mapping[str, str]) -> AsyncIterator[Batch]:
        """Conversations and messages since the cursor, oldest message of each first."""
        async for batch in self._pull.run(cursors.get(MAILBOX)):
            yield batch

    async def watch(self) -> AsyncIterator[Hint]:
        """A hint for each event that concerns messages, conversations or who is typing."""
        try:
            async with self._cable.listening(await self._api.profile()) as events:
                self._pull.hearing(on=True)
                yield Hint(MAILBOX)  # for what came before somebody listened
                async for event in events:
                    if (hint := self._hint(event)) is not None:
                        yield hint
        finally:
            self._pull.hearing(on=False)

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:
        """Carry out ``effect``; see :mod:`agent_tui.adapters.chatwoot.effects`."""
        return await self._effects.deliver(effect, commit)

    async def settle(self, effect: Effect) -> Settled:
        """Looks for the message with our key in its conversation."""
        return await self._effects.settle(effect)

    async def file_copy(self, effect: Effect) -> None:
        """Chatwoot keeps what is sent."""

    async def fetch(self, target: Target, part: str) -> bytes:  # noqa: ARG002 - the contract's
        """The bytes of the attachment at the address ``part``."""
        where = self._settings
        return await fetched(self._account, where.url, where.ca_file, part)

    async def check(self) -> list[Finding]:
        """Log-in, account, inboxes, agents and the websocket."""
        try:
            profile = await self._api.profile()
        except AdapterError as error:
            return [Finding("Log-in", Severity.ERROR, str(error))]
        findings = [Finding("Log-in", Severity.OK, f"as {safe_line(profile.name, 60)}")]
        try:
            findings += [self._of_account(profile), await self._of_inboxes()]
        except AdapterError as error:
            return [*findings, Finding("Account", Severity.ERROR, str(error))]
        return [*findings, await self._of_cable(profile)]

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._api.close()

    def _hint(self, event: Event) -> Hint | None:
        if event.name in _TYPING:
            return _typing(event, on=_TYPING[event.name])
        if event.name in _OF_MESSAGES:
            conversation = records.whole(event.data.get("conversation_id"))
            message = records.whole(event.data.get("id"))
            if conversation and message:
                self._pull.touch(conversation, message)
            return Hint(MAILBOX)
        return Hint(MAILBOX) if event.name in _OF_CONVERSATIONS else None

    def _of_account(self, profile: Profile) -> Finding:
        number = self._settings.account
        if number in profile.accounts:
            name = safe_line(profile.accounts[number], 60)
            return Finding("Account", Severity.OK, f"{name} ({number})")
        there = ", ".join(f"{safe_line(n, 40)} ({i})" for i, n in profile.accounts.items())
        raise AccountProblem(
            f"The token's owner does not belong to account {number}; they belong to "
            f"{there or 'none'}. Correct 'account_id'."
        )

    async def _of_inboxes(self) -> Finding:
        inboxes = await self._api.inboxes()
        served = served_inboxes(self._settings.inboxes, inboxes)
        names = [safe_line(i.name, 40) for i in inboxes if served is None or i.id in served]
        if not names:
            problem = "none that you belong to; have yourself added to one in Chatwoot"
            return Finding("Inboxes", Severity.WARNING, problem)
        return Finding("Inboxes", Severity.OK, ", ".join(names))

    async def _of_cable(self, profile: Profile) -> Finding:
        """Without it messages still come, once a minute."""
        try:
            async with self._cable.listening(profile):
                return Finding("Push (websocket)", Severity.OK)
        except AdapterError as error:
            return Finding("Push (websocket)", Severity.WARNING, str(error))


def _typing(event: Event, *, on: bool) -> Hint | None:
    """Who writes, if it is a customer: colleagues are of no concern here."""
    conversation = records.whole(records.table(event.data.get("conversation")).get("id"))
    who = records.person(event.data.get("user"))
    if not conversation or who is None or who.kind != "contact":
        return None
    name = safe_line(who.name, 60) or "Customer"
    return Hint(MAILBOX, Typing(str(conversation), name, on))

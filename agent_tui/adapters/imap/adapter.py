"""The adapter class: hands each of the contract's calls to the module that does it."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from functools import partial
from typing import ClassVar

from agent_tui.adapters import smtp
from agent_tui.adapters.compose import copy_to_keep, letter
from agent_tui.adapters.contract import (
    AccountContext,
    AdapterError,
    AdapterInfo,
    Commit,
    Effect,
    Finding,
    Hint,
    MailboxProblem,
    Receipt,
    Refused,
    Settled,
    Target,
)
from agent_tui.adapters.imap import effects
from agent_tui.adapters.imap.caution import Caution
from agent_tui.adapters.imap.check import imap_findings
from agent_tui.adapters.imap.client import ANSWERED, SEEN, Client
from agent_tui.adapters.imap.folders import archive_or_new, folders_of, sent_or_new
from agent_tui.adapters.imap.idle import hints
from agent_tui.adapters.imap.line import Line
from agent_tui.adapters.imap.pull import MailboxPull
from agent_tui.adapters.imap.reading import Reader, fetch_part
from agent_tui.adapters.imap.settings import INBOX, OPTIONS, OnResolve, Settings
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.conversation import Channel
from agent_tui.model.incoming import Batch, Outgoing

_EFFECTS = frozenset({EffectKind.SEND, EffectKind.STATUS, EffectKind.READ, EffectKind.UNREAD})
"""What a mailbox can take; notes, labels and assignees stay within the program."""

_COURTESY = 5.0
"""Seconds to spend on marking a mail as answered."""


class ImapAdapter:
    """Mail of one account: IMAP in, SMTP out.

    Three sessions at most, each opened when first needed: a first sync must not hold up what
    the agent does, and IDLE takes a session for itself.
    """

    info: ClassVar[AdapterInfo] = AdapterInfo(
        name="imap",
        title="Mail (IMAP and SMTP)",
        version="1",
        capabilities=Capabilities(
            Channel.MAIL, _EFFECTS, push=True, attach=True, recipients=True, source=True
        ),
        options=OPTIONS,
    )

    def __init__(self, account: AccountContext) -> None:
        self._settings = Settings.read(account)
        self._log = account.log
        self._reader = Reader(self._settings.own, account.clock)
        self._pulling = self._line("pull")
        self._acting = self._line("act")
        self._watching: list[Line] = []
        self._cautions: dict[str, Caution] = {}

    async def pull(self, cursors: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """See the contract; mailboxes that fail are named when the others are through."""
        problems: list[MailboxProblem] = []
        pulls: list[MailboxPull] = []
        for mailbox, resolves in (await self._mailboxes()).items():
            pull = MailboxPull(
                self._pulling,
                mailbox,
                cursors.get(mailbox),
                self._reader,
                self._cautions.setdefault(mailbox, Caution()),
                resolves=resolves,
            )
            try:
                async with aclosing(pull.batches()) as batches:
                    async for batch in batches:
                        yield batch
            except MailboxProblem as problem:
                problems.append(problem)
            else:
                pulls.append(pull)
        for farewell in [pull.farewell() for pull in pulls]:
            if farewell is not None:
                yield farewell
        if problems:
            raise MailboxProblem(
                " ".join(map(str, problems)), "; ".join(problem.detail for problem in problems)
            )

    async def watch(self) -> AsyncGenerator[Hint, None]:
        """See the contract; watches the first mailbox."""
        line = self._line("idle")
        self._watching.append(line)
        try:
            async with aclosing(hints(line, self._settings.mailboxes[0])) as found:
                async for hint in found:
                    yield hint
        finally:
            self._watching.remove(line)
            line.close()

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:
        """See the contract; only SEND commits, the rest may be repeated."""
        match effect.kind:
            case EffectKind.SEND:
                return await self._send(effect, commit)
            case EffectKind.STATUS:
                return Receipt(targets=await self._follow_status(effect))
            case EffectKind.READ | EffectKind.UNREAD if self._settings.mark_seen:
                seen = effect.kind is EffectKind.READ
                await self._acting.run(
                    partial(effects.flag, targets=effect.targets, flag_name=SEEN, on=seen)
                )
        return Receipt()

    async def settle(self, effect: Effect) -> Settled:
        """See the contract; a mail to ourselves may have arrived before its copy is in Sent."""
        if effect.kind is not EffectKind.SEND:
            return Settled.NOT_SENT  # may be repeated
        found = await self._acting.run(lambda client: self._arrived(client, effect))
        return Settled.SENT if found else Settled.UNKNOWN

    async def file_copy(self, effect: Effect) -> None:
        """See the contract; marks the mail that was answered, and files no copy where the
        provider does."""
        await self._mark_answered(effect)
        if not self._settings.files_copy:
            return
        outgoing = _outgoing(effect)
        content = copy_to_keep(outgoing, effect.key)

        def file(client: Client) -> None:
            mailbox = sent_or_new(client, self._settings.sent)
            effects.file_once(client, mailbox, effect.key, content, outgoing.date)

        await self._acting.run(file)

    async def fetch(self, target: Target, part: str) -> bytes:
        """See the contract."""
        return await self._acting.run(partial(fetch_part, target=target, part=part))

    async def check(self) -> list[Finding]:
        """See the contract."""
        line = self._line("check")
        try:
            received = await imap_findings(line, self._settings)
        finally:
            line.close()
        return [*received, await smtp.check(self._settings.smtp)]

    async def close(self) -> None:
        """See the contract."""
        for line in (self._pulling, self._acting, *self._watching):
            line.close()

    def _line(self, purpose: str) -> Line:
        return Line(purpose, self._settings.imap, self._settings.login)

    async def _mailboxes(self) -> dict[str, bool]:
        """What is pulled, and whether a mail that leaves it there has been dealt with."""
        settings = self._settings
        sent = settings.sent or await self._pulling.run(lambda client: folders_of(client).sent())
        resolves = settings.on_resolve is not OnResolve.NOTHING
        pulled = dict.fromkeys(settings.mailboxes, resolves)
        return pulled if not sent or sent in pulled else pulled | {sent: False}

    async def _send(self, effect: Effect, commit: Commit) -> Receipt:
        mail = letter(_outgoing(effect), effect.key)
        refused = await smtp.send(
            self._settings.smtp, mail.sender, mail.recipients, mail.content, commit
        )
        return Receipt(refused=refused)

    async def _mark_answered(self, effect: Effect) -> None:
        """A courtesy to other programs: the mail has left, so a failure is only noted, and
        nobody waits long for it."""
        answered = effect.targets[-1:]
        if not answered:
            return
        flag = partial(effects.flag, targets=answered, flag_name=ANSWERED, on=True)
        try:
            async with asyncio.timeout(_COURTESY):
                await self._acting.run(flag)
        except (AdapterError, TimeoutError) as problem:
            self._log.warning("The answered mail was not marked as answered: %s", problem)

    async def _follow_status(self, effect: Effect) -> effects.Moved:
        settings = self._settings
        if settings.on_resolve is OnResolve.NOTHING:
            return ()

        def file_away(client: Client) -> effects.Moved:
            archive = archive_or_new(client, settings.archive)
            if effect.resolved:
                here = [one for one in effect.targets if one.mailbox in settings.mailboxes]
                return effects.move(client, here, archive)
            back = [one for one in effect.targets if one.mailbox == archive]
            return effects.move(client, back, settings.mailboxes[0])

        return await self._acting.run(file_away)

    def _arrived(self, client: Client, effect: Effect) -> bool:
        sent = self._settings.sent or folders_of(client).sent()
        places = [place for place in (sent, INBOX) if place]
        return any(effects.holds(client, place, effect.key) for place in places)


def _outgoing(effect: Effect) -> Outgoing:
    if effect.outgoing is None:
        raise Refused("There is no mail to send in what was queued; write it again.")
    return effect.outgoing

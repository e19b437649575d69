"""The adapter class: mail in files, read in a thread; answers leave by SMTP if there is one."""

import asyncio
from collections.abc import AsyncIterator, Generator, Mapping
from dataclasses import replace
from functools import partial
from typing import ClassVar

from agent_tui.adapters import smtp
from agent_tui.adapters.compose import letter
from agent_tui.adapters.contract import (
    WHOLE,
    AccountContext,
    AccountProblem,
    AdapterInfo,
    Commit,
    Effect,
    Finding,
    Hint,
    Receipt,
    Refused,
    Settled,
    Severity,
    Target,
)
from agent_tui.adapters.maildir import folders, mbox, mbox_pull, pull
from agent_tui.adapters.maildir.settings import OPTIONS, Settings
from agent_tui.adapters.worker import Worker
from agent_tui.content.mime import read_part
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.conversation import Channel
from agent_tui.model.incoming import Batch


class MaildirAdapter:
    """A Maildir with its subfolders (but drafts, spam and trash), or one mbox file.

    The files are never changed, moved or marked.
    """

    info: ClassVar[AdapterInfo] = AdapterInfo(
        name="maildir",
        title="Mail in files (Maildir or mbox)",
        version="1",
        capabilities=Capabilities(
            Channel.MAIL, frozenset({EffectKind.SEND}), attach=True, recipients=True, source=True
        ),
        options=OPTIONS,
    )

    def __init__(self, account: AccountContext) -> None:
        self._settings = Settings.read(account)
        self._clock = account.clock

    @property
    def capabilities(self) -> Capabilities:
        """What this account can do: without SMTP it cannot send."""
        if self._settings.smtp is not None:
            return self.info.capabilities
        return replace(self.info.capabilities, effects=frozenset(), attach=False)

    async def pull(self, cursors: Mapping[str, str]) -> AsyncIterator[Batch]:
        """See the contract; folder after folder, the first import newest first."""
        batches = self._batches(cursors)
        worker = Worker("maildir", wake=_nothing, close=batches.close)
        try:
            while (batch := await worker.run(partial(next, batches, None))) is not None:
                yield batch
        finally:
            worker.stop()

    async def watch(self) -> AsyncIterator[Hint]:
        """Files tell nobody when they change: the engine's own polling finds it."""
        return
        yield

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:
        """Send by SMTP; everything else stays within the program."""
        if effect.kind is not EffectKind.SEND:
            return Receipt()
        server = self._settings.smtp
        if server is None:
            raise Refused(
                "This account only shows mail that lies in files; add smtp_host to its settings "
                "to answer."
            )
        if effect.outgoing is None:
            raise Refused("There is no mail to send in what was queued; write it again.")
        mail = letter(effect.outgoing, effect.key)
        refused = await smtp.send(server, mail.sender, mail.recipients, mail.content, commit)
        return Receipt(refused=refused, files_copy=True)  # nobody files one: see file_copy

    async def settle(self, effect: Effect) -> Settled:
        """Nobody can tell: what was sent leaves no trace in the files."""
        return Settled.NOT_SENT if effect.kind is not EffectKind.SEND else Settled.UNKNOWN

    async def file_copy(self, effect: Effect) -> None:
        """Files no copy, since the files are never changed; the store keeps what was sent."""

    async def fetch(self, target: Target, part: str) -> bytes:
        """See the contract; reads the mail's file once more."""
        raw = await asyncio.to_thread(self._guarded_raw, target)
        found = raw if part == WHOLE else read_part(raw, part)
        if found is None:
            raise Refused("The mail has no such attachment any more; open it in its folder.")
        return found

    async def check(self) -> list[Finding]:
        """Whether the files are there, can be read, and how many mails they hold."""
        try:
            found = await asyncio.to_thread(self._counted)
        except OSError as error:
            found = [Finding(str(self._settings.path), Severity.ERROR, str(self._problem(error)))]
        server = self._settings.smtp
        return found if server is None else [*found, await smtp.check(server)]

    async def close(self) -> None:
        """Nothing is held open between calls."""

    def _batches(self, cursors: Mapping[str, str]) -> Generator[Batch, None, None]:
        path, own, clock = self._settings.path, self._settings.own, self._clock
        try:
            if path.is_dir():
                for folder in self._folders():
                    yield from pull.batches(folder, cursors.get(folder.mailbox), own, clock)
            else:
                yield from mbox_pull.batches(path, cursors.get(mbox_pull.MAILBOX), own, clock)
        except OSError as error:
            raise self._problem(error) from error

    def _folders(self) -> list[folders.Folder]:
        found = folders.folders(self._settings.path)
        if not found:
            raise AccountProblem(
                f"There is no Maildir in {self._settings.path} (no folder with 'cur' and 'new'); "
                "correct 'path'."
            )
        return found

    def _problem(self, error: OSError) -> AccountProblem:
        reason = (error.strerror or type(error).__name__).lower()
        path = error.filename or self._settings.path
        return AccountProblem(
            f"{path} cannot be read: {reason}. Correct 'path' or the file's rights.", repr(error)
        )

    def _guarded_raw(self, target: Target) -> bytes:
        try:
            return self._raw(target)
        except OSError as error:
            raise self._problem(error) from error

    def _raw(self, target: Target) -> bytes:
        """The mail called ``target``. Raises Refused when it is there no longer."""
        path = self._settings.path
        if target.mailbox == mbox_pull.MAILBOX and path.is_file():
            with path.open("rb") as file:
                span = mbox.span_at(file, int(target.remote_id))
                if span is not None:
                    return mbox.mail(file, span).raw
        for folder in folders.folders(path) if path.is_dir() else ():
            if folder.mailbox == target.mailbox:
                entry = folders.entry_called(folder, target.remote_id)
                raw = folders.octets(folder, entry) if entry else None
                if raw is not None:
                    return raw
        raise Refused(f"The mail is no longer in {target.mailbox}; another program removed it.")

    def _counted(self) -> list[Finding]:
        path = self._settings.path
        if path.is_dir():
            return [
                Finding(str(one.path), Severity.OK, f"{len(folders.entries(one))} mails")
                for one in self._folders()
            ]
        with path.open("rb") as file:
            if not mbox.begins_mail(file, 0):
                why = "is no mbox file: it does not begin with a From_ line"
                return [Finding(str(path), Severity.ERROR, why)]
            count = mbox.about(file, path.stat().st_size)
        return [Finding(str(path), Severity.OK, f"about {count} mails")]


def _nothing() -> None:
    """A given-up read of files is not woken: it ends by itself within a batch."""

"""A Maildir in a temporary folder, and a submission server of our own for answers."""

import logging
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from agent_tui.adapters.contract import AccountContext
from agent_tui.adapters.maildir import MaildirAdapter
from agent_tui.model.clock import Clock
from agent_tui.testing.mailing import OWN, PASSWORD, USER, Authority, Customers, Submission
from agent_tui.testing.proxy import PLAYED
from agent_tui.testing.stand import Arrived, Fault, Stand


class MaildirStand(Stand):
    """Customers' mails are put into the folder as a mail server would."""

    adapter = MaildirAdapter
    faults = PLAYED | {Fault.NO_ENTRY}
    faults_of_pull = frozenset[Fault]()  # files have no weather

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="agent-tui-maildir-")
        self._customers = Customers()
        self._submission = Submission()
        self._authority: Authority | None = None

    @property
    def _maildir(self) -> Path:
        return Path(self._folder.name) / "mail"

    async def start(self) -> None:
        for part in ("cur", "new", "tmp"):
            (self._maildir / part).mkdir(parents=True)
        self._authority = Authority(Path(self._folder.name))
        await self._submission.start(self._authority)

    async def stop(self) -> None:
        await self._submission.stop()
        self._folder.cleanup()

    def context(self, clock: Clock) -> AccountContext:
        assert self._authority is not None
        settings = {
            "path": str(self._maildir),
            "address": OWN,
            "smtp_host": "localhost",
            "smtp_port": self._submission.port,
            "smtp_user": USER,
            "smtp_password": "a reference",
            "ca_file": str(self._authority.ca_file),
        }
        log = logging.getLogger("maildir")
        return AccountContext("maildir", settings, lambda _: PASSWORD, log, clock)

    async def write(
        self, text: str, *, thread: str = "one", files: Sequence[tuple[str, bytes]] = ()
    ) -> str:
        octets = self._customers.mail(text, thread, files)
        name = f"{1_700_000_000 + len(self._customers.ids)}.M1P1.localhost"
        made = self._maildir / "tmp" / name
        made.write_bytes(octets)
        made.rename(self._maildir / "new" / name)
        return name

    async def arrived(self) -> Sequence[Arrived]:
        return [self._customers.arrived(raw) for raw in self._submission.mails]

    async def rename(self, name: str, *, thread: str = "one") -> None:
        self._customers.names[thread] = name

    def strange(self) -> None:
        self._customers.strange = True

    def fault(self, fault: Fault, *, times: int = 1) -> None:
        self._submission.fault(fault, times)

    def end_faults(self) -> None:
        self._submission.end_faults()

"""A real Dovecot for what comes in and a submission server of our own for what leaves."""

import logging
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from agent_tui.adapters.contract import AccountContext
from agent_tui.adapters.imap import ImapAdapter
from agent_tui.model.clock import Clock
from agent_tui.testing.dovecot import Dovecot
from agent_tui.testing.mailing import OWN, PASSWORD, USER, Authority, Customers, Submission
from agent_tui.testing.proxy import FAREWELLS, PLAYED, Proxy
from agent_tui.testing.stand import Arrived, Fault, Stand


class ImapStand(Stand):
    """Bad weather is made by a proxy before each of the two; NO_ENTRY is another password."""

    adapter = ImapAdapter
    faults = PLAYED | {Fault.NO_ENTRY}

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="agent-tui-imap-")
        base = Path(self._folder.name)
        base.chmod(0o755)  # what runs as nobody passes through
        self._dovecot = Dovecot(base / "dovecot")
        self._customers = Customers()
        self._submission = Submission()
        self._authority: Authority | None = None
        self._proxy: Proxy | None = None

    async def start(self) -> None:
        base = Path(self._folder.name)
        await self._dovecot.start()
        self._authority = Authority(base)
        self._proxy = Proxy(self._dovecot.port, self._authority.context, FAREWELLS["IMAP"])
        await self._submission.start(self._authority)

    async def stop(self) -> None:
        await self._submission.stop()
        if self._proxy is not None:
            self._proxy.close()
        await self._dovecot.stop()
        self._folder.cleanup()

    def context(self, clock: Clock) -> AccountContext:
        assert self._authority is not None
        assert self._proxy is not None
        settings = {
            "address": OWN,
            "host": "localhost",
            "port": self._proxy.port,
            "user": USER,
            "password": "a reference",
            "smtp_host": "localhost",
            "smtp_port": self._submission.port,
            "ca_file": str(self._authority.ca_file),
        }
        return AccountContext(
            "imap", settings, lambda _: PASSWORD, logging.getLogger("imap"), clock
        )

    async def write(
        self, text: str, *, thread: str = "one", files: Sequence[tuple[str, bytes]] = ()
    ) -> str:
        return await self._dovecot.append(self._customers.mail(text, thread, files))

    async def arrived(self) -> Sequence[Arrived]:
        return [self._customers.arrived(raw) for raw in self._submission.mails]

    async def rename(self, name: str, *, thread: str = "one") -> None:
        self._customers.names[thread] = name

    def strange(self) -> None:
        self._customers.strange = True

    def fault(self, fault: Fault, *, times: int = 1) -> None:
        assert self._proxy is not None
        self._submission.fault(fault, times)
        if fault is Fault.NO_ENTRY:
            self._dovecot.let_in("another")
            self._proxy.hang_up()
        else:
            self._proxy.play(fault, times)

    def end_faults(self) -> None:
        self._dovecot.let_in(PASSWORD)
        self._submission.end_faults()
        if self._proxy is not None:
            self._proxy.end()

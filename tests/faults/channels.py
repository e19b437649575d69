"""The channels of a soak beside its mailbox: chats, reviews and mail in files, each an account."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import tomli_w

from agent_tui.model.clock import system_clock
from agent_tui.testing.mailing import OWN, USER, Customers
from agent_tui.testing.stand import Fault
from agent_tui.testing.stands.matrix import MatrixStand
from agent_tui.testing.stands.telegram import TelegramStand
from agent_tui.testing.stands.woocommerce import WooCommerceStand
from tests.faults.gate import Gate
from tests.mailbox import maildir
from tests.program import Home

FILES = "files"
"""The account of mail that lies in files."""

WEATHER = (
    Fault.CUT_BEFORE,
    Fault.CUT_AFTER,
    Fault.GARBAGE,
    Fault.SERVER_ERROR,
    Fault.SLOW_DOWN,
)
"""What a provider plays and the engine gets over by itself."""

Provider = MatrixStand | TelegramStand | WooCommerceStand

_ADDRESS = {"matrix": "homeserver", "telegram": "api", "woocommerce": "url"}
"""The option of each account that names its server."""


class Channels:
    """Customers who write there, and what they have got from us."""

    def __init__(self, home: Home, folder: Path) -> None:
        self._gate = Gate()
        self._folder = maildir(folder, ())
        self._customers = Customers()
        self._mails = 0
        self._stands: dict[str, Provider] = {
            "matrix": MatrixStand(),
            "telegram": TelegramStand(),
            "woocommerce": WooCommerceStand(),
        }
        self.providers = tuple(self._stands)
        for name, stand in self._stands.items():
            self._open(home, name, stand)

    def furnish_files(self, home: Home, smtp_port: int, ca_file: Path) -> None:
        """The account of mail in files, which answers by the server at ``smtp_port``."""
        home.account(
            FILES,
            "maildir",
            path=str(self._folder),
            address=f"files-{OWN}",
            smtp_host="localhost",
            smtp_port=smtp_port,
            smtp_security="starttls",
            smtp_user=USER,
            smtp_password={"env": "MAIL_PASSWORD"},
            ca_file=str(ca_file),
        )

    def write(self, account: str, text: str, thread: str) -> None:
        """The customer of ``thread`` writes."""
        if account != FILES:
            self._gate.do(self._stands[account].write(text, thread=thread))
            return
        self._mails += 1
        name = f"{1_790_000_000 + self._mails}.M{self._mails}.files"
        aside = self._folder / "tmp" / name
        aside.write_bytes(self._customers.mail(text, thread, ()))
        aside.rename(self._folder / "new" / name)

    def got(self, account: str) -> Counter[str]:
        """How often customers of the account have got each text, mail apart."""
        return Counter(one.text.strip() for one in self._gate.do(self._stands[account].arrived()))

    def storm(self, account: str, fault: Fault, times: int) -> None:
        """The next requests to the account's provider meet ``fault``."""
        self._gate.do(_there(partial(self._stands[account].fault, fault, times=times)))

    def clear_up(self) -> None:
        """Fair weather for all."""
        for stand in self._stands.values():
            self._gate.do(_there(stand.end_faults))

    def close(self) -> None:
        self._gate.close()

    def _open(self, home: Home, name: str, stand: Provider) -> None:
        """Set the provider up, and the account that finds it."""
        self._gate.do(stand.start())
        account = stand.context(system_clock)
        settings = {key: value for key, value in account.settings.items() if value is not None}
        for option in stand.adapter.info.options:
            if option.secret and settings.get(option.name) != "":
                variable = f"{name}_{option.name}".upper()
                home.secrets[variable] = account.secret(option.name)
                settings[option.name] = {"env": variable}
        assert account.network is not None
        settings[_ADDRESS[name]] = self._gate.serve(account.network())
        adapter = {"adapter": stand.adapter.info.name}
        home.account_file(name, tomli_w.dumps({**adapter, **settings}))


async def _there(what: Callable[[], None]) -> None:
    """Do ``what`` on the providers' own loop."""
    what()

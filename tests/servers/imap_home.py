"""An IMAP account of the installed program."""

from tests.program import Home
from tests.servers.real import Dovecot, User


def add_imap(
    home: Home, dovecot: Dovecot, user: User, name: str = "mail", **settings: object
) -> None:
    """Give ``home`` an account of ``user``; ``settings`` go over those that fit.

    The password is that of the environment variable MAIL_PASSWORD.
    """
    usual: dict[str, object] = {
        "address": user.address,
        "host": "localhost",
        "port": dovecot.imaps,
        "user": user.name,
        "password": {"env": "MAIL_PASSWORD"},
        "smtp_host": "localhost",
        "ca_file": str(dovecot.ca),
    }
    home.account(name, "imap", **(usual | settings))

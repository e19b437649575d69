"""The servers of tests/servers, for what is measured with them."""

from tests.servers.conftest import dovecot, user

__all__ = ["dovecot", "user"]

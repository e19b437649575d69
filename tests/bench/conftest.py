"""The servers of tests/servers, for what is measured with them."""

from tests.servers.conftest import dovecot, user
from tests.servers.synapse import synapse, synapse_venv

__all__ = ["dovecot", "synapse", "synapse_venv", "user"]

"""An adapter in front of the homeserver in memory, whose requests conform to Matrix's API."""

from collections.abc import AsyncIterator

import pytest

from agent_tui.testing.stands.matrix import MatrixStand
from tests.adapters.matrix.desk import Desk


@pytest.fixture
async def stand() -> AsyncIterator[MatrixStand]:
    """A homeserver with nothing on it."""
    found = MatrixStand()
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
async def desk(stand: MatrixStand) -> AsyncIterator[Desk]:
    """Our account on it."""
    made = Desk(stand)
    yield made
    await made.close()

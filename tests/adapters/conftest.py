"""A certificate authority for scripted servers."""

from pathlib import Path

import pytest
import trustme

from tests.adapters.scripted import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One authority for all tests: making keys takes time."""
    ca = trustme.CA()
    ca_file: Path = tmp_path_factory.mktemp("authority") / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_file))
    return Authority(ca, ca_file)

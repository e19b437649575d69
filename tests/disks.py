"""Disks of a test's own: small ones, and ones that become read-only."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Disk:
    """A mounted file system in memory."""

    path: Path

    def remount(self, options: str) -> None:
        """Change it while it is in use, such as to ``ro`` or ``size=50m``."""
        _system("mount", "-o", f"remount,{options}", str(self.path))

    def fill(self) -> None:
        """Leave not one octet free."""
        with (self.path / "filler").open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    def leave(self, kibibytes: int) -> None:
        """Fill it but for so much."""
        self.fill()
        filler = self.path / "filler"
        os.truncate(filler, max(filler.stat().st_size - kibibytes * 1024, 0))

    def free(self) -> None:
        """Take back :meth:`fill`."""
        (self.path / "filler").unlink()


@contextmanager
def disk(path: Path, options: str) -> Iterator[Disk]:
    """A new file system at ``path``; skips where only root may mount one and we are not."""
    if os.getuid() != 0:
        pytest.skip("only root can mount a disk")
    path.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"{options},mode=700", "tmpfs", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    try:
        yield Disk(path)
    finally:
        _system("umount", "--lazy", str(path))


def _system(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)

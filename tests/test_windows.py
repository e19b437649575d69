"""Nothing fails on Windows for being imported, whatever the system lacks there."""

import subprocess
import sys

_IMPORTED_THERE = """
import importlib, os, pkgutil, select, signal, sys, types

import agent_tui

names = [m.name for m in pkgutil.walk_packages(agent_tui.__path__, "agent_tui.")]
names = [name for name in names if not name.endswith("__main__")]
for name in names:  # with what it needs of others, which knows its own system
    importlib.import_module(name)

for name in [name for name in sys.modules if name.partition(".")[0] == "agent_tui"]:
    del sys.modules[name]
for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[name] = None
sys.modules["msvcrt"] = types.ModuleType("msvcrt")
for module, missing in {
    os: ("O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "chown", "fchmod", "fork", "getuid", "killpg",
         "statvfs", "uname"),
    signal: ("SIGHUP", "SIGKILL", "SIGXCPU"),
    select: ("POLLERR", "POLLHUP", "poll"),
}.items():
    for name in missing:
        delattr(module, name)
os.O_BINARY, signal.SIGBREAK, sys.platform = 0x8000, signal.SIGTERM, "win32"

for name in names:
    importlib.import_module(name)
print(len(names))
"""


def test_every_module_is_imported_without_what_only_unix_has() -> None:
    run = subprocess.run(
        [sys.executable, "-c", _IMPORTED_THERE], capture_output=True, text=True, check=False
    )

    assert run.stderr == ""
    assert int(run.stdout) > 500

"""The two modules of this room that the UI loads cost it next to nothing."""

import subprocess
import sys

HEAVY = {"email", "html", "urllib", "encodings.idna", "hashlib", "agent_tui.content.mime"}


def test_safe_and_template_load_neither_parsers_nor_the_rest_of_the_room() -> None:
    program = "import sys, agent_tui.content.safe, agent_tui.content.template; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "agent_tui.content.template" in loaded
    assert HEAVY.isdisjoint(loaded)

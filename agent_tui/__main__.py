"""Entry point: imports nothing that the chosen command does not need."""

import sys


def main() -> int:
    """Run the command of ``sys.argv``; returns the exit code."""
    from agent_tui.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

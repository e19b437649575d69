"""agent-tui: every customer message in one keyboard-driven terminal inbox."""

__version__ = "0.1.0"

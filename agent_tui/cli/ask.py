"""Asks the person at the terminal; questions go to stderr, so that stdout stays data."""

import sys
from collections.abc import Sequence
from getpass import getpass
from typing import Protocol

from agent_tui.content.safe import safe_text


class Asker(Protocol):
    """Somebody who can be asked; every method raises EOFError when they go away."""

    def text(self, question: str, default: str = "") -> str: ...
    def secret(self, question: str) -> str: ...
    def yes(self, question: str, *, default: bool) -> bool: ...
    def choice(self, question: str, choices: Sequence[str]) -> int: ...


class Terminal:
    """The person at the terminal of this process."""

    def text(self, question: str, default: str = "") -> str:
        """A line; ``default`` for an empty one."""
        shown = f" [{default}]" if default else ""
        return _line(f"{question}{shown}: ") or default

    def secret(self, question: str) -> str:
        """A line that is not echoed."""
        return getpass(f"{question}: ")

    def yes(self, question: str, *, default: bool) -> bool:
        """Yes or no."""
        answer = _line(f"{question} [{'Y/n' if default else 'y/N'}] ").lower()
        return answer in ("y", "yes") if answer else default

    def choice(self, question: str, choices: Sequence[str]) -> int:
        """The index of one of ``choices``; the first for an empty answer."""
        say(question)
        for number, choice in enumerate(choices, start=1):
            say(f"  {number}  {choice}")
        while True:
            answer = _line("Number [1]: ") or "1"
            if answer.isdecimal() and 1 <= int(answer) <= len(choices):
                return int(answer) - 1


def terminal() -> Terminal | None:
    """The person at the terminal; None when input or questions would go elsewhere."""
    return Terminal() if sys.stdin.isatty() and sys.stderr.isatty() else None


def say(text: str) -> None:
    """Tell the person something; not data."""
    print(safe_text(text), file=sys.stderr)


def _line(prompt: str) -> str:
    print(safe_text(prompt), end="", file=sys.stderr, flush=True)
    return input().strip()

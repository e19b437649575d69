"""Reads a command line; what is wrong in it is told in one sentence, as all that goes wrong is."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import NoReturn

from agent_tui.config.errors import ConfigError


class Parser(ArgumentParser):
    """Raises ConfigError where argparse would print its usage and end the program."""

    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"{message[:1].upper()}{message[1:]}; see '{self.prog} --help'.")


def number(text: str) -> int:
    """A conversation's number, with or without ``#``, or how many; 1 at least."""
    digits = text.removeprefix("#")
    if not (digits.isascii() and digits.isdecimal() and int(digits)):
        raise ArgumentTypeError(f"'{text}' is no number from 1 on")
    return int(digits)

"""Finds the line on which each key of a TOML file stands; tomllib does not tell.

The text has been read by tomllib before, so this scanner may take it for valid TOML 1.0 and
only has to know where keys, strings, arrays and tables begin and end.
"""

import re
import tomllib

from agent_tui.config.toml import Key

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*""")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}\n#]+")  # numbers, dates, true and false


def key_lines(text: str) -> dict[Key, int]:
    """The line, counted from 1, of every key and array item of the TOML file ``text``."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Key, int] = {}
        self.counts: dict[Key, int] = {}  # items so far of each array of tables

    def scan(self) -> dict[Key, int]:
        table: Key = ()
        self._skip_blank()
        while self.at < len(self.text):
            if self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip_blank()
        return self.found

    def _header(self) -> Key:
        start = self.at
        array = self.text.startswith("[[", start)
        self.at += 2 if array else 1
        path = self._inside_arrays(self._key())
        self.at += 2 if array else 1
        if array:
            count = self.counts.get(path, 0)
            self.counts[path] = count + 1
            path = (*path, count)
        for depth in range(len(path)):
            self._note(path[: depth + 1], start)
        return path

    def _inside_arrays(self, names: Key) -> Key:
        """``names`` with the index of the newest item after each array of tables but the last."""
        path: Key = ()
        for position, name in enumerate(names):
            path = (*path, name)
            if position < len(names) - 1 and path in self.counts:
                path = (*path, self.counts[path] - 1)
        return path

    def _pair(self, table: Key) -> None:
        start = self.at
        path = table
        for name in self._key():
            path = (*path, name)
            self._note(path, start)
        self.at += 1  # the equals sign
        self._value(path)

    def _key(self) -> Key:
        names: list[str] = []
        while match := _KEY.match(self.text, self.at):
            names.append(_unquoted(match.group(1)))
            self.at = match.end()
            if self._peek() != ".":
                break
            self.at += 1
        return tuple(names)

    def _value(self, path: Key) -> None:
        self._skip_blank()
        if self._peek() == "[":
            self._array(path)
        elif self._peek() == "{":
            self._inline_table(path)
        elif match := _STRING.match(self.text, self.at) or _BARE.match(self.text, self.at):
            self.at = match.end()

    def _array(self, path: Key) -> None:
        self.at += 1
        index = 0
        while not self._closed("]"):
            self._note((*path, index), self.at)
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: Key) -> None:
        self.at += 1
        while not self._closed("}"):
            self._pair(path)

    def _closed(self, bracket: str) -> bool:
        """Step over blanks and a comma; True, and past it, when ``bracket`` follows."""
        self._skip_blank()
        if self._peek() == ",":
            self.at += 1
            self._skip_blank()
        closed = self._peek() in (bracket, "")
        self.at += closed
        return closed

    def _skip_blank(self) -> None:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _note(self, path: Key, at: int) -> None:
        self.found.setdefault(path, self.text.count("\n", 0, at) + 1)


def _unquoted(token: str) -> str:
    if token[0] not in "\"'":
        return token
    name: str = tomllib.loads(f"name = {token}")["name"]
    return name

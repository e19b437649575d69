"""Canned replies: Markdown files with TOML front matter, in a personal and in team folders.

A file begins with a line ``+++``, then TOML (name, title, channels, language, tags, stars; all may
be left out), a second line ``+++``, and the reply's Markdown. Without front matter, the file's name
is the reply's name and all of it is the reply.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent_tui.config.errors import ConfigError, reason
from agent_tui.config.settings import Setting
from agent_tui.config.toml import Source, decoded
from agent_tui.config.values import checked, unknown
from agent_tui.model.conversation import Channel

FRONT_MATTER: tuple[Setting, ...] = (
    Setting("name", str, "What is typed after `;`.", derived="the file's name without `.md`"),
    Setting("title", str, "What the picker shows.", derived="the name"),
    Setting(
        "channels",
        list[str],
        "Where it fits.",
        default=[],
        derived="everywhere",
        choices=tuple(Channel),
    ),
    Setting("language", str, "A language code such as `de`; variants share a name.", default=""),
    Setting(
        "stars",
        str,
        "Only for reviews with so many stars, such as `1-2` or `5`.",
        derived="for all",
    ),
    Setting("tags", list[str], "More words to find it by.", default=[]),
)

_FENCE = "+++"
_STARS = re.compile(r"([1-5])(?:-([1-5]))?")
_LONGEST = 256 * 1024
"""Bytes; a longer file was not meant to be a reply."""


@dataclass(frozen=True, slots=True)
class CannedReply:
    """One prepared answer; its body may hold variables and prompts."""

    name: str
    title: str
    channels: frozenset[Channel]  # empty: every channel
    language: str
    body: str
    path: Path
    tags: tuple[str, ...] = ()
    stars: range | None = None  # None: whatever the rating, or none


@dataclass(frozen=True, slots=True)
class CannedReplies:
    """What the folders hold; ``problems`` has a sentence for each file that was left out."""

    replies: tuple[CannedReply, ...]
    problems: tuple[str, ...]


_Stamp = tuple[int, int, int]  # inode, size, time of change in nanoseconds
_Read = CannedReply | ConfigError


@dataclass(slots=True)
class CannedCache:
    """Keeps what was read, so that loading again reads changed files only."""

    _read: dict[Path, tuple[_Stamp, _Read]] = field(default_factory=dict)

    def load(self, folders: Iterable[Path]) -> CannedReplies:
        """All replies in ``*.md`` files below ``folders``, sorted by name.

        A folder that is missing is empty. A file that cannot be used becomes a problem that
        names file and line; the others load.
        """
        files = [path for folder in folders for path in _files(folder)]
        self._read = {path: self._entry(path) for path in files}
        results = [result for _, result in self._read.values()]
        replies = [result for result in results if isinstance(result, CannedReply)]
        problems = [str(result) for result in results if isinstance(result, ConfigError)]
        return CannedReplies(
            tuple(sorted(replies, key=lambda reply: (reply.name, reply.language))),
            tuple(problems),
        )

    def _entry(self, path: Path) -> tuple[_Stamp, _Read]:
        known = self._read.get(path)
        try:
            status = path.stat()
            stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
            if known and known[0] == stamp:
                return known
            return stamp, _reply(path)
        except OSError as error:
            return (0, 0, 0), ConfigError(f"{path} cannot be read: {reason(error)}.")
        except ConfigError as error:
            return stamp, error


def rank(
    replies: Sequence[CannedReply],
    text: str,
    channel: Channel | None,
    languages: Sequence[str] = (),
    rating: int | None = None,
) -> list[CannedReply]:
    """The replies that fit ``channel`` and ``rating`` and match ``text``, best first.

    The letters of ``text`` must occur in this order in the name, the title or a tag. Equal ones
    are ordered by whether they are meant for that rating, by ``languages`` (ISO 639-1, best
    first; a reply without a language fits all), then as given, so that the folder named first
    wins.
    """
    fitting = [
        r
        for r in replies
        if (channel is None or not r.channels or channel in r.channels)
        and (r.stars is None or rating in r.stars)
    ]
    scored = [
        ((score, reply.stars is None, strangeness(reply, languages)), reply)
        for reply in fitting
        if (score := _score(reply, text)) is not None
    ]
    return [reply for _, reply in sorted(scored, key=lambda found: found[0])]


def strangeness(reply: CannedReply, languages: Sequence[str]) -> int:
    """The place of the reply's language among ``languages``; 0 fits best."""
    language = reply.language.partition("-")[0].casefold()  # of pt-BR pt
    if not language or not languages:
        return 0
    return languages.index(language) if language in languages else len(languages)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.md") if not path.name.startswith("."))


def _reply(path: Path) -> CannedReply:
    source, body = _parts(path)
    table = source.table()
    known = {declared.name: declared for declared in FRONT_MATTER}
    for name, value in table.items():
        if name not in known:
            raise unknown(source, (name,), "a key of a canned reply", tuple(known))
        checked(source, (name,), known[name], value)
    name = _text(table.get("name")) or path.stem
    if not name.isprintable() or " " in name:
        raise source.fault(("name",), f"'name' must be one word without blanks, not '{name}'.")
    return CannedReply(
        name=name,
        title=_text(table.get("title")) or name,
        channels=frozenset(Channel(word) for word in _texts(table.get("channels"))),
        language=_text(table.get("language")),
        body=body,
        path=path,
        tags=tuple(_texts(table.get("tags"))),
        stars=_stars(source, _text(table.get("stars"))),
    )


def _stars(source: Source, text: str) -> range | None:
    """``2`` or ``1-2`` as the ratings that it means; None for an empty text."""
    if not text:
        return None
    found = _STARS.fullmatch(text.replace(" ", ""))
    low, high = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if low > high:
        raise source.fault(("stars",), f"'stars' must be such as 5 or 1-2, not '{text}'.")
    return range(low, high + 1)


def _parts(path: Path) -> tuple[Source, str]:
    """Front matter and body of a file."""
    text = _content(path)
    lines = text.splitlines(keepends=True)
    if not lines or lines[0].strip() != _FENCE:
        return Source(path, ""), text.strip("\n")
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == _FENCE:
            source = Source(path, "".join(lines[1:number]), first_line=2)
            return source, "".join(lines[number + 1 :]).strip("\n")
    raise ConfigError(f"{path}, line 1: the front matter has no second line '+++'; add it.")


def _content(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(_LONGEST + 1)
    if len(data) > _LONGEST:
        raise ConfigError(f"{path} is longer than {_LONGEST // 1024} kB; it is no canned reply.")
    return decoded(path, data)


def _score(reply: CannedReply, text: str) -> int | None:
    """How far ``reply`` is from ``text``, 0 the nearest; None when it does not match."""
    wanted = text.casefold().strip()
    if not wanted:
        return 0
    fields = [(0, reply.name), (1, reply.title), *((1, tag) for tag in reply.tags)]
    scores = [
        distance + extra
        for extra, shown in fields
        if (distance := _distance(shown.casefold(), wanted)) is not None
    ]
    return min(scores, default=None)


def _distance(shown: str, wanted: str) -> int | None:
    """Equal, begins so, a word begins so, holds it, holds its letters in order; else None."""
    if shown == wanted:
        return 0
    if shown.startswith(wanted):
        return 2
    if any(word.startswith(wanted) for word in re.split(r"[\W_]+", shown)):
        return 4
    if wanted in shown:
        return 6
    letters = iter(shown)
    in_order = all(letter in letters for letter in wanted if not letter.isspace())
    return 8 if in_order else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []

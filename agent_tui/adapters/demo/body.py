"""Display-ready bodies of the demo world: signatures and quotes folded, links numbered."""

from dataclasses import dataclass
from datetime import UTC, datetime

from agent_tui.content.links import LinkList
from agent_tui.content.text import plain_lines
from agent_tui.model.clock import Millis
from agent_tui.model.message import Body, Fold, FoldKind

_WROTE = {
    "en": "On {day} {month} {year} at {time}, {who} wrote:",
    "de": "Am {date} um {time} schrieb {who}:",
    "fr": "Le {date} à {time}, {who} a écrit :",
    "es": "El {date} a las {time}, {who} escribió:",
    "pt": "Em {date} às {time}, {who} escreveu:",
    "it": "Il {date} alle {time}, {who} ha scritto:",
    "nl": "Op {date} om {time} schreef {who}:",
    "pl": "W dniu {date} o {time} {who} napisał(a):",
    "tr": "{date} {time} tarihinde {who} şunu yazdı:",
    "ja": "{year}年{numeral}月{day}日 {time} {who}:",
    "zh": "{year}年{numeral}月{day}日 {time}，{who} 写道：",
    "ar": "في {date} {time}، كتب {who}:",
    "he": "ב-{date} בשעה {time}, {who} כתב/ה:",
}


@dataclass(frozen=True, slots=True)
class Quoted:
    """An earlier message as its answer quotes it."""

    who: str
    at: Millis
    text: str


def body(text: str, language: str, signature: str = "", quoted: Quoted | None = None) -> Body:
    """``text`` with what mail programs put below it, folded."""
    links = LinkList()
    lines = plain_lines(text.strip(), links)
    folds: list[Fold] = []
    if signature:
        folds.append(_append(lines, ["", "-- ", *signature.split("\n")], FoldKind.SIGNATURE))
    if quoted is not None:
        quote = [f"> {line}".rstrip() for line in quoted.text.strip().split("\n")]
        folds.append(_append(lines, ["", _wrote(language, quoted), *quote], FoldKind.QUOTE))
    return Body("\n".join(lines), tuple(folds), tuple(links.links))


def _append(lines: list[str], more: list[str], kind: FoldKind) -> Fold:
    """Adds ``more``, an empty line first, which stays outside the fold."""
    start = len(lines) + 1
    lines += more
    return Fold(start, len(lines), kind)


def _wrote(language: str, quoted: Quoted) -> str:
    at = datetime.fromtimestamp(quoted.at / 1000, UTC)
    return _WROTE.get(language, _WROTE["en"]).format(
        day=at.day,
        month=f"{at:%b}",
        numeral=at.month,
        year=at.year,
        date=f"{at:%d.%m.%Y}",
        time=f"{at:%H:%M}",
        who=quoted.who,
    )

"""Claims about what is said and shown: hostile text made harmless, no secret told, no traceback."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from agent_tui.adapters.contract import AdapterError, AdapterInfo, Finding, Role, Severity
from agent_tui.content.safe import safe_line, safe_text
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.incoming import Incoming
from agent_tui.testing.claim import Claim, hold
from agent_tui.testing.stand import CannotPlay, Fault
from agent_tui.testing.trial import FOREVER, Trial

_LONGEST_SENTENCE = 600

HOSTILE = {
    "terminal escapes": "\x1b[2J\x1b]0;owned\x07\x1bP+q\x1b\\ \x9b31m \x08\x08",
    "overrides of direction": "invoice\u202egpj.exe\u2066\u2069\u202c",
    "markup": "[bold red]x[/] [@click=app.quit]y[/] <script>alert(1)</script> {{ 7 * 7 }}",
    "NUL": "before\x00after",
    "a lone surrogate": "before\ud800after",
    "line ends": "one\r\ntwo\rthree\u2028four\u2029five",
    "stacked marks": "Z" + "\u0301" * 500,
    "invisible tags": "x\U000e0041\U000e0042\ufeff\u200b",
    "a long line": "wide " * 40_000,
    "other scripts": "\u0645\u0631\u062d\u0628\u0627 \U0001f469\u200d\U0001f469\u200d\U0001f467",
}

_PEOPLE = ("Ada\x1b[2J\x1b]0;x\x07", "ada\u202eecila", "[red]Ada[/] \x9b31m", "A" + "\u0301" * 99)

_NAMES = ("../../etc/\x1b]0;x\x07passwd", "photo\u202egnp.exe", "a\nb\r\n.txt", "[red]x[/].txt")


def clean(trial: Trial, sentence: str, what: str) -> None:
    """Broken unless ``sentence`` is one for an agent: short, safe, whole, without a secret."""
    shown = sentence[:200]
    hold(sentence == safe_line(sentence), f"{what} says more than one clean line: {shown!r}")
    hold(sentence.endswith((".", "!", "?")), f"{what} says no sentence: {shown!r}")
    hold(len(sentence) <= _LONGEST_SENTENCE, f"{what} says {len(sentence)} characters")
    hold("Traceback" not in sentence, f"{what} shows a traceback")
    for secret in trial.secrets:
        hold(not secret or secret not in sentence, f"{what} tells a secret")


def strings(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    """All text in ``value`` with its place; ``raw`` is kept as it came."""
    if isinstance(value, str):
        yield place, value
    elif is_dataclass(value):
        for one in fields(value):
            if one.name != "raw":
                yield from strings(getattr(value, one.name), f"{place}.{one.name}")
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from strings(each, f"{place}[{number}]")


async def _hostile_text(trial: Trial) -> None:
    written = {}
    for name, text in HOSTILE.items():
        start, end = trial.mark(), trial.mark()
        try:
            await trial.stand.write(f"{start} {text} {end}")
        except (UnicodeError, CannotPlay):
            continue  # the provider itself would not take it
        written[name] = (start, end)
    if not written:
        raise CannotPlay("no customer of this stand can write a hostile text")
    await trial.see(*(start for start, _ in written.values()))
    for name, (start, end) in written.items():
        (message,) = trial.with_mark(start)
        _harmless(message, name)
        hold(end in message.body.text, f"a text with {name} was cut")


async def _hostile_names(trial: Trial) -> None:
    mark = trial.mark()
    await trial.stand.write(f"Files {mark}", files=[(name, b"x") for name in _NAMES])
    await trial.see(mark)
    for message in trial.came:
        _harmless(message, "hostile file names")


async def _hostile_people(trial: Trial) -> None:
    for name in _PEOPLE:
        mark = trial.mark()
        await trial.stand.rename(name)
        await trial.stand.write(f"From {mark}")
        (message,) = await trial.see(mark)
        _harmless(message, "a customer with a hostile name")


def _harmless(message: Incoming, what: str) -> None:
    for place, text in strings(message):
        hold(text == safe_text(text), f"{what}: {place} is not safe: {text[:80]!r}")
        line = place.startswith(".body.text") or "\n" not in text
        hold(line, f"{what}: {place} has several lines: {text[:80]!r}")


async def _secrets(trial: Trial) -> None:
    """Everything that an account does in a day, and some weather."""
    asked = await trial.asked()
    if EffectKind.SEND in trial.capabilities.effects:
        await trial.sent(asked, f"Fine {trial.mark()}")
    await _found(trial)
    for fault in (Fault.CUT_BEFORE, Fault.NO_ENTRY):
        if fault not in trial.stand.faults:
            continue
        trial.stand.fault(fault, times=FOREVER)
        try:
            await trial.pulled(dict(trial.cursors))
        except AdapterError as error:
            trial.log.append(f"{error} {error.detail}")
        trial.stand.end_faults()
    for secret in trial.secrets:
        for line in trial.log:
            hold(not secret or secret not in line, "a secret is written to the log")


async def _found(trial: Trial) -> list[Finding]:
    return await trial.within(trial.either.check(), "check()")


async def _checks(trial: Trial) -> None:
    found = await _found(trial)
    hold(found, "check() finds nothing to say")
    for finding in found:
        hold(finding.severity is Severity.OK, f"in fair weather check() says: {finding}")
        for text in (finding.what, finding.detail):
            hold(text == safe_line(text), f"check() says more than one clean line: {text!r}")


async def _checks_in_a_storm(trial: Trial) -> None:
    trial.stand.fault(Fault.REFUSED, times=FOREVER)
    try:
        found = await _found(trial)
    except AdapterError as error:
        clean(trial, str(error), "check()")
    else:
        bad = [one for one in found if one.severity is Severity.ERROR]
        hold(bad, "nothing answers, and check() finds no error")
        for one in bad:
            hold(one.detail == safe_line(one.detail), f"check() says: {one.detail!r}")
    trial.stand.end_faults()


async def _fits(trial: Trial) -> None:
    info = trial.stand.adapter.info
    hold(isinstance(info, AdapterInfo), f"info is {info!r}, no AdapterInfo")
    hold(info.name and info.title and info.version, "info lacks a name, title or version")
    _consistent(info.capabilities)
    context = trial.stand.context(trial.clock)
    names = {option.name for option in info.options}
    unknown = sorted(set(context.settings) - names)
    hold(not unknown, f"the stand sets {unknown}, which the adapter has no option for")
    hold(len(names) == len(info.options), "two options have one name")
    for option in info.options:
        hold(option.help == safe_line(option.help) and option.help, f"'{option.name}' has no help")


def _consistent(can: Capabilities) -> None:
    sends = EffectKind.SEND in can.effects
    for flag in ("attach", "recipients", "reply_limit", "single_reply", "marks", "html"):
        hold(sends or not getattr(can, flag), f"'{flag}' is said, and nothing can be sent")
    hold(can.reply_limit is None or can.reply_limit > 0, "a reply_limit that lets nothing pass")
    hold(can.undo_ms >= 0, "undo_ms is negative")


async def _unused(trial: Trial) -> None:
    trial.restarted()
    await trial.close()


_ANY = frozenset(Role)

CLAIMS = (
    Claim("info", "What the adapter says of itself fits together.", _fits, roles=_ANY),
    Claim("check", "check() finds all well where all is well.", _checks, roles=_ANY),
    Claim(
        "check-refused",
        "check() says in words that nothing answers.",
        _checks_in_a_storm,
        fault=Fault.REFUSED,
        roles=_ANY,
    ),
    Claim(
        "hostile", "Text that would take over a terminal arrives harmless and whole.", _hostile_text
    ),
    Claim("names", "Hostile file names arrive harmless.", _hostile_names),
    Claim("people", "Hostile names of customers arrive harmless.", _hostile_people),
    Claim("secrets", "No secret is logged or told.", _secrets),
    Claim("close", "An adapter that was never used can be closed.", _unused, roles=_ANY),
)

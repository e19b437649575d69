"""Slips that a sender notices a second too late: the wrong name, the forgotten file. Pure.

As with :mod:`agent_tui.actions.guard`, each rule stays silent where it is not sure.
"""

import re
from collections.abc import Iterable, Sequence
from unicodedata import combining, normalize

FORWARDED = "---------- Forwarded message"
"""Begins what somebody else has written."""

_GREETING = re.compile(
    r"^(?:hello|hi|hey|dear|good (?:morning|afternoon|evening|day)|hallo|hej|hei|moin|servus|"
    r"grüezi|guten (?:morgen|tag|abend)|liebe[rs]?|sehr geehrte[rs]?|werte[rs]?|bonjour|bonsoir|"
    r"salut|chère?|hola|buenos días|buenas tardes|estimad[oa]|querid[oa]|ciao|salve|buongiorno|"
    r"buonasera|gentile|car[oa]|olá|bom dia|boa tarde|prezad[oa]|beste|geachte|dag|kära|kære|"
    r"witam|cześć|dzień dobry|szanown[ya]|dobrý den|ahoj)\s+(?P<who>[^\n,!:;.?–—-]{2,60})",
    re.IGNORECASE,
)
_TITLES = frozenset(
    "mr mrs ms miss mx dr prof sir madam herr herrn frau fräulein monsieur madame mademoiselle m"
    " mme señor señora sr sra don doña signor signora signore sig dottore heer mevrouw de der den"
    " pan pani".split()
)
_NOBODY = frozenset(
    "there all again everybody everyone team folks friend friends customer customers colleague"
    " colleagues zusammen alle leute kunde kundin kunden team damen und tous toutes à et client"
    " cliente todos todas equipo tutti a allemaal klant allen".split()
)
_WORD = re.compile(r"[^\W\d_][\w'’]*")

_ATTACHED = re.compile(
    r"\b(?:(?:i|we)(?:'ve| have)? attached|(?:is|are) (?:attached|enclosed)|attached (?:is|are|you"
    r"|please|to this)|(?:see|find)(?: the)? (?:attached|enclosed|attachment)|please find attached"
    r"|enclosed (?:is|are|you|please)|in the attachment|as an attachment"
    r"|im anhang|in der anlage|anbei|als anhang|beigefügt|angehängt|hänge ich|habe ich angehängt"
    r"|ci-joint(?:e|s|es)?|en pièce jointe|pièces? jointes?"
    r"|adjunto|adjunta|adjuntamos|archivo adjunto|en el adjunto"
    r"|in allegato|allego|alleghiamo|allegato trov"
    r"|in (?:de )?bijlage|bijgevoegd|bijgesloten"
    r"|em anexo|segue anexo|segue em anexo"
    r"|w załączniku|załączam|załączamy"
    r"|vedlagt|vedhæftet|bifogar|bifogad|bifogat|i bilagan"
    r"|liitteenä|oheisena|v příloze|v přiloženém)\b"
    r"|во вложении|прикрепля|у вкладенні|添付",
    re.IGNORECASE,
)
"""How people say that a file comes with the mail: a form that speaks of one's own, not of "your
attachment"."""


def own_lines(text: str) -> list[str]:
    """The lines that the sender has written: no quotes, and nothing of a forwarded message."""
    mine, _, _ = text.partition(FORWARDED)
    return [line for line in mine.split("\n") if not line.startswith(">")]


def wrong_name(text: str, names: Iterable[str], *, wrote: Sequence[str] = ()) -> str:
    """The name that ``text`` greets when it is none of ``names``; empty when all seems right.

    ``names`` are what the reader goes by, an address too; ``wrote`` are texts of theirs: who
    signs with a nickname is greeted with it.
    """
    lines = [line.strip() for line in own_lines(text) if line.strip()]
    greeting = _GREETING.match(lines[0]) if lines else None
    if greeting is None:
        return ""
    greeted = [word for word in _words(greeting["who"]) if word not in _TITLES]
    known = {word for name in names for word in _words(name)}
    if not greeted or _NOBODY & set(greeted) or not any(len(word) > 1 for word in known):
        return ""
    if any(_alike(word, other) for word in greeted for other in known):
        return ""
    if any(set(greeted) & set(_words(said)) for said in wrote):
        return ""
    return greeting["who"].strip()


def says_attached(text: str) -> str:
    """The words by which ``text`` promises a file; empty when it does not."""
    found = _ATTACHED.search("\n".join(own_lines(text)))
    return found[0] if found else ""


def _words(text: str) -> list[str]:
    plain = "".join(c for c in normalize("NFKD", text) if not combining(c)).casefold()
    return _WORD.findall(re.sub(r"[._+@-]", " ", plain))


def _alike(word: str, other: str) -> bool:
    """Whether they may be one name: the same, or one begins the other (Alex, Alexander)."""
    short, long = sorted((word, other), key=len)
    return short == long or (len(short) >= 3 and long.startswith(short))

"""What an answer that everybody can read should not hold: pure, a sentence for each finding.

A guard that cries wolf is switched off: each rule asks for a checksum, a shape or words around
what it looks for, and the shop's own addresses, free phone numbers, dates and links are nothing.
"""

import re
from collections.abc import Iterable, Iterator

BLAMING = (
    "your fault",
    "your own fault",
    "your mistake",
    "your own mistake",
    "user error",
    "you should have",
    "you failed to",
    "you did not read",
    "you didn't read",
    "you lied",
    "liar",
    "stupid",
    "ridiculous",
    "ihre schuld",
    "deine schuld",
    "selbst schuld",
    "selber schuld",
    "ihr fehler",
    "dein fehler",
    "bedienfehler",
    "anwenderfehler",
    "nicht richtig gelesen",
    "gelogen",
    "lügner",
    "lügnerin",
    "unverschämt",
    "lächerlich",
)
"""What sounds like blame, in English and German; the setting ``blaming_words`` replaces it."""

_ROLES = frozenset(
    "bestellung care contact feedback hallo hello help hilfe info kontakt kundenservice mail office"
    " orders press privacy repair repairs reklamation returns review reviews sales service shop"
    " support team verkauf warranty".split()
)
"""Mailboxes that belong to no person (RFC 2142 and custom)."""

_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DATE = re.compile(
    r"\b\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}:\d{2}\b"
)
_PHONE = re.compile(r"(?<![\w#])(?:\+\d|00[1-9]|\(?0[1-9])[\d ()/.-]{5,}\d")
_FREE = re.compile(r"^(?:\+?(?:44|49|43|41|31|33|34|39|353)?0?800|\+?1?8(?:00|33|44|55|66|77|88))")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")
_CARD = re.compile(r"(?<![\w-])[2-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{3,4}(?![\w-])")
_STREETS = (
    re.compile(
        r"\b[A-ZÄÖÜ][\wäöüß-]*(?:straße|strasse|str\.|gasse|allee|weg|platz)\s+\d{1,4}\s?[a-z]?\b"
    ),
    re.compile(
        r"\b\d{1,4}[a-z]?\s+(?:[A-Z][\w'-]+\s+){1,3}"
        r"(?:Street|Road|Rd|Avenue|Lane|Drive|Close|Court|Terrace|Crescent|Boulevard)\b"
    ),
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b"),  # a British postcode
)
_ORDER = re.compile(
    r"\b(?:order|invoice|tracking|parcel|customer|bestellung|bestell-?nr|bestellnummer|auftrag"
    r"|auftragsnummer|rechnung|rechnungsnummer|sendung|sendungsnummer|kundennummer)\b\.?"
    r"(?:\s+(?:no|nr|number|id|nummer)\b\.?)?\s*:?\s*(?P<one>#?(?=[\w-]*\d{3})[A-Za-z]{0,5}[\w-]+)"
    r"|(?<!\w)(?P<two>#\d{3,})\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"(?:\b(?:not|never|no|nicht|nie|kein\w*|keineswegs)|n['\u2019]t)\b")
_THANKS = re.compile(r"\b(?:thank\w*|dank\w*|freu\w*|glad|merci|appreciate\w*)\b", re.IGNORECASE)
_REVIEW = r"\b(?:review|rating|stars?|bewertung|rezension|sterne?)\b"
_CHANGE = (
    r"\b(?:change|edit|update|amend|revise|reconsider|remove|delete|take down|raise|improve"
    r"|withdraw|ändern|abändern|anpassen|löschen|entfernen|überdenken|überarbeiten|zurückziehen"
    r"|zurücknehmen)\b"
)
_ASKED = re.compile(
    rf"{_CHANGE}.{{0,40}}?{_REVIEW}|{_REVIEW}.{{0,40}}?{_CHANGE}"
    r"|\b(?:give|leave) us (?:five|5|four|4|more|a better|full)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"\b(?:refund|voucher|coupon|discount|gift card|cash|money back|gutschein|rabatt|erstatt\w+"
    r"|geld zurück|gratis|for free)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:if|when|once|as soon as|in return|in exchange|wenn|falls|sobald|im gegenzug)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def concerns(
    text: str, *, own: Iterable[str] = (), blaming: Iterable[str] = BLAMING
) -> tuple[str, ...]:
    """What speaks against publishing ``text``, a sentence each; empty when nothing does.

    ``own`` are mail addresses of the shop, ``blaming`` words and phrases in any case.
    """
    found = [*_mail(text, {address.lower() for address in own}), *_numbers(text), *_orders(text)]
    found += [f"It sounds like blame ('{phrase}')." for phrase in _blame(text, blaming)]
    return tuple(dict.fromkeys([*found, *_begging(text)]))


def _mail(text: str, own: set[str]) -> Iterator[str]:
    for found in _MAIL.findall(text):
        address = found.lower().rstrip(".")
        if address not in own and address.partition("@")[0] not in _ROLES:
            yield f"It holds a mail address ({found})."


def _numbers(text: str) -> Iterator[str]:
    """Of accounts, cards, phones and houses."""
    plain = _without_links(text)
    for found in _IBAN.finditer(plain):
        if iban := _iban(found[0]):
            yield f"It holds a bank account number ({iban})."
    for found in _CARD.finditer(plain):
        if _luhn(_digits(found[0])):
            yield "It holds what looks like a card number."
    for found in _PHONE.finditer(_DATE.sub(" ", plain)):
        if 9 <= len(_digits(found[0])) <= 15 and not _FREE.match(re.sub(r"[^\d+]", "", found[0])):
            yield f"It holds a phone number ({found[0].strip()})."
    for street in _STREETS:
        for found in street.finditer(plain):
            yield f"It holds a street address ({found[0]})."


def _orders(text: str) -> Iterator[str]:
    for found in _ORDER.finditer(_without_links(text)):
        number = found["one"] or found["two"]
        yield f"It holds an order number or the like ({number})."


def _blame(text: str, blaming: Iterable[str]) -> Iterator[str]:
    """Phrases of ``blaming`` in ``text`` as whole words, unless the words before say "not"."""
    plain = " ".join(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split()).casefold()
    for phrase in blaming:
        wanted = " ".join(phrase.split()).casefold()
        if not wanted:
            continue
        for found in re.finditer(rf"(?<!\w){re.escape(wanted)}(?!\w)", plain):
            before = " ".join(plain[: found.start()].split()[-3:])
            if not _NOT.search(before):
                yield phrase
                break


def _begging(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(text):
        if _ASKED.search(sentence) and not _THANKS.search(sentence):
            yield "It asks to change or remove the review, which review sites forbid."
        elif (
            _MONEY.search(sentence)
            and re.search(_REVIEW, sentence, re.IGNORECASE)
            and _CONDITION.search(sentence)
        ):
            yield "It offers something for the review, which review sites forbid."


def _iban(text: str) -> str | None:
    """The IBAN that ``text`` begins with, by its checksum (ISO 13616); words may follow it."""
    words = text.split()
    for count in range(len(words), 0, -1):
        number = "".join(words[:count])
        if 15 <= len(number) <= 34 and _mod_97(number):
            return number
    return None


def _mod_97(number: str) -> bool:
    turned = number[4:] + number[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def _luhn(digits: str) -> bool:
    """The checksum of card numbers (ISO/IEC 7812-1)."""
    doubled = (int(digit) * (1 + n % 2) for n, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _without_links(text: str) -> str:
    return _LINK.sub(" ", _MAIL.sub(" ", text))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)

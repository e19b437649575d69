"""Guesses the language of a customer's text, for choosing among variants of a canned reply.

The rule is simple so that it can be told: the script decides where only one language of our
table uses it, else the language most of whose commonest words are in the text. Where two are
level, or a single word is all there is, nothing is guessed.
"""

import re
from collections import Counter

_LOOKED_AT = 2_000
"""Characters; who writes, shows the language at the beginning."""

_LEAST = 2
"""Common words that must be found: one alone stands in several languages."""

_COMMON = {
    "de": "aber bitte das der die ein eine es für habe hallo ich ist mir mit nicht sie und wir zu",
    "en": "and are can for have hello i in is it my not of please that the this to with you your",
    "es": "buenas con de el en es gracias hola la los me mi no para pero por que se un una y",
    "fr": "avec bonjour de des est et il je la le les ma mais merci mon pas pour que une vous",
    "it": "che ciao con di e gli grazie ho il in la mi mio non per salve sono un una è",
    "nl": "de dit een en er het hoi ik is maar met mijn niet op van voor wat zijn dat te",
    "pl": "czy dla do dzień dobry i jest mi mnie na nie o proszę się to w z za że jak",
    "pt": "com da de do e em eu mas meu minha não o obrigado olá os para por que um uma",
    "sv": "att av det du en för har hej i inte jag med men min mitt och om på som är",
}
_LANGUAGES = {
    word: [code for code, words in _COMMON.items() if word in words.split()]
    for words in _COMMON.values()
    for word in words.split()
}
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),  # before Chinese: kana decides
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
_UKRAINIAN = re.compile("[\u0454\u0456\u0457\u0491]")
"""Letters that Russian does not have."""

_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")


def likely_language(text: str) -> str | None:
    """The ISO 639-1 code of the language ``text`` seems to be in; None when it cannot be told."""
    start = text[:_LOOKED_AT].casefold()
    return _by_script(start) or _by_words(start)


def _by_script(text: str) -> str | None:
    """By the first script that a fifth of the letters are of: names and products are borrowed."""
    letters = len(_LETTER.findall(text))
    for code, script in _SCRIPTS:
        if len(script.findall(text)) * 5 > letters:
            return "uk" if code == "ru" and _UKRAINIAN.search(text) else code
    return None


def _by_words(text: str) -> str | None:
    found = Counter(
        code for word in set(_WORD.findall(text)) for code in _LANGUAGES.get(word, ())
    ).most_common(2)
    if not found or found[0][1] < _LEAST:
        return None
    level = len(found) > 1 and found[0][1] == found[1][1]
    return None if level else found[0][0]

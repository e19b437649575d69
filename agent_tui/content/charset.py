"""Turns octets of a mail into text: transfer encodings, character sets, encoded words."""

import binascii
import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Octets:
    """What a transfer encoding hid."""

    data: bytes
    whole: bool  # False where some of it could not be read


def decoded_octets(data: bytes, encoding: str) -> Octets:
    """``data`` without its Content-Transfer-Encoding; what is broken in it is left out.

    An encoding nobody knows (RFC 2045, 6.4) leaves ``data`` as it is.
    """
    decode = _TRANSFER.get(encoding.strip().lower())
    return decode(data) if decode else Octets(data, whole=True)


def decoded_text(data: bytes, charset: str | None) -> str:
    """``data`` as text; never raises: what fits no character set becomes U+FFFD.

    A missing, unknown or plainly wrong ``charset`` is replaced by UTF-8 where the octets are
    UTF-8, else by Windows-1252, the commonest of the unlabelled ones.
    """
    codec = _codec(charset)
    if codec is None or codec == "cp1252":
        return _guessed(data)
    # What is UTF-8 throughout is UTF-8, whatever its label says; short words may be by chance.
    mislabelled = not codec.startswith("utf") and len(data.translate(None, _ASCII)) >= 8
    order = ("utf-8", codec) if mislabelled else (codec, "utf-8")
    for likely in (*order, *_CONFUSED.get(codec, ())):
        try:
            return data.decode(likely)
        except (UnicodeError, ValueError):
            continue
    return _broken_utf8(data) if codec == "utf-8" else data.decode(codec, "replace")


def decoded_words(value: str) -> str:
    """A header's value with its encoded words (RFC 2047) decoded.

    Neighbouring words of one character set are joined before decoding: many programs cut
    characters in two.
    """
    if "=?" not in value:
        return value
    out: list[str] = []
    pending: list[bytes] = []
    charset = ""
    end = 0
    for match in _ENCODED_WORD.finditer(value):
        label = match[1].partition("*")[0].lower()  # RFC 2231, 5: a language may follow
        if pending and (match.start() > end or label != charset):
            out.append(decoded_text(b"".join(pending), charset))
            pending.clear()
        out.append(value[end : match.start()])
        charset, end = label, match.end()
        pending.append(_word_octets(match[2], match[3]))
    out.append(decoded_text(b"".join(pending), charset))
    out.append(value[end:])
    return "".join(out)


def _codec(charset: str | None) -> str | None:
    """Python's name of the codec that reads ``charset``, None where there is none for text."""
    label = (charset or "").strip(" \t'\"").lower()
    if not label or len(label) > _LONGEST_LABEL or not label.isascii() or "\0" in label:
        return None
    try:
        info = codecs.lookup(_LABELS.get(label, label))
    except LookupError:
        return None
    # The attribute is what bytes.decode itself asks to keep hex, zlib and rot13 out.
    if info.name in _REFUSED or not getattr(info, "_is_text_encoding", True):
        return None
    return _MEANT.get(info.name, info.name)


def _guessed(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _broken_utf8(data: bytes) -> str:
    """UTF-8 with a few bad octets, or Windows-1252 under a wrong label: whichever fits better."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(char > "\x7f" for char in text) - bad
    return text if good >= bad else data.decode("cp1252", "replace")


def _word_octets(kind: str, payload: str) -> bytes:
    raw = payload.encode("utf-8", "surrogateescape")
    return _base64(raw).data if kind in "bB" else binascii.a2b_qp(raw, header=True)


def _base64(data: bytes) -> Octets:
    data = data.strip()
    if _ONE_PIECE.fullmatch(data):
        try:
            return Octets(binascii.a2b_base64(data), whole=True)
        except binascii.Error:
            return Octets(_base64_piece(data), whole=False)
    if data.count(b" ") * 20 > len(data):  # words with blanks between: it never was base64
        return Octets(data, whole=False)
    # Padding stands in the middle where a program joined two encoded pieces.
    return Octets(b"".join(_base64_piece(piece) for piece in _PIECE.findall(data)), whole=False)


def _base64_piece(piece: bytes) -> bytes:
    letters = _NOT_BASE64.sub(b"", piece)
    extra = len(letters) % 4
    if extra == 1:  # six bits are no octet
        letters, extra = letters[:-1], 0
    return binascii.a2b_base64(letters + b"=" * (-extra % 4))


def _quoted_printable(data: bytes) -> Octets:
    return Octets(binascii.a2b_qp(data), whole=True)


def _uuencoded(data: bytes) -> Octets:
    begin = _UU_BEGIN.search(data)
    if begin is None:
        return Octets(data, whole=False)
    out: list[bytes] = []
    whole = True
    for line in data[begin.end() :].splitlines():
        if line.strip() in {b"end", b"`", b""}:
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            whole = False
    return Octets(b"".join(out), whole)


_ASCII = bytes(range(128))
_LONGEST_LABEL = 40
_LABELS = {
    # Labels seen in mail that Python's registry lacks.
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "x-sjis": "cp932",
    "x-gbk": "gbk",
    "x-euc-jp": "euc_jp",
    "windows-874": "cp874",
    "windows-949": "cp949",
    "windows-31j": "cp932",
    "unicode-1-1-utf-8": "utf-8",
    "utf-8mb4": "utf-8",
    "cp-850": "cp850",
    "x-mac-roman": "mac_roman",
}
_MEANT = {
    # What mail programs label and what they send, as the WHATWG Encoding standard lists it.
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "cp950",
    "tis-620": "cp874",
    "iso2022_jp": "iso2022_jp_ext",
}
_CONFUSED = {
    # Japanese programs have always sent one of these and named another.
    "iso2022_jp_ext": ("euc_jp", "cp932"),
    "cp932": ("euc_jp",),
    "euc_jp": ("cp932",),
}
_REFUSED = frozenset(
    # Text codecs of Python that mean source code or domain names, never a mail's text.
    "idna punycode unicode-escape raw-unicode-escape unicode_escape raw_unicode_escape".split()
    + "undefined mbcs oem".split()
)
_ENCODED_WORD = re.compile(
    r"=\?([!->@-~]{1,60})\?([bBqQ])\?([^?\n]{0,8192})\?=(?:[ \t\n]+(?==\?))?"
)
_ONE_PIECE = re.compile(rb"[A-Za-z0-9+/\r\n]*+={0,2}")
_PIECE = re.compile(rb"[^=]+")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\n]*\n", re.MULTILINE)

_TRANSFER: dict[str, Callable[[bytes], Octets]] = {
    "base64": _base64,
    "quoted-printable": _quoted_printable,
    "x-uuencode": _uuencoded,
    "uuencode": _uuencoded,
    "x-uue": _uuencoded,
}

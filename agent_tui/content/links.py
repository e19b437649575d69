"""Numbers the links of a text and tells where each one really leads; opens nothing."""

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from agent_tui.content.safe import safe_line, safe_text
from agent_tui.model.message import Link


@dataclass(slots=True)
class LinkList:
    """The links of one body, collected as its text is made; an address gets one number."""

    links: list[Link] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)
    _room: int = 400_000  # characters of addresses kept, so that a body of links stays small
    _left: int = 5000  # places that are still looked at

    def marker(self, text: str, url: str) -> str:
        """The mark to stand behind ``text``: its number, and the real host if ``text`` has not it.

        Empty where ``url`` leads nowhere (a place in the page, a relative address), where it says
        the same as ``text`` (a mail address, a telephone number), or for too many links.
        """
        self._left -= 1
        link = inspected(len(self.links) + 1, text, url) if self._left >= 0 else None
        if link is None:
            return ""
        number = self._numbers.get(link.url)
        if number is None:
            if len(self.links) >= _MOST_LINKS or self._room < len(link.url):
                return ""
            number = link.number
            self._room -= len(link.url)
            self._numbers[link.url] = number
            self.links.append(link)
        return _marker(number, link, text)


def inspected(number: int, text: str, url: str) -> Link | None:
    """The link called ``text`` to ``url``; None where there is nothing to open."""
    cleaned = safe_text(_INVISIBLE.sub("", url)).strip()
    scheme = _SCHEME.match(cleaned)
    if cleaned.startswith("//"):
        cleaned, scheme = f"https:{cleaned}", _SCHEME.match("https:")
    if scheme is None or len(cleaned) > _LONGEST_URL:
        return None
    name = scheme[1].lower()
    if name == "mailto":
        return _mailto(number, text, cleaned)
    if name in {"tel", "sms", "cid", "mid"}:
        return None
    if name not in {"http", "https"}:
        shown = safe_line(quote(cleaned, safe=_URL_CHARS))
        return Link(number, _label(text), shown, "", suspicious=True, openable=False)
    return _web(number, text, cleaned)


def ascii_host(host: str) -> str:
    """``host`` with labels in other scripts written as ``xn--`` (RFC 5891), safe."""
    if host.isascii():
        return safe_line(host)
    return ".".join(_ascii_label(label) for label in _DOTS.split(host[:_LONGEST_HOST]))


def _web(number: int, text: str, url: str) -> Link | None:
    try:
        parts = urlsplit(url)
        host = ascii_host(parts.hostname or "")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        shown = safe_line(quote(url, safe=_URL_CHARS))
        return Link(number, _label(text), shown, "", suspicious=True, openable=False)
    if not host:
        return None
    user = f"{quote(parts.netloc.rpartition('@')[0])}@" if "@" in parts.netloc else ""
    address = f"[{host}]" if ":" in host else host
    rest = SplitResult("", "", parts.path, parts.query, parts.fragment).geturl()
    if rest and rest[0] not in "/?#":
        rest = f"/{rest}"
    whole = f"{parts.scheme.lower()}://{user}{address}{port}{quote(rest, safe=_URL_CHARS)}"
    odd = bool(user) or _names_another(text, host) or _HOST.fullmatch(host) is None
    openable = _HOST.fullmatch(host) is not None
    return Link(number, _label(text), whole, host, suspicious=odd, openable=openable)


def _mailto(number: int, text: str, url: str) -> Link | None:
    address, _, query = url[len("mailto:") :].partition("?")
    recipient = quote(safe_line(address), safe="@%+,._-~=&!'*")
    if not recipient.strip() or (not query and address.lower() in text.lower()):
        return None
    # Only what a person would see before sending: no attachments, no hidden copies.
    wanted = [(k, v) for k, v in parse_qsl(query) if k.lower() in {"subject", "body"}]
    kept = f"?{urlencode(wanted, quote_via=quote)}" if wanted else ""
    host = ascii_host(address.rpartition("@")[2].partition(",")[0])
    other = _MAIL.search(text)
    odd = other is not None and other[0].lower() != address.lower()
    whole = f"mailto:{recipient}{kept}"
    return Link(number, _label(text), whole, host, suspicious=odd, openable=True)


def _names_another(text: str, host: str) -> bool:
    """Whether ``text`` looks like the address of a site that is not ``host``'s."""
    for match in _NAMED_HOST.finditer(text[:_LONGEST_LABEL]):
        schemed, named = match[1] or "", match[2].lower()
        if not schemed and (named.rpartition(".")[2] in _FILE_ENDINGS or "." not in named):
            continue
        if not _same_site(ascii_host(named), host):
            return True
    return False


def _same_site(one: str, other: str) -> bool:
    one, other = one.removeprefix("www."), other.removeprefix("www.")
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _marker(number: int, link: Link, text: str) -> str:
    if not link.host:
        return f"[{number} {link.url.partition(':')[0]}:]"
    host = link.host.removeprefix("www.")
    shown = host in text.lower() and not link.suspicious
    return f"[{number}]" if shown else f"[{number} {host}]"


def _label(text: str) -> str:
    return safe_line(text, _LONGEST_LABEL)


def _ascii_label(label: str) -> str:
    if label.isascii():
        return safe_line(label)
    try:
        return label.encode("idna").decode()
    except UnicodeError:  # too long, or not allowed in a name; shown all the same
        return f"xn--{label.encode('punycode', 'replace').decode('ascii', 'replace')}"


_MOST_LINKS = 500
_LONGEST_URL = 4000
_LONGEST_LABEL = 200
_LONGEST_HOST = 253  # RFC 1035, 2.3.4
_URL_CHARS = "%/:?#[]@!$&'()*+,;=-._~"  # RFC 3986: reserved, unreserved and already encoded
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}):")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,252}[a-z0-9_.])?|[0-9a-f:.]{2,45}")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_MAIL = re.compile(r"[^\s@<>()\[\]]{1,64}@[^\s@<>()\[\]]{1,255}")
_NAMED_HOST = re.compile(
    r"(?<![@\w.-])(https?://(?:[^\s/@]{0,60}@)?)?((?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24})(?![\w@-])",
    re.IGNORECASE,
)
_FILE_ENDINGS = frozenset(
    "pdf doc docx xls xlsx ppt pptx odt ods txt csv zip rar gz png jpg jpeg gif svg webp mp3 mp4"
    " mov avi html htm php asp aspx js ts py rb md json xml yml yaml exe msi dmg apk eml"
    " ics".split()
)

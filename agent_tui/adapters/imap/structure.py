"""Reads a server's BODYSTRUCTURE (RFC 3501, 7.4.2) into the parts of a mail."""

from dataclasses import replace

from agent_tui.content.charset import decoded_text
from agent_tui.content.headers import message_ids, parameterised, plain_text
from agent_tui.content.parts import Part, walk
from agent_tui.content.safe import safe_line

_DEEPEST = 30
"""Levels told apart, as in a mail that is read whole; what lies deeper is one file."""

Fields = tuple[object, ...]


def part_of(structure: object) -> Part:
    """The mail's parts by what the server says of them. Raises ValueError when it is no structure.

    ``structure`` are nested tuples with octets, numbers and None as leaves.
    """
    if not isinstance(structure, tuple):
        raise ValueError("BODYSTRUCTURE is no list")  # noqa: TRY004 - of the server's answer
    if _is_multipart(structure):
        return _multipart(structure, "", "", 0)
    return _single(structure, "1", 0)


def described(root: Part) -> int:
    """Octets that lie in parts the server can tell apart."""
    return sum(part.size for part in walk(root) if not part.children)


def _is_multipart(fields: Fields) -> bool:
    return bool(fields) and isinstance(fields[0], tuple)


def _part(fields: Fields, section: str, prefix: str, depth: int) -> Part:
    if _is_multipart(fields):
        return _multipart(fields, section, prefix, depth)
    return _single(fields, section, depth)


def _multipart(fields: Fields, section: str, prefix: str, depth: int) -> Part:
    inner = [one for one in fields if isinstance(one, tuple)]
    count = next(i for i, one in enumerate((*fields, b"")) if not isinstance(one, tuple))
    kind = f"multipart/{_word(_at(fields, count)) or 'mixed'}"
    if depth >= _DEEPEST:
        return Part(section or "1", "application/octet-stream")
    children = []
    for number, child in enumerate(inner[:count], 1):
        place = f"{prefix}{number}"
        children.append(_part(child, place, f"{place}.", depth + 1))
    return Part(section, kind, children=tuple(children))


def _single(fields: Fields, section: str, depth: int) -> Part:
    main, sub = _word(_at(fields, 0)), _word(_at(fields, 1))
    kind = f"{main}/{sub}" if main and sub else "text/plain"  # RFC 2045, 5.2
    after_size = {"text": 8, "message/rfc822": 10}.get(kind if "rfc822" in kind else main, 7)
    content = parameterised(f"{kind}{_parameters(_at(fields, 2))}").parameters
    disposition = _at(fields, after_size + 1)
    place = disposition if isinstance(disposition, tuple) else ()
    shown = parameterised(f"{_word(_at(place, 0))}{_parameters(_at(place, 1))}")
    ids = message_ids(_string(_at(fields, 3)))
    size = _at(fields, 6)
    part = Part(
        section,
        kind,
        charset=content.get("charset", ""),
        encoding=safe_line(_word(_at(fields, 5)), 40),
        disposition=shown.value,
        name=shown.parameters.get("filename", "") or content.get("name", ""),
        content_id=ids[0] if ids else None,
        flowed=content.get("format", "").lower() == "flowed",
        delete_space=content.get("delsp", "").lower() == "yes",
        size=size if isinstance(size, int) else 0,
    )
    embedded = _at(fields, 8)
    if kind == "message/rfc822" and isinstance(embedded, tuple) and depth < _DEEPEST:
        return _with_embedded(part, embedded, _at(fields, 7), depth)
    return part


def _with_embedded(part: Part, embedded: Fields, envelope: object, depth: int) -> Part:
    """An embedded mail; the parts of a multipart continue its number (RFC 3501, 6.4.5)."""
    several = _is_multipart(embedded)
    section = f"{part.section}.TEXT" if several else f"{part.section}.1"
    child = _part(embedded, section, f"{part.section}.", depth + 1)
    return replace(part, children=(child,), caption=_caption(envelope))


def _caption(envelope: object) -> tuple[str, ...]:
    if not isinstance(envelope, tuple):
        return ()
    lines = {
        "From": _person(_at(envelope, 2)),
        "Date": _string(_at(envelope, 0)),
        "Subject": _string(_at(envelope, 1)),
    }
    return tuple(f"{name}: {plain_text(value, 300)}" for name, value in lines.items() if value)


def _person(people: object) -> str:
    first = _at(people, 0) if isinstance(people, tuple) else None
    if not isinstance(first, tuple):
        return ""
    name, address = _string(_at(first, 0)), f"{_string(_at(first, 2))}@{_string(_at(first, 3))}"
    return f"{name} <{address}>" if name else address


def _parameters(pairs: object) -> str:
    """A list of names and values as a header has them, for the one reader of parameters."""
    if not isinstance(pairs, tuple):
        return ""
    texts = [_string(one).replace("\\", "\\\\").replace('"', '\\"') for one in pairs]
    return "".join(
        f'; {name}="{value}"' for name, value in zip(texts[::2], texts[1::2], strict=False)
    )


def _at(fields: object, index: int) -> object:
    return fields[index] if isinstance(fields, tuple) and index < len(fields) else None


def _word(value: object) -> str:
    return _string(value).strip().lower()


def _string(value: object) -> str:
    if isinstance(value, bytes):
        return decoded_text(value, None)
    return str(value) if isinstance(value, int) else ""

"""What a message says, as text for the agent, and the files that it carries."""

from collections.abc import Callable
from dataclasses import dataclass

from agent_tui.adapters.node import Node
from agent_tui.adapters.telegram.service import service_sentence
from agent_tui.content.safe import safe_line, safe_name
from agent_tui.model.incoming import IncomingFile

UNKNOWN = "This message is of a kind that this program does not know; open it in Telegram."


@dataclass(frozen=True, slots=True)
class Content:
    """A message's words, not yet prepared, and its files."""

    text: str
    files: tuple[IncomingFile, ...] = ()
    automatic: bool = False  # Telegram says so, not the customer


def content_of(message: Node) -> Content:
    """What ``message`` says; every kind of message says something."""
    number = message.whole("message_id") or 0
    files = tuple(_files(message, number))
    words = _words(message)
    told = [sentence for sentence in (tell(message) for tell in _TOLD) if sentence]
    if not words and not told and not files:
        service = service_sentence(message)
        return Content(service or UNKNOWN, automatic=bool(service))
    lines = [*_origin(message), *told, *([words] if words else [])]
    return Content("\n".join(lines), files)


def name_of(user: Node) -> str:
    """First and last name of a user, or the title of a chat that speaks for one."""
    full = f"{user.line('first_name')} {user.line('last_name')}".strip()
    return full or user.line("title") or user.line("username")


def with_links(text: str, entities: list[Node]) -> str:
    """``text`` with the addresses that its words hide; entities count UTF-16 units."""
    units = text.encode("utf-16-le", "surrogatepass")
    added: list[tuple[int, str, str]] = []
    for entity in entities:
        start, length = entity.whole("offset"), entity.whole("length")
        url = entity.text("url")
        if entity.text("type") != "text_link" or start is None or length is None or not url:
            continue
        if 0 <= start < start + length <= len(units) // 2:
            label = units[2 * start : 2 * (start + length)].decode("utf-16-le", "replace")
            added.append((2 * (start + length), label, url))
    for end, label, url in sorted(added, reverse=True):
        if label.strip() != url:
            units = units[:end] + f" ({url})".encode("utf-16-le", "surrogatepass") + units[end:]
    return units.decode("utf-16-le", "surrogatepass")


def _words(message: Node) -> str:
    if message.has("rich_message"):
        return _rich(message.node("rich_message").nodes("blocks"))
    kind = "text" if message.text("text") else "caption"
    entities = "entities" if kind == "text" else "caption_entities"
    return with_links(message.text(kind), message.nodes(entities))


def _origin(message: Node) -> list[str]:
    origin = message.node("forward_origin")
    if not origin:
        return []
    who = (
        name_of(origin.node("sender_user"))
        or origin.line("sender_user_name")
        or name_of(origin.node("sender_chat"))
        or name_of(origin.node("chat"))
    )
    return [f"Forwarded from {who}:" if who else "Forwarded:"]


def _files(message: Node, number: int) -> list[IncomingFile]:
    """An animation comes as a document, too, and a moving photo as a photo: once will do."""
    found: list[IncomingFile] = []
    for kind, stem, suffix, media_type in _FILES:
        file = message.node(kind)
        if not file.text("file_id") or (kind == "document" and message.has("animation")):
            continue
        name = safe_name(file.text("file_name")) if file.text("file_name") else ""
        found.append(
            IncomingFile(
                file.text("file_id"),
                name or f"{stem}-{number}.{suffix}",
                safe_line(file.text("mime_type") or media_type, 100),
                file.whole("file_size") or 0,
            )
        )
    sizes = [size for size in message.nodes("photo") if size.text("file_id")]
    if sizes:
        photo = max(
            sizes, key=lambda size: (size.whole("width") or 0) * (size.whole("height") or 0)
        )
        size = photo.whole("file_size") or 0
        found.append(
            IncomingFile(photo.text("file_id"), f"photo-{number}.jpg", "image/jpeg", size, True)
        )
    return found + _sticker(message.node("sticker"), number)


def _area(size: Node) -> int:
    return (size.whole("width") or 0) * (size.whole("height") or 0)


def _sticker(sticker: Node, number: int) -> list[IncomingFile]:
    if not sticker.text("file_id"):
        return []
    if sticker.true("is_animated"):
        suffix, media_type = "tgs", "application/x-tgsticker"
    elif sticker.true("is_video"):
        suffix, media_type = "webm", "video/webm"
    else:
        suffix, media_type = "webp", "image/webp"
    name, size = f"sticker-{number}.{suffix}", sticker.whole("file_size") or 0
    return [IncomingFile(sticker.text("file_id"), name, media_type, size, True)]


_FILES = (
    ("document", "document", "bin", "application/octet-stream"),
    ("voice", "voice", "ogg", "audio/ogg"),
    ("audio", "audio", "mp3", "audio/mpeg"),
    ("video", "video", "mp4", "video/mp4"),
    ("video_note", "video-message", "mp4", "video/mp4"),
    ("animation", "animation", "mp4", "video/mp4"),
    ("live_photo", "moving-photo", "mp4", "video/mp4"),
)
"""Field, stem and suffix of the name where it has none, media type where none is said."""


def _sticker_words(message: Node) -> str:
    sticker = message.node("sticker")
    return f"Sticker {sticker.line('emoji')}".rstrip() + "." if sticker else ""


def _lasting(kind: str, what: str) -> Callable[[Node], str]:
    """Says what a voice or video message is and how long it lasts."""

    def tell(message: Node) -> str:
        file = message.node(kind)
        if not file:
            return ""
        minutes, seconds = divmod(file.whole("duration") or 0, 60)
        return f"{what}, {minutes}:{seconds:02}."

    return tell


def _song(message: Node) -> str:
    audio = message.node("audio")
    parts = [part for part in (audio.line("performer"), audio.line("title")) if part]
    return f"Audio: {', '.join(parts)}." if parts else ""


def _place(message: Node) -> str:
    venue = message.node("venue")
    place = venue.node("location") if venue else message.node("location")
    lat, lon = place.number("latitude"), place.number("longitude")
    if lat is None or lon is None:
        return ""
    where = f"{lat:.6g}, {lon:.6g}"
    address = f"https://www.openstreetmap.org/?mlat={lat:.6f}&mlon={lon:.6f}"
    if venue:
        return f"Place: {venue.line('title')}, {venue.line('address')} ({where})\n{address}"
    return f"{'Live location' if place.has('live_period') else 'Location'}: {where}\n{address}"


def _contact(message: Node) -> str:
    contact = message.node("contact")
    return f"Contact: {name_of(contact)}, {contact.line('phone_number')}" if contact else ""


def _poll(message: Node) -> str:
    poll = message.node("poll")
    if not poll:
        return ""
    options = [f"- {option.line('text')}" for option in poll.nodes("options")]
    return "\n".join([f"Poll: {poll.line('question')}", *options])


def _dice(message: Node) -> str:
    dice = message.node("dice")
    return f"{dice.line('emoji')} came out as {dice.whole('value')}." if dice else ""


def _checklist(message: Node) -> str:
    checklist = message.node("checklist")
    if not checklist:
        return ""
    tasks = [f"- {task.line('text')}" for task in checklist.nodes("tasks")]
    return "\n".join([f"Checklist: {checklist.line('title')}", *tasks])


def _elsewhere(message: Node) -> str:
    """What bots are told of but cannot see."""
    if message.has("story"):
        return "A story was passed on; only Telegram's own apps can show it."
    if message.has("game"):
        return f"Game: {message.node('game').line('title')}."
    if message.has("paid_media"):
        return "Paid photos or videos; only Telegram's own apps can show them."
    return ""


_TOLD: tuple[Callable[[Node], str], ...] = (
    _sticker_words,
    _lasting("voice", "Voice message"),
    _lasting("video_note", "Video message"),
    _song,
    _place,
    _contact,
    _poll,
    _dice,
    _checklist,
    _elsewhere,
)

_MOST_BLOCKS = 400
_DEEPEST = 12


def _rich(blocks: list[Node]) -> str:
    """The texts of a rich message in order, a line for each; its formatting is left out."""
    lines: list[str] = []
    _collect(blocks, lines, 0)
    return "\n".join(lines[:_MOST_BLOCKS])


def _collect(blocks: list[Node], lines: list[str], depth: int) -> None:
    for block in blocks:
        if depth > _DEEPEST or len(lines) >= _MOST_BLOCKS:
            return
        said = _flat(block.fields.get("text"), 0) if block.has("text") else ""
        if said:
            lines.append(said)
        for inner in ("blocks", "items"):
            _collect(block.nodes(inner), lines, depth + 1)


def _flat(text: object, depth: int) -> str:
    """Rich text is a string, a list of rich texts, or an object with one in it."""
    if isinstance(text, str):
        return text
    if depth > _DEEPEST:
        return ""
    if isinstance(text, list):
        return "".join(_flat(part, depth + 1) for part in text)
    return _flat(text.get("text"), depth + 1) if isinstance(text, dict) else ""

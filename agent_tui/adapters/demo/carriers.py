"""What carries the chats of the demo world behind their channel, with the limits that it sets."""

from collections.abc import Iterable
from zlib import crc32

from agent_tui.adapters.demo.play import Person, Play, Voice
from agent_tui.adapters.demo.world import Scene, customer
from agent_tui.model.clock import DAY, Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.incoming import ConversationState, Mark, ReactionChange
from agent_tui.model.message import Delivery

_CARRIERS = {
    Channel.CHAT: ("website", "whatsapp", "website"),
    Channel.SOCIAL: ("instagram", "facebook"),
}
_LIMITS = {"whatsapp": 4096, "instagram": 1000, "facebook": 2000}
"""Characters of an answer."""
_WINDOWS: dict[str, Millis] = {"whatsapp": DAY}
"""No free answer that long after the customer's last message."""

EMOJI = ("👍", "❤️", "😄", "🙏")


def carrier(channel: Channel, person: Person) -> str:
    """What ``person`` writes by; empty for channels that are carried by themselves."""
    carriers = _CARRIERS.get(channel, ("",))
    return carriers[crc32(person.key.encode()) % len(carriers)]


def state(play: Play, key: str, at: Millis) -> ConversationState | None:
    """What the provider says of a conversation whose customer has written ``at`` last."""
    via = carrier(play.channel, play.person)
    if not via:
        return None
    window = _WINDOWS.get(via)
    until = None if window is None else at + window
    return ConversationState(key, via=via, reply_limit=_LIMITS.get(via), reply_until=until)


def states(ended: Iterable[Scene]) -> tuple[ConversationState, ...]:
    """What the provider says of these conversations of the past."""
    found = (
        state(scene.play, scene.play.key, _spoken(scene, Voice.CUSTOMER)[1]) for scene in ended
    )
    return tuple(one for one in found if one is not None)


def marks(ended: Iterable[Scene]) -> tuple[Mark, ...]:
    """How far our answers came: what the customer wrote after was read, the rest delivered."""
    found = []
    for scene in ended:
        if not carrier(scene.play.channel, scene.play.person):
            continue
        customers = _spoken(scene, Voice.CUSTOMER)[1]
        ours = [n for n, line in enumerate(scene.play.lines) if line.voice is Voice.AGENT]
        read = [n for n in ours if scene.times[n] < customers]
        if read:
            found.append(Mark(_remote_id(scene, read[-1]), Delivery.READ, and_before=True))
        found += [Mark(_remote_id(scene, n), Delivery.DELIVERED) for n in ours[len(read) :]]
    return tuple(found)


def reactions(ended: Iterable[Scene]) -> tuple[ReactionChange, ...]:
    """Some customers put an emoji to our last answer."""
    found = []
    for scene in ended:
        index, chance = _spoken(scene, Voice.AGENT)[0], crc32(scene.play.key.encode())
        if index >= 0 and carrier(scene.play.channel, scene.play.person) and chance % 3 == 0:
            emoji = EMOJI[chance // 3 % len(EMOJI)]
            who = customer(scene.play.person)
            found.append(ReactionChange(_remote_id(scene, index), who, emoji))
    return tuple(found)


def _remote_id(scene: Scene, index: int) -> str:
    return f"{scene.play.key}.{index}"


def _spoken(scene: Scene, voice: Voice) -> tuple[int, Millis]:
    """Which line ``voice`` spoke last and when; -1 and 0 where it never did."""
    spoken = [(n, scene.times[n]) for n, line in enumerate(scene.play.lines) if line.voice is voice]
    return spoken[-1] if spoken else (-1, 0)

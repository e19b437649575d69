"""The kinds of Chatwoot's inboxes: which channel of ours each is, and its limits."""

from dataclasses import dataclass, replace

from agent_tui.adapters.chatwoot.records import Conversation, Inbox
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import DAY, HOUR, Millis
from agent_tui.model.conversation import Channel

GENERAL_LIMIT = 10_000
"""Characters of a reply where nothing else is known; notes have this limit everywhere."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What an inbox carries."""

    via: str
    channel: Channel = Channel.CHAT
    limit: int = GENERAL_LIMIT
    windows: tuple[Millis, ...] = ()  # how long the customer may be answered, the usual one first
    takes_back: bool = False  # what is deleted vanishes at the customer's side, too


# Lengths are those of Chatwoot's own composer (app/javascript/shared/helpers/
# MessageTypeHelper.js in 4.14), which names each provider's page; windows are those of its
# MessageWindowService. Meta's seven days hold where the operator has Meta's "human agent" leave.
#
# Messages to a Facebook page, an Instagram account and the like are one-to-one and answered at
# once, as in a chat; Channel.SOCIAL is for what the public reads.
_META = (DAY, 7 * DAY)
_WHATSAPP = "Channel::Whatsapp"
_TWILIO = "Channel::TwilioSms"
_KINDS: dict[str, Kind] = {
    "Channel::WebWidget": Kind("website", takes_back=True),
    "Channel::Api": Kind("api"),
    "Channel::Email": Kind("email", Channel.MAIL, 25_000),
    _WHATSAPP: Kind("whatsapp", limit=4096, windows=(DAY,)),
    "Channel::FacebookPage": Kind("facebook", limit=2000, windows=_META),
    "Channel::Instagram": Kind("instagram", limit=1000, windows=_META),
    "Channel::Telegram": Kind("telegram", limit=4096),
    "Channel::Line": Kind("line", limit=2000),
    "Channel::Tiktok": Kind("tiktok", limit=6000, windows=(48 * HOUR,)),
    "Channel::TwitterProfile": Kind("twitter"),
    "Channel::Sms": Kind("sms", limit=320),
    _TWILIO: Kind("sms", limit=320),
}
_TWILIO_WHATSAPP = Kind("whatsapp", limit=1600, windows=(DAY,))


def kind_of(channel: str, inbox: Inbox | None = None) -> Kind:
    """The kind of an inbox whose channel is such as "Channel::Telegram"."""
    if inbox is not None and channel == _TWILIO and inbox.medium == "whatsapp":
        return _TWILIO_WHATSAPP
    found = _KINDS.get(channel) or Kind(safe_line(channel.removeprefix("Channel::").lower(), 30))
    if inbox is not None and inbox.window_hours:
        return replace(found, windows=(inbox.window_hours * HOUR,))
    return found


def reply_until(
    kind: Kind, conversation: Conversation, wrote_at: Millis | None, now: Millis
) -> Millis | None:
    """Until when the customer may be answered freely; None: for ever, or nobody knows.

    ``wrote_at`` is when the customer wrote last, where that is known. Whether the window is open
    ``now`` is the server's word (``can_reply``); until when is worked out.
    """
    if not conversation.can_reply:
        if wrote_at is None or not kind.windows:
            return min(conversation.active_at, now)
        return min(wrote_at + kind.windows[0], now)
    if wrote_at is None:
        return None
    return next((wrote_at + one for one in kind.windows if wrote_at + one > now), None)

"""What the demo shop knows of its reviews: product, buyer, state, and how customers revise them."""

from collections.abc import Iterable

from agent_tui.adapters.demo.body import body
from agent_tui.adapters.demo.play import Play
from agent_tui.adapters.demo.world import Scene
from agent_tui.model.clock import HOUR, Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.incoming import ConversationState, Edit

LIMIT = 350
"""Characters of a public answer at the demo shop."""

_AFTERTHOUGHT: Millis = 5 * HOUR
"""From a review to what its customer made of it later."""

_POOR = 3
"""With more stars there is nothing to mend."""

_BETTER = {
    "de": "Nachtrag: Der Laden hat geantwortet und kümmert sich darum.",
    "en": "Edit: the shop has answered and is putting it right.",
}


def state(play: Play, key: str) -> ConversationState | None:
    """How long an answer to a review may be; nothing of what is no review."""
    if play.channel is not Channel.REVIEW:
        return None
    return ConversationState(key, via="website", reply_limit=LIMIT)


def states(ended: Iterable[Scene]) -> tuple[ConversationState, ...]:
    """The same of conversations of the past."""
    found = (state(scene.play, scene.play.key) for scene in ended)
    return tuple(one for one in found if one is not None)


def edits(ended: Iterable[Scene]) -> tuple[Edit, ...]:
    """What customers made of their reviews of the past later."""
    return tuple(
        Edit(
            f"{scene.play.key}.{index}",
            body(line.text, scene.play.person.language),
            scene.times[index] + _AFTERTHOUGHT,
            rating=scene.play.rating,
        )
        for scene in ended
        for index, line in enumerate(scene.play.lines)
        if line.earlier is not None
    )


def improved(play: Play, key: str, at: Millis) -> Edit | None:
    """A poor review as its customer leaves it after an answer of ours; None for a good one."""
    if play.rating is None or play.rating > _POOR:
        return None
    more = _BETTER.get(play.person.language)
    text = play.lines[0].text + (f"\n\n{more}" if more else "")
    return Edit(f"{key}.0", body(text, play.person.language), at, rating=play.rating + 2)

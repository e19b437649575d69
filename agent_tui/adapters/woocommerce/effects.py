"""Answers, edits, deletions and moderation of reviews, all of them through WordPress's comments."""

from agent_tui.adapters.contract import (
    Commit,
    Effect,
    Receipt,
    Refused,
    Settled,
)
from agent_tui.adapters.woocommerce.api import PAGE, Api
from agent_tui.adapters.woocommerce.reading import MODERATIONS, html_of
from agent_tui.adapters.woocommerce.records import Comment, signed
from agent_tui.model.account import Counted, EffectKind

LIMIT = 65_525
"""Bytes of a comment that WordPress takes (wp_get_comment_fields_max_lengths)."""

_TRASH = "trash"
_WORDS = {moderation: word for word, moderation in MODERATIONS.items()}


class Effects:
    """What one account asks of its shop."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:
        """Carry out ``effect``. The step of no return is the POST of an answer; all else says how
        something is to be, and may be repeated."""
        match effect.kind:
            case EffectKind.SEND:
                return await self._send(effect, commit)
            case EffectKind.EDIT:
                html = _html(effect)
                await self._api.change(await self._ours(effect), {"content": {"raw": html}})
            case EffectKind.DELETE:
                await self._delete(effect)
            case EffectKind.MODERATE:
                await self._moderate(effect)
            case _:
                raise Refused(f"A shop's reviews know nothing like '{effect.kind}'.")
        return Receipt()

    async def settle(self, effect: Effect) -> Settled:
        """Looks for the answer with our key below its review.

        Where there is none it may be sent again: WordPress itself refuses the same text of the
        same author below the same review (409), should the first one come after all.
        """
        found = await self._find(_number(effect), effect.key)
        return Settled.SENT if found is not None else Settled.NOT_SENT

    async def _send(self, effect: Effect, commit: Commit) -> Receipt:
        html = _html(effect)
        review = await self._review(effect)
        if review.status == _TRASH:
            raise Refused("This review lies in the bin; publish it before you answer it.")
        await commit()
        made = await self._api.answer(review, html, signed(effect.key))
        if made is None:
            made = await self._find(review.id, effect.key)
        if made is None:
            raise Refused("The same answer of yours is there already; write something else.")
        return Receipt(str(made))

    async def _find(self, review: int, key: str) -> int | None:
        """The number of our answer with ``key``."""
        page = 0
        while True:
            page += 1
            found, total = await self._api.comments(
                parent=review, orderby="id", order="desc", page=page
            )
            for one in found:
                if one.key == key:
                    return one.id
            if not found or page * PAGE >= total:
                return None

    async def _moderate(self, effect: Effect) -> None:
        if effect.moderation is None:
            raise Refused("What was queued does not say what is to be done; do it again.")
        review = await self._review(effect)
        word = _WORDS[effect.moderation]
        if review.status != word:
            await self._api.change(review, {"status": word})

    async def _delete(self, effect: Effect) -> None:
        """Into the bin; what is gone already is as it is to be."""
        ours = await self._api.comment(_target(effect))
        if ours is not None and ours.status != _TRASH:
            await self._api.change(ours, {"status": _TRASH})

    async def _ours(self, effect: Effect) -> Comment:
        ours = await self._api.comment(_target(effect))
        if ours is None or ours.status == _TRASH:
            raise Refused("This answer was deleted at the shop, so it cannot be changed.")
        return ours

    async def _review(self, effect: Effect) -> Comment:
        review = await self._api.comment(_number(effect))
        if review is None:
            raise Refused("This review was deleted at the shop.")
        return review


def _html(effect: Effect) -> str:
    text = effect.outgoing.text.strip() if effect.outgoing else ""
    if not text:
        raise Refused("There is no text in what was queued; write it again.")
    if effect.outgoing is not None and effect.outgoing.files:
        raise Refused("An answer to a review takes no files; send it without.")
    html = html_of(text)
    over = Counted.BYTES.length(html) - LIMIT
    if over > 0:
        raise Refused(f"This answer is {over} bytes too long for WordPress; shorten it.")
    return html


def _number(effect: Effect) -> int:
    return _decimal(effect.thread_key or "")


def _target(effect: Effect) -> int:
    return _decimal(effect.targets[-1].remote_id if effect.targets else "")


def _decimal(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise Refused("This did not come from the shop; answer something that did.")
    return int(text)

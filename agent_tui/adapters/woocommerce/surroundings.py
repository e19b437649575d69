"""What stands around comments: the review that each belongs to, its stars, and who is staff."""

from collections.abc import Iterable, Mapping, Sequence

from agent_tui.adapters.woocommerce.api import STATUSES, Api
from agent_tui.adapters.woocommerce.reading import Posted
from agent_tui.adapters.woocommerce.records import KINDS, PRODUCT, Comment, Detail
from agent_tui.model.clock import HOUR, Clock, Millis

_MOST_TITLES = 5000
_DEEPEST = 10
"""Levels of answers to answers: WordPress allows up to ten."""


class Surroundings:
    """Looks things up and remembers, for the time of one run, what seldom changes."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._titles: dict[int, str] = {}  # by post
        self._staff: frozenset[int] = frozenset()
        self._staff_until: Millis = -1

    async def posted(self, comments: Sequence[Comment]) -> list[Posted]:
        """Those of ``comments`` that are reviews of products or belong to one, in their order."""
        about = [one for one in comments if one.post_type == PRODUCT and one.kind in KINDS]
        if not about:
            return []
        chains = await self._chains(about)
        details = await self._details(about)
        staff = await self._staff_now() if any(one.parent for one in about) else frozenset()
        found = []
        for one in about:
            root = _root(one, chains)
            if root is not None:
                found.append(await self._one(one, root, details.get(one.id), staff))
        return found

    async def _one(
        self, comment: Comment, root: Comment, detail: Detail | None, staff: frozenset[int]
    ) -> Posted:
        if comment.id != root.id:
            return Posted(comment, root, staff=staff)
        if detail is None:
            return Posted(comment, root, await self._title(comment), comment.rating)
        return Posted(comment, root, detail.product, detail.rating, detail.verified)

    async def _chains(self, comments: Iterable[Comment]) -> Mapping[int, Comment]:
        """``comments`` by number, with all that they answer."""
        found = {one.id: one for one in comments}
        for _ in range(_DEEPEST):
            missing = {one.parent for one in found.values() if one.parent} - found.keys()
            above = await self._api.with_numbers(missing) if missing else []
            found |= {one.id: one for one in above}
            if not above:
                break
        return found

    async def _details(self, comments: Iterable[Comment]) -> Mapping[int, Detail]:
        """What WooCommerce says of the reviews among ``comments``; nothing without its key."""
        if not self._api.keyed:
            return {}
        asked: dict[str, list[int]] = {}
        for one in comments:
            if not one.parent:
                asked.setdefault(STATUSES.get(one.status, "all"), []).append(one.id)
        answers = [await self._api.details(status, ids) for status, ids in asked.items()]
        return {one.id: one for part in answers for one in part}

    async def _title(self, comment: Comment) -> str:
        """The name of the product, for shops without WooCommerce's API."""
        if comment.post not in self._titles:
            if len(self._titles) >= _MOST_TITLES:
                self._titles.clear()
            route = comment.post_route
            self._titles[comment.post] = await self._api.title(route) if route else ""
        return self._titles[comment.post]

    async def _staff_now(self) -> frozenset[int]:
        """Who may moderate; where we may not know, the owner of our password."""
        if self._clock() >= self._staff_until:
            me = (await self._api.me()).id
            self._staff = (await self._api.moderators() or frozenset()) | {me}
            self._staff_until = self._clock() + HOUR
        return self._staff


def _root(comment: Comment, chains: Mapping[int, Comment]) -> Comment | None:
    """The review that ``comment`` belongs to; None where that is gone."""
    above: Comment | None = comment
    for _ in range(_DEEPEST + 1):
        if above is None or not above.parent:
            return above
        above = chains.get(above.parent)
    return None

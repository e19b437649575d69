"""Lets go of what widgets that were closed have drawn.

Textual 8.2 keeps the last thousand caches of drawn lines, whole: ``get_inner_outer`` depends on two
colours only, yet its ``lru_cache`` has the cache object that asks in its key. A composer has seven
widgets, so each that was opened kept 190 kB, up to 30 MB in all. Private names, used here and
nowhere else; with a Textual that has others nothing is done, which costs that memory again.
"""

from functools import lru_cache

from textual import _styles_cache
from textual.color import Color

_KEPT = 1024


def let_go() -> None:
    """Have the colours remembered, and nobody who asks for them; once for the process."""
    cache = getattr(_styles_cache, "StylesCache", None)
    asked = getattr(getattr(cache, "get_inner_outer", None), "__wrapped__", None)
    if cache is None or asked is None:
        return

    @lru_cache(_KEPT)
    def of_colours(base: Color, background: Color) -> object:
        return asked(None, base, background)

    cache.get_inner_outer = lambda _, base, background: of_colours(base, background)

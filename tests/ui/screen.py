"""The real screen over a store of a test's own, driven by keys and read as text."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from textual.pilot import Pilot

from agent_tui.config.load import load_settings
from agent_tui.config.paths import Paths, find_paths
from agent_tui.config.settings import Settings
from agent_tui.store.database import Database
from agent_tui.ui.app import AgentApp
from tests.factory import Now

ENVIRONMENT = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
_STEPS = 200
"""How many pauses a condition may take: each lets the screen do all it has to."""


@dataclass
class Screen:
    """An app that runs, its keyboard, and what is to be seen."""

    app: AgentApp
    pilot: Pilot[None]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type text, a key for each character."""
        names = {" ": "space", "\n": "enter"}
        await self.press(*(names.get(character, character) for character in text))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition; fails with the screen when it does not come true."""
        for _ in range(_STEPS):
            if condition():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"it never came true; the screen:\n{self.text}")

    @property
    def text(self) -> str:
        """What the terminal shows, line by line."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.ljust(width) for strip in strips[:height])

    def shows(self, words: str) -> bool:
        return words in self.text


@asynccontextmanager
async def screen(
    db: Database,
    home: Path,
    *,
    size: tuple[int, int] = (80, 24),
    clock: Now | None = None,
    **settings: object,
) -> AsyncIterator[Screen]:
    """The inbox of ``maria``; ``settings`` replace those of an empty config folder."""
    paths = find_paths(home, {})
    loaded = replace(_settings(paths), **settings)  # type: ignore[arg-type]  # passed through
    app = AgentApp(db, loaded, paths, clock=clock or Now(), environment=ENVIRONMENT)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Screen(app, pilot)


def _settings(paths: Paths) -> Settings:
    loaded = load_settings(paths, {"USER": "maria"})
    return replace(loaded, agent=loaded.agent._replace(handle="maria", name="Maria Lopez"))

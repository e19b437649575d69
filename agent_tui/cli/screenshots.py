"""``agent-tui screenshots``: the pictures of README, made from the demo shop."""

import argparse
import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agent_tui.config.paths import Paths
from agent_tui.model.clock import Millis

NOON: Millis = 1_795_262_400_000
"""2026-11-21 12:00 UTC: the demo shop's day in the pictures, so that they change only with us."""


_TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}

_REST_S = 0.8
"""The preview and the counts come when the keys have rested."""

_HELLO = ("h", "i", "space", "A", "b", "e", "n", "a", "comma")


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: its name, the size of the terminal, and the keys that lead to it."""

    name: str
    size: tuple[int, int]
    keys: Sequence[str] = ()
    asks: bool = False  # the shop is asked for the customer's orders, as the engine does it


SHOTS = (
    Shot("inbox", (120, 36)),
    Shot("conversation", (160, 40), ("j", "j", "j", "enter"), asks=True),
    Shot("composer", (120, 36), ("j", "j", "j", "enter", "r", "ctrl+y", *"refund")),
    Shot("chat", (120, 36), ("g", "c", "8", "enter", *_HELLO)),
    Shot("review", (120, 36), (*("right_square_bracket",) * 5, "j", "enter")),
    Shot("ratings", (120, 30), ("g", "r")),
    Shot("timeline", (120, 36), ("j", "j", "enter", "g", "t"), asks=True),
    Shot("help", (120, 36), ("question_mark",)),
    Shot("small", (80, 24)),
)


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "screenshots",
        help="make the pictures of README from the demo shop",
        description="Make an SVG picture of each screen that README shows, from the demo shop.",
    )
    parser.add_argument("--out", type=Path, default=Path("screenshots"), metavar="DIR")


def run(args: argparse.Namespace, paths: Paths) -> int:
    del paths
    from agent_tui.cli.demo import demo_home

    args.out.mkdir(parents=True, exist_ok=True)
    os.environ["TZ"] = "UTC"
    for shot in SHOTS:
        with demo_home(seed=1, frozen=True, now=NOON) as world:
            path = args.out / f"{shot.name}.svg"
            path.write_text(asyncio.run(_picture(shot, world)), "utf-8")
            print(path)
    return 0


async def _picture(shot: Shot, world: Paths) -> str:
    """The screen after the shot's keys, as SVG."""
    from agent_tui.cli.sync import catch_up
    from agent_tui.cli.world import open_store, settings_of
    from agent_tui.ui.app import AgentApp

    db = open_store(world)
    try:
        app = AgentApp(db, settings_of(world), world, clock=lambda: NOON, environment=_TERMINAL)
        async with app.run_test(size=shot.size) as pilot:
            await pilot.pause(_REST_S)
            for key in shot.keys:
                await pilot.press(key)
                await pilot.pause()
            await pilot.pause(_REST_S)
            if shot.asks:
                await asyncio.to_thread(catch_up, world)
                await pilot.pause(_REST_S)
            return app.export_screenshot(title="agent-tui")
    finally:
        db.close()

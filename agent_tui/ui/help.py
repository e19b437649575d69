"""Help on the screen: the keys of the pane one comes from, and the longer pages."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult

from agent_tui.model.message import Body
from agent_tui.ui import help_pages
from agent_tui.ui.cells import glyphs_for
from agent_tui.ui.help_pages import KeyRow
from agent_tui.ui.markup import Line, Look, body_lines
from agent_tui.ui.shell import Choice, Pane, Shell, Where
from agent_tui.ui.text_pane import TextLine, TextPane
from agent_tui.ui.theme import Part


async def show(shell: Shell) -> None:
    """Open the keys of the pane that has the focus."""
    where = shell.where()
    shell.open_pane(HelpPane(shell, f"Keys: {where}", keys_here(shell, where)))


def open_page(shell: Shell, topic: str) -> None:
    """Open a longer page; one that does not exist says so itself."""
    shell.open_pane(HelpPane(shell, f"Help: {topic}", _page(topic)))


def keys_here(shell: Shell, where: Where) -> str:
    """The keys of a pane as a page, bound commands first; made of the registry of commands."""
    rows = [
        KeyRow(" ".join(shell.keys_of(command.name)[:3]), command.title, command.help)
        for command in shell.commands().values()
        if where in command.where
    ]
    bound = [row for row in rows if row.keys]
    unbound = [row for row in rows if not row.keys]
    groups = {f"Keys in the {where}": bound}
    if unbound:
        groups["Without a key: type : and the name, or Ctrl+P"] = unbound
    return help_pages.keys_page("Keys", groups)


class HelpPane(Pane):
    """A page to scroll through; Enter chooses another one."""

    where: ClassVar[Where] = Where.HELP
    DEFAULT_CSS = """
    HelpPane { layout: vertical; height: 1fr; }
    HelpPane > TextPane { height: 1fr; }
    """

    def __init__(self, shell: Shell, title: str, text: str) -> None:
        super().__init__()
        self._shell = shell
        self._head = TextLine(shell, Part.BAR_ACCENT, f" {title}")
        self._text = text
        self._page = TextPane(shell, self._lines)

    @property
    def lines(self) -> Sequence[Line]:
        """What is on the page, at its width."""
        return self._page.lines

    def compose(self) -> ComposeResult:
        self._page.can_focus = False
        yield self._head
        yield self._page

    def move(self, rows: int) -> None:
        """Scroll by so many half pages: a single line would send the whole page again."""
        self._page.page(0.5 if rows > 0 else -0.5)

    def turn(self, pages: float) -> None:
        self._page.page(pages)

    def jump(self, *, end: bool) -> None:
        self._page.page(len(self.lines) * (1.0 if end else -1.0))

    def activate(self) -> None:
        self.run_worker(self._choose(), exclusive=True)

    async def _choose(self) -> None:
        topic = await self._shell.choose(
            "Help", [Choice(name, name, _title(name)) for name in help_pages.topics()]
        )
        if topic is not None:
            self._text = _page(topic)
            self._head.show(f" Help: {topic}")
            self._page.prepare(self._lines)

    def _lines(self, width: int) -> Sequence[Line]:
        return list(_drawn(self._text, width))


def _drawn(markdown: str, width: int) -> Iterator[Line]:
    body = Body(help_pages.reflowed(markdown))
    yield from body_lines(body, Look(width, glyphs_for()), indent=1)


def _page(topic: str) -> str:
    return help_pages.page(topic) or f"There is no page '{topic}'."


def _title(topic: str) -> str:
    first = _page(topic).partition("\n")[0].lstrip("# ")
    return "" if first.casefold() == topic else first

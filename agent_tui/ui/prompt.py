"""The prompt: one question at a time in the status line, with a live hint and completions."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from agent_tui.query.complete import Completion
from agent_tui.ui import line_edit
from agent_tui.ui.line_edit import Line
from agent_tui.ui.line_input import BAR, NO_HINT, LineInput
from agent_tui.ui.shell import Complete, Hint, Preview, Shell
from agent_tui.ui.theme import Part

_MOST_REMEMBERED = 100
_HINTS = "hints"


@dataclass(frozen=True, slots=True)
class _Question:
    """What the agent is asked."""

    complete: Complete | None
    preview: Preview | None
    history: str
    keys: Sequence[str]
    answer: asyncio.Future[str | None]


@dataclass(slots=True)
class _Menu:
    """Completions being stepped through."""

    before: Line  # as it was when Tab was first pressed
    choices: Sequence[Completion]
    at: int = 0


class PromptLine(LineInput):
    """The editable status line; hidden while nothing is asked."""

    DEFAULT_CSS = """
    PromptLine { height: 1; dock: bottom; layer: prompt; display: none; }
    PromptLine.-menu { height: 2; }
    """

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell, look=BAR)
        self._question: _Question | None = None
        self._menu: _Menu | None = None
        self._history: dict[str, list[str]] = {}
        self._recalled = 0  # how many answers back the shown one is
        self._focused_before: Widget | None = None

    async def ask(
        self,
        label: str,
        initial: str = "",
        *,
        complete: Complete | None = None,
        preview: Preview | None = None,
        history: str = "",
        keys: Sequence[str] = (),
    ) -> str | None:
        """As :meth:`Shell.ask`; an older question that is still open is left."""
        self.abandon()
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        question = _Question(complete, preview, history, keys, answer)
        self._open(question, label, initial)
        try:
            return await answer
        finally:
            if self._question is question:
                self._close()

    def abandon(self) -> None:
        """Take the question back, as Esc does."""
        self._finish(None)

    def on_key(self, event: events.Key) -> None:
        if self._question is None:
            event.stop()
            event.prevent_default()
            self._shell.give_back(event)
            return
        if self._question.keys:
            event.stop()
            event.prevent_default()
            self._finish(event.key if event.key in self._question.keys else None)
            return
        match event.key:
            case "enter":
                self._finish(self.text)
            case "escape" | "ctrl+c" | "ctrl+g":
                self._finish(None)
            case "tab" | "shift+tab":
                self._step_menu(1 if event.key == "tab" else -1)
            case "up" | "ctrl+p":
                self._recall(1)
            case "down" | "ctrl+n":
                self._recall(-1)
            case "backspace" if not self.text:
                self._finish(None)
            case _:
                self._close_menu()
                return  # LineInput edits: Textual calls the handlers of every class
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        if self._question is None:
            event.stop()
            event.prevent_default()
            self._shell.give_back(event)

    def on_line_input_changed(self, event: LineInput.Changed) -> None:
        event.stop()
        self._say_hint()

    def on_blur(self) -> None:
        """Whoever takes the focus away takes the question away."""
        if self.screen.focused is not self:
            self._finish(None)

    def render_line(self, y: int) -> Strip:
        if self._menu is None:
            return super().render_line(y)
        return self._menu_strip(self._menu) if y == 0 else super().render_line(0)

    def _open(self, question: _Question, label: str, initial: str) -> None:
        self._question = question
        self._recalled = 0
        if self.screen.focused is not self:
            self._focused_before = self.screen.focused
        self.label = label
        self.line = Line.of(line_edit.one_line(initial))
        self.display = True
        self.screen.set_focus(self, scroll_visible=False)
        self._shell.keyboard_taken()
        self._say_hint()
        self.refresh()

    def _finish(self, answer: str | None) -> None:
        question = self._question
        if question is None:
            return
        if answer and question.history:
            self._remember(question.history, answer)
        self._close()
        if not question.answer.done():
            self._shell.hold_keys()
            question.answer.set_result(answer)

    def _close(self) -> None:
        self._question = None
        self._close_menu()
        self.workers.cancel_group(self, _HINTS)
        self.hint = NO_HINT
        self.call_later(self._give_way)  # the next of several questions follows at once

    def _give_way(self) -> None:
        """Hide, and give the focus back, unless something is asked again."""
        if self._question is not None:
            return
        self.display = False
        before = self._focused_before
        if self.screen.focused is not self:
            return
        if before is not None and before.is_attached:
            self.screen.set_focus(before, scroll_visible=False)
        else:
            self._shell.focus_back()

    def _say_hint(self) -> None:
        preview = self._question.preview if self._question else None
        self.workers.cancel_group(self, _HINTS)
        hint = preview(self.text) if preview else NO_HINT
        if isinstance(hint, Hint):
            self.set_hint(hint)
        else:
            self.run_worker(self._hint_later(hint), group=_HINTS, exit_on_error=True)

    async def _hint_later(self, hint: Awaitable[Hint]) -> None:
        self.set_hint(await hint)

    def _step_menu(self, step: int) -> None:
        menu = self._menu
        if menu is None:
            menu = self._open_menu()
        else:
            menu.at = (menu.at + step) % len(menu.choices)
        if menu is None:
            return
        choice = menu.choices[menu.at]
        text = choice.text
        if len(menu.choices) == 1:
            text = text if text.endswith((":", "/", " ")) else text + " "
            self._close_menu()
        self.set_line(line_edit.replace(menu.before, choice.start, choice.end, text))

    def _open_menu(self) -> _Menu | None:
        question = self._question
        found = (
            question.complete(self.text, self.line.cursor) if question and question.complete else ()
        )
        if not found:
            return None
        self._menu = _Menu(self.line, found)
        self.set_class(len(found) > 1, "-menu")
        return self._menu

    def _close_menu(self) -> None:
        if self._menu is not None:
            self._menu = None
            self.remove_class("-menu")

    def _menu_strip(self, menu: _Menu) -> Strip:
        """One row of completions, turned so that the chosen one is in it."""
        base, width = self._style(Part.BAR), self.size.width
        segments: list[Segment] = []
        room = width
        for offset in range(len(menu.choices)):
            at = (menu.at + offset) % len(menu.choices)
            shown = f" {menu.choices[at].text} "
            if cell_len(shown) > room:
                break
            segments.append(Segment(shown, base + Style(reverse=at == menu.at)))
            room -= cell_len(shown)
        about = menu.choices[menu.at].about
        if about and room > cell_len(about) + 1:
            segments.append(Segment(f" {about}".rjust(room), base))
        return Strip(segments).adjust_cell_length(width, base)

    def _remember(self, history: str, answer: str) -> None:
        answers = self._history.setdefault(history, [])
        if answer in answers:
            answers.remove(answer)
        answers.append(answer)
        del answers[:-_MOST_REMEMBERED]

    def _recall(self, step: int) -> None:
        """Show an older or newer answer to the same kind of question."""
        answers = self._history.get(self._question.history, []) if self._question else []
        wanted = self._recalled + step
        if 0 <= wanted <= len(answers):
            self._recalled = wanted
            self.set_line(Line.of(answers[-wanted] if wanted else ""))

"""The header fields of a mail being written: one line until they are needed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from agent_tui.content.safe import safe_line
from agent_tui.model.draft import Draft
from agent_tui.model.message import Address
from agent_tui.ui import line_edit
from agent_tui.ui.drafting import address_text, addresses
from agent_tui.ui.line_input import NO_HINT, LineInput
from agent_tui.ui.shell import Hint, Shell
from agent_tui.ui.text_pane import TextLine
from agent_tui.ui.theme import Part

Known = Callable[[str], Sequence[Address]]
"""Customers whose address begins with a text."""


class Fields(Vertical):
    """To, Cc, Bcc and Subject; shown as one line while the text is being written."""

    DEFAULT_CSS = """
    Fields { height: 1; }
    Fields > LineInput { display: none; }
    Fields.-open { height: 4; }
    Fields.-open > LineInput { display: block; }
    Fields.-open > TextLine { display: none; }
    """

    @dataclass
    class Changed(Message):
        """A field says something else now."""

    @dataclass
    class Left(Message):
        """The cursor goes on to the text."""

    def __init__(self, shell: Shell, draft: Draft, known: Known) -> None:
        super().__init__()
        people = draft.recipients
        self._known = known
        self._to = LineInput(shell, " To       ", safe_line(address_text(people.to)))
        self._cc = LineInput(shell, " Cc       ", safe_line(address_text(people.cc)))
        self._bcc = LineInput(shell, " Bcc      ", safe_line(address_text(people.bcc)))
        self._subject = LineInput(shell, " Subject  ", safe_line(draft.subject))
        self._inputs = (self._to, self._cc, self._bcc, self._subject)
        self._summary = TextLine(shell, Part.DIM)
        self._offered: Address | None = None

    def compose(self) -> ComposeResult:
        yield self._summary
        yield from self._inputs

    def on_mount(self) -> None:
        self._summarise()

    def filled_in(self, draft: Draft) -> Draft:
        """``draft`` with what the fields say."""
        people = replace(
            draft.recipients,
            to=addresses(self._to.text),
            cc=addresses(self._cc.text),
            bcc=addresses(self._bcc.text),
        )
        return replace(draft, recipients=people, subject=self._subject.text.strip())

    def focus_first(self) -> None:
        """To the recipients."""
        self._open(self._to)

    def focus_last(self) -> None:
        """To the subject, right above the text."""
        self._open(self._subject)

    def on_key(self, event: events.Key) -> None:
        match event.key:
            case "tab" if self._offered is not None:
                self._accept(self._offered)
            case "tab" | "enter" | "down":
                self._step(1)
            case "shift+tab" | "up":
                self._step(-1)
            case _:
                return
        event.stop()
        event.prevent_default()

    def on_descendant_blur(self) -> None:
        """One line again when the cursor is in the text and somebody is addressed."""
        if self.screen.focused not in self._inputs and self._to.text.strip():
            self._summarise()
            self.remove_class("-open")

    def on_line_input_changed(self, event: LineInput.Changed) -> None:
        event.stop()
        if event.input is not self._subject:
            self._offer(event.input)
        self.post_message(self.Changed())

    def _open(self, field: LineInput) -> None:
        self.add_class("-open")
        self.screen.set_focus(field, scroll_visible=False)

    def _step(self, step: int) -> None:
        focused = [field for field in self._inputs if field.has_focus]
        at = self._inputs.index(focused[0]) + step if focused else 0
        if 0 <= at < len(self._inputs):
            self._open(self._inputs[at])
        else:
            self.post_message(self.Left())

    def _offer(self, field: LineInput) -> None:
        """Say the customer whose address the last word begins."""
        typed = _last(field.line.before)
        found = self._known(typed) if len(typed) > 1 and not field.line.after else ()
        self._offered = found[0] if found and found[0].email != typed else None
        field.set_hint(Hint(f"Tab: {safe_line(str(found[0]))}") if self._offered else NO_HINT)

    def _accept(self, person: Address) -> None:
        field = next(field for field in self._inputs if field.has_focus)
        start = field.line.cursor - len(_last(field.line.before))
        text = safe_line(address_text((person,)))
        field.set_line(line_edit.replace(field.line, start, field.line.cursor, text))
        field.set_hint(NO_HINT)
        self._offered = None

    def _summarise(self) -> None:
        parts = [f" To {self._to.text or '-'}"]
        parts += [f"Cc {self._cc.text}"] if self._cc.text else []
        parts += [f"Bcc {self._bcc.text}"] if self._bcc.text else []
        self._summary.show("  ".join([*parts, f"Subject: {self._subject.text}"]))


def _last(text: str) -> str:
    """The address being typed at the end of a field."""
    return text.replace(";", ",").rpartition(",")[2].lstrip()

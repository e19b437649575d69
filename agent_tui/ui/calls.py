"""Logging a phone call: asked step by step in the status line, each with a default."""

from agent_tui.actions import call
from agent_tui.actions.action import ActionError
from agent_tui.ui.choices import when_hint
from agent_tui.ui.line_input import NO_HINT
from agent_tui.ui.shell import Hint, Shell


async def log(shell: Shell) -> None:
    """Ask who called, how long, what was said and when to call back; Esc anywhere logs nothing."""
    conversation = shell.current()
    if conversation is None:
        shell.say("There is no conversation here.")
        return
    name = conversation.customer
    way = await shell.ask(
        f"Call with {name}: i they called, o you called ", keys=("i", "o", "enter")
    )
    if way is None:
        shell.say("Nothing was logged.")
        return
    theirs = way != "o"
    answers: list[str] = []
    for label, preview in (
        (f"Call {'from' if theirs else 'to'} {name}: how long? ", _length_hint),
        ("What was said? ", _said_hint),
        ("Call back when? ", lambda text: when_hint(shell, text) if text.strip() else _NEVER),
    ):
        answer = await shell.ask(label, preview=preview)
        if answer is None:
            shell.say("Nothing was logged.")
            return
        answers.append(answer.strip())
    length, said, back = answers
    shell.do(
        call.CALL,
        [conversation.id],
        direction="in" if theirs else "out",
        length=length,
        summary=said,
        callback=back,
    )


_NEVER = Hint("Enter: no call back; else tomorrow 9am, in 2h, mon ...")


def _length_hint(text: str) -> Hint:
    """The length as it is understood."""
    if not text.strip():
        return Hint("5 min, 4:30; Enter leaves it out")
    try:
        seconds = call.parse_length(text)
    except ActionError as error:
        return Hint(str(error), wrong=True)
    return NO_HINT if seconds is None else Hint(f"-> {call.say_length(seconds)}")


def _said_hint(text: str) -> Hint:
    return NO_HINT if text.strip() else Hint("a line that colleagues can search")

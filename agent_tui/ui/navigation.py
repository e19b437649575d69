"""Commands that move: rows, pages, panes, views, conversations."""

from collections.abc import Callable
from functools import partial

from agent_tui.ui.layout import Slot
from agent_tui.ui.shell import SCREENS, TRIAGE, Command, Pane, Shell, Where

_LIST = frozenset({Where.LIST})
_READING = frozenset({Where.READING})
_OPENING = SCREENS - _READING

_CELLS = 4
"""How much wider a key makes a pane; a count says it in cells."""

MOTIONS = frozenset(
    {"down", "up", "half-down", "half-up", "page-down", "page-up", "page-down-reading"}
    | {"next-conversation", "previous-conversation", "next-match", "previous-match"}
    | {"first", "last", "select", "wider", "narrower"}
)
"""Commands that a count repeats; before any other a digit has already chosen a view."""


def _on_pane(act: Callable[[Pane, int], None]) -> Callable[[Shell, int], None]:
    """A command that the focused pane carries out, given a count of at least 1."""

    def run(shell: Shell, count: int) -> None:
        pane = shell.pane()
        if pane is not None:
            act(pane, max(count, 1))

    return run


def _to(shell: Shell, count: int, *, end: bool) -> None:
    """To the beginning or the end; with a count to that row."""
    pane = shell.pane()
    if pane is not None:
        pane.jump(end=end and not count)
        if count > 1:
            pane.move(count - 1)


def _back(shell: Shell, _: int) -> None:
    pane = shell.pane()
    if shell.where() not in TRIAGE:
        if pane is None or not pane.back():
            shell.close_pane()
    elif shell.stop():
        pass
    elif not shell.desk.back():
        shell.say("This is the whole list; q leaves the program.")


def _leave(shell: Shell, _: int) -> None:
    if shell.where() not in TRIAGE:
        shell.close_pane()
    elif shell.stop():
        pass
    elif not shell.desk.back():
        shell.leave()


def _step(shell: Shell, count: int, way: int) -> None:
    shell.desk.step(way * max(count, 1))


def _match(shell: Shell, count: int, way: int) -> None:
    """The next place of the searched words, then the next conversation that has them."""
    desk = shell.desk
    if desk.slot is Slot.READING and desk.reading.find(way):
        return
    desk.step(way * max(count, 1))


def view_name(shell: Shell, number: int) -> str:
    """What a digit alone would show, for the status line."""
    views = shell.desk.inbox.views
    return views[number - 1].name if 1 <= number <= len(views) else f"no view {number}"


def _view(shell: Shell, count: int) -> None:
    views = shell.desk.inbox.views
    if 1 <= count <= len(views):
        shell.show_view(views[count - 1])
    else:
        shell.say(f"There is no view {count}; there are {len(views)}.")


def _longest_waiting(shell: Shell, _: int) -> None:
    desk = shell.desk
    shell.show_view(desk.inbox.needs_reply)
    desk.list.jump(end=False)
    if desk.list.current is None:
        shell.say("Nobody waits for an answer.")
    else:
        desk.open()


def _step_view(shell: Shell, count: int, way: int) -> None:
    shell.desk.step_view(way * max(count, 1))


def _cycle(shell: Shell, _: int, way: int) -> None:
    shell.desk.cycle(way)


def _customer(shell: Shell, _: int) -> None:
    desk = shell.desk
    desk.go(Slot.READING if desk.slot is Slot.CUSTOMER else Slot.CUSTOMER)


def _select(shell: Shell, count: int) -> None:
    shell.desk.list.toggle(max(count, 1))


def _select_range(shell: Shell, _: int) -> None:
    rows = shell.desk.list
    if rows.selection.began is None:
        rows.begin_range()
    else:
        rows.end_range()


def _zoom(shell: Shell, _: int) -> None:
    shell.desk.zoom()


def _widen(shell: Shell, count: int, way: int) -> None:
    shell.desk.widen(way * (count or _CELLS))


def _reset_panes(shell: Shell, _: int) -> None:
    shell.desk.forget_sizes()


def _headings(shell: Shell, _: int) -> None:
    shell.desk.turn_headings()


def _redraw(shell: Shell, _: int) -> None:
    shell.redraw()


def _repeat(shell: Shell, _: int) -> None:
    shell.repeat()


COMMANDS: tuple[Command, ...] = (
    Command("down", "Down", SCREENS, _on_pane(lambda pane, n: pane.move(n))),
    Command("up", "Up", SCREENS, _on_pane(lambda pane, n: pane.move(-n))),
    Command("half-down", "Half a page down", SCREENS, _on_pane(lambda pane, n: pane.turn(n / 2))),
    Command("half-up", "Half a page up", SCREENS, _on_pane(lambda pane, n: pane.turn(-n / 2))),
    Command("page-down", "Page down", SCREENS, _on_pane(lambda pane, n: pane.turn(n))),
    Command("page-up", "Page up", SCREENS, _on_pane(lambda pane, n: pane.turn(-n))),
    Command("page-down-reading", "Read on", _READING, _on_pane(lambda pane, n: pane.turn(n))),
    Command("first", "To the beginning", SCREENS, partial(_to, end=False), "5gg: to row 5."),
    Command("last", "To the end", SCREENS, partial(_to, end=True)),
    Command("open", "Open", _OPENING, _on_pane(lambda pane, _: pane.activate())),
    Command("back", "Back", SCREENS, _back, "One step back, or the whole view after a search."),
    Command("leave", "Back, or leave", SCREENS, _leave, "From the list: end the program."),
    Command(
        "next-conversation",
        "Next conversation",
        TRIAGE,
        partial(_step, way=1),
        "Read the next one of the list.",
    ),
    Command(
        "previous-conversation",
        "Previous conversation",
        TRIAGE,
        partial(_step, way=-1),
        "Read the one before in the list.",
    ),
    Command("next-match", "Next match", TRIAGE, partial(_match, way=1)),
    Command("previous-match", "Previous match", TRIAGE, partial(_match, way=-1)),
    Command("next-pane", "Next pane", TRIAGE, partial(_cycle, way=1)),
    Command("previous-pane", "Previous pane", TRIAGE, partial(_cycle, way=-1)),
    Command("view", "View by number", TRIAGE, _view, "The digits 1 to 9 choose a view."),
    Command(
        "longest-waiting",
        "Who waits longest",
        TRIAGE,
        _longest_waiting,
        "Read what has waited longest for an answer; the next one is behind it.",
    ),
    Command("next-view", "Next view", TRIAGE, partial(_step_view, way=1)),
    Command("previous-view", "Previous view", TRIAGE, partial(_step_view, way=-1)),
    Command(
        "customer",
        "Customer",
        TRIAGE,
        _customer,
        "Who it is, and all conversations with them; Enter opens one.",
    ),
    Command(
        "select",
        "Select",
        _LIST,
        _select,
        "Select this one, or not any more, and go on; actions are for all that are selected.",
    ),
    Command(
        "select-range",
        "Select a range",
        _LIST,
        _select_range,
        "From here to where the same key ends it.",
    ),
    Command("zoom", "Zoom the pane", TRIAGE, _zoom, "This pane alone, or all of them again."),
    Command(
        "wider",
        "Wider pane",
        TRIAGE,
        partial(_widen, way=1),
        "Where panes stand beside each other; also by dragging the edge. It is remembered.",
    ),
    Command("narrower", "Narrower pane", TRIAGE, partial(_widen, way=-1)),
    Command(
        "reset-panes",
        "Panes as they come",
        TRIAGE,
        _reset_panes,
        "Forget the widths that were chosen, in every layout.",
    ),
    Command(
        "headings",
        "Headings",
        _LIST,
        _headings,
        "Days between the rows, or how soon an answer is due; each view remembers it.",
    ),
    Command("redraw", "Draw the screen again", SCREENS, _redraw, "When something spilled over it."),
    Command("repeat", "Repeat", TRIAGE, _repeat, "The last action once more, on this one."),
)

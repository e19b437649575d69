"""Choosing one of all views, and changing them: name, query, order, place."""

from dataclasses import replace
from functools import partial

from agent_tui.actions.action import ActionError
from agent_tui.model.conversation import Sort, View
from agent_tui.query.parse import parse
from agent_tui.query.printer import to_text
from agent_tui.query.syntax import all_of
from agent_tui.ui import reading
from agent_tui.ui.bars import counted
from agent_tui.ui.command_line import query_hint
from agent_tui.ui.shell import Choice, Shell

_SORTS = {
    Sort.NEWEST: "last activity first",
    Sort.OLDEST: "last activity last",
    Sort.WAITING: "who has waited longest first; others are left out",
    Sort.UNANSWERED: "who has waited longest first, then the others",
    Sort.DUE: "what is due soonest first; others are left out",
}


async def choose(shell: Shell) -> None:
    """Show one of all views, found by a few letters of its name."""
    inbox = shell.desk.inbox
    wide = max(len(view.name) for view in inbox.views)
    items = [
        Choice(
            view.name,
            f"{place if place <= 9 else ' '} {view.name:{wide}} "
            f"{counted(inbox.counts.get(view.name)):>5}",
            view.query,
        )
        for place, view in enumerate(inbox.views, 1)
    ]
    chosen = await shell.choose("View", items)
    if chosen is not None:
        shell.show_view(inbox.view(chosen))


async def edit(shell: Shell) -> None:
    """Change the view that is listed, or keep what a search lists as one."""
    desk = shell.desk
    view = desk.view
    items = [Choice("save", "Keep this search as a view", f"/{desk.narrowing}")]
    items = items if desk.narrowing else []
    items += [
        Choice("query", "Change what it lists", view.query),
        Choice("sort", "Change its order", _SORTS[view.sort]),
        Choice("move", "Move it", "digits choose the first nine"),
        Choice("new", "Make a new view", "from a query"),
    ]
    if desk.inbox.is_saved(view.name):
        items += [Choice("rename", "Rename it"), Choice("drop", "Drop it", "u brings it back")]
    match await shell.choose(f"View {view.name}", items):
        case "save":
            await _keep(shell)
        case "query":
            await _query(shell, view)
        case "sort":
            await _sort(shell, view)
        case "move":
            await _move(shell, view)
        case "new":
            await _new(shell)
        case "rename":
            await _rename(shell, view)
        case "drop":
            drop(shell, view.name)


def save(shell: Shell, name: str) -> None:
    """Keep what the search lists as a view. Raises ActionError where nothing is searched."""
    desk = shell.desk
    if not name or not desk.narrowing:
        raise ActionError("Search first, then name the view: /label:vip and :save-view VIPs.")
    if any(name == view.name for view in desk.inbox.views):
        raise ActionError(f"There is a view '{name}' already; choose another name.")
    query = to_text(all_of((parse(desk.searched.query), parse(desk.narrowing))))
    _put(shell, View(name, query, desk.searched.sort))


def drop(shell: Shell, name: str) -> None:
    """Take a saved view away. Raises ActionError when none is called so."""
    shell.do("drop-view", (), lambda: _show(shell, shell.desk.view.name), name=name)


async def _keep(shell: Shell) -> None:
    name = await shell.ask("Name of the view: ")
    if name:
        save(shell, name)


async def _query(shell: Shell, view: View) -> None:
    query = await _ask_query(shell, f"{view.name} lists: ", view.query)
    if query is not None:
        _put(shell, replace(view, query=query))


async def _new(shell: Shell) -> None:
    query = await _ask_query(shell, "It lists: ", "status:open ")
    name = await shell.ask("Name of the view: ") if query is not None else None
    if query is not None and name:
        _put(shell, View(name, query))


async def _ask_query(shell: Shell, label: str, text: str) -> str | None:
    """A query without a mistake; a wrong one is asked for again, its word marked."""
    asked: str | None = text
    while asked is not None:
        asked = await shell.ask(
            label, asked, complete=reading.completions(shell), preview=query_hint, history="search"
        )
        if asked is not None and not query_hint(asked).wrong:
            return asked.strip()
    return None


async def _sort(shell: Shell, view: View) -> None:
    items = [Choice(sort, sort, about) for sort, about in _SORTS.items()]
    chosen = await shell.choose("Order", items)
    if chosen is not None:
        _put(shell, replace(view, sort=Sort(chosen)))


async def _move(shell: Shell, view: View) -> None:
    names = [one.name for one in shell.desk.inbox.views]
    rest = [name for name in names if name != view.name]
    behind = [f"before {name}" for name in rest] + ["at the end"]
    items = [Choice(str(n), f"{n + 1}", text) for n, text in enumerate(behind)]
    chosen = await shell.choose(f"Place of {view.name}", items)
    if chosen is not None:
        rest.insert(int(chosen), view.name)
        shell.do("order-views", (), names=", ".join(rest))


async def _rename(shell: Shell, view: View) -> None:
    to = await shell.ask("Name of the view: ", view.name)
    if to and to != view.name:
        if to in (one.name for one in shell.desk.inbox.views):
            raise ActionError(f"There is a view '{to}' already; choose another name.")
        shell.do("rename-view", (), partial(_show, shell, to), name=view.name, to=to)


def _put(shell: Shell, view: View) -> None:
    if view.name in shell.desk.inbox.fixed:
        raise ActionError(f"'{view.name}' stands in config.toml; change it there.")
    show = partial(_show, shell, view.name)
    shell.do("save-view", (), show, name=view.name, query=view.query, sort=str(view.sort))


def _show(shell: Shell, name: str) -> None:
    """List a view again, and keep what was said of it."""
    inbox = shell.desk.inbox
    inbox.read_views()
    shell.show_view(inbox.view(name))

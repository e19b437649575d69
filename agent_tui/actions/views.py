"""Saved views: made, changed, renamed, dropped and put in order, each taken back by undo.

What was and what is stands in the log: a view as name, query and sort, the order as a list of
names. A saved view of a built-in one's name stands in its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from agent_tui.actions.action import (
    Action,
    ActionError,
    Argument,
    ArgumentKind,
    Context,
    Done,
    Scope,
)
from agent_tui.model.conversation import Sort, View
from agent_tui.model.event import Entity, Event, Stamp
from agent_tui.query.parse import parse
from agent_tui.query.syntax import QueryError
from agent_tui.store import events, views

_VIEW = "view"
_ORDER = "order"

_Kept = dict[str, object] | None
"""A view as the log holds it."""


def revert(context: Context, stamp: Stamp, batch: str, group: Sequence[Event]) -> None:
    """Take a batch's changes of views back, newest first.

    Raises ActionError when somebody has changed the same since.
    """
    for event in group:
        if event.field == _ORDER:
            now: object = views.order(context.db)
        else:
            now = _kept(views.get(context.db, _name(event.after) or _name(event.before)))
        if now != event.after:
            raise ActionError("Not undone: somebody has since changed the views.")
        _put(context, event.after, event.before)
        _log(context, stamp, event.field, event.after, event.before, undoes=batch)


def _save(context: Context, _: Sequence[int], args: Mapping[str, str]) -> Done:
    name, query = _named(args["name"]), args["query"]
    try:
        parse(query)
        sort = Sort(args.get("sort") or Sort.NEWEST)
    except QueryError as error:
        raise ActionError(str(error)) from error
    except ValueError:
        raise ActionError(f"'{args['sort']}' is no order: {', '.join(Sort)}.") from None
    before = _kept(views.get(context.db, name))
    after = _kept(View(name, query, sort))
    told = f"The view '{name}' is saved."
    return _change(context, "save-view", [(_VIEW, before, after)], told)


def _rename(context: Context, _: Sequence[int], args: Mapping[str, str]) -> Done:
    view, to = _existing(context, args["name"]), _named(args["to"])
    if views.get(context.db, to) is not None:
        raise ActionError(f"There is a view '{to}' already; choose another name.")
    told = f"'{view.name}' is called '{to}' now."
    order = views.order(context.db)
    moved = [to if name == view.name else name for name in order if name != to]
    changes = [(_VIEW, _kept(view), _kept(replace(view, name=to))), (_ORDER, order, moved)]
    return _change(context, "rename-view", changes, told)


def _drop(context: Context, _: Sequence[int], args: Mapping[str, str]) -> Done:
    view = _existing(context, args["name"])
    told = f"The view '{view.name}' is gone; its conversations are not."
    return _change(context, "drop-view", [(_VIEW, _kept(view), None)], told)


def _order(context: Context, _: Sequence[int], args: Mapping[str, str]) -> Done:
    names = list(dict.fromkeys(filter(None, map(str.strip, args["names"].split(",")))))
    if not names:
        raise ActionError("'order-views' needs names, such as 'Mine, Inbox'.")
    before = views.order(context.db)
    rest = [name for name in before if name not in names]
    told = f"The views begin with {', '.join(names[:3])}."
    return _change(context, "order-views", [(_ORDER, before, [*names, *rest])], told)


def _change(
    context: Context, name: str, changes: Sequence[tuple[str, object, object]], told: str
) -> Done:
    """Make and log changes: what of, what it is, and what it shall be."""
    real = [change for change in changes if change[1] != change[2]]
    if not real:
        return Done("Nothing to do: it is so already.")
    stamp = context.stamp(name)
    with context.db.transaction():
        for field, before, after in real:
            _put(context, before, after)
            _log(context, stamp, field, before, after)
    return Done(told, (), stamp.batch)


def _put(context: Context, before: object, after: object) -> None:
    """Make what is stored ``after`` of what it is, ``before``."""
    db = context.db
    if isinstance(after, list):
        views.set_order(db, list(map(str, after)))
        return
    old, new = _name(before), _name(after)
    if old and new and old != new:
        views.rename(db, old, new)
    elif old and not new:
        views.delete(db, old)
    if isinstance(after, dict):
        views.save(db, View(new, str(after["query"]), Sort(str(after["sort"]))))


def _log(
    context: Context,
    stamp: Stamp,
    field: str,
    before: object,
    after: object,
    *,
    undoes: str | None = None,
) -> None:
    events.append(context.db, stamp, Entity.VIEWS, 0, field, before, after, undoes=undoes)


def _kept(view: View | None) -> _Kept:
    if view is None:
        return None
    return {"name": view.name, "query": view.query, "sort": str(view.sort)}


def _name(kept: object) -> str:
    return str(kept["name"]) if isinstance(kept, dict) else ""


def _named(text: str) -> str:
    """A name as it is kept; a comma would part it where views are put in order."""
    name = " ".join(text.split())
    if not name or "," in name or not name.isprintable():
        raise ActionError(f"'{text}' is no name for a view.")
    return name


def _existing(context: Context, name: str) -> View:
    found = views.get(context.db, name)
    if found is None:
        saved = ", ".join(view.name for view in views.saved(context.db)) or "none"
        raise ActionError(f"'{name}' is no saved view; saved are: {saved}.")
    return found


_NAME = Argument("name", ArgumentKind.VIEW, "the name of a saved view")
_action = partial(Action, scope=Scope.NOTHING)

ACTIONS = (
    _action(
        name="save-view",
        title="Save a view",
        run=_save,
        help="Keep a query under a name, or change the one of that name.",
        arguments=(
            _NAME,
            Argument("query", ArgumentKind.TEXT, "what it lists, in the query language"),
            Argument("sort", ArgumentKind.TEXT, f"its order: {', '.join(Sort)}", optional=True),
        ),
    ),
    _action(
        name="rename-view",
        title="Rename a view",
        run=_rename,
        help="Call a saved view something else.",
        arguments=(_NAME, Argument("to", ArgumentKind.TEXT, "its new name")),
    ),
    _action(
        name="drop-view",
        title="Drop a view",
        run=_drop,
        help="Take a saved view away; a built-in one of that name comes back.",
        arguments=(_NAME,),
    ),
    _action(
        name="order-views",
        title="Order the views",
        run=_order,
        help="Digits choose the first nine.",
        arguments=(
            Argument("names", ArgumentKind.TEXT, "names that come first, such as 'Mine, Inbox'"),
        ),
    ),
)

"""What is typed after ``:``, read, completed and done: ``snooze tomorrow 9am``, ``view Mine``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from agent_tui.actions.action import Action, ActionError, Argument, ArgumentKind
from agent_tui.actions.line import arguments
from agent_tui.actions.registry import registry
from agent_tui.model.conversation import Priority, View
from agent_tui.query.complete import Completion, Known
from agent_tui.query.complete import complete as complete_query
from agent_tui.query.parse import parse as parse_query
from agent_tui.query.syntax import QueryError
from agent_tui.store import accounts, companies, conversations, customers
from agent_tui.ui import choices, help_pages
from agent_tui.ui import theme as themes
from agent_tui.ui.help import open_page
from agent_tui.ui.line_input import NO_HINT
from agent_tui.ui.shell import Command, Hint, Shell
from agent_tui.ui.theme import ThemeError

_SEVERAL = frozenset({ArgumentKind.LABELS, ArgumentKind.TAGS})
"""Arguments of several words, each completed by itself."""

_TIMES = ["tomorrow 9:00", "next business morning", "next week", "in 3h", "today 18:00"]


@dataclass(frozen=True, slots=True)
class Typed:
    """A line taken apart: its first word, and where the rest begins."""

    name: str
    rest: str
    at: int  # offset of ``rest`` in the text


@dataclass(frozen=True, slots=True)
class Word:
    """A first word that is no command and no action, with its own meaning of the rest."""

    help: str
    run: Callable[[Shell, str], None]
    complete: Callable[[Shell, str, int, int], Sequence[Completion]]
    hint: Callable[[str, int], Hint]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that a line may begin with."""

    words: Mapping[str, Word]
    actions: Mapping[str, Action]
    commands: Mapping[str, Command]

    def names(self) -> list[str]:
        """All first words, sorted."""
        return sorted({*self.words, *self.actions, *self.commands})


def vocabulary(shell: Shell) -> Vocabulary:
    """What lines may begin with on this screen."""
    return Vocabulary(WORDS, registry(), shell.commands())


def typed(text: str) -> Typed:
    """The parts of a line."""
    stripped = text.lstrip(" :")
    name, _, rest = stripped.partition(" ")
    start = len(text) - len(stripped) + len(name)
    at = start + len(text[start:]) - len(text[start:].lstrip())
    return Typed(name, rest.strip(), at)


def run(shell: Shell, words: Vocabulary, text: str) -> None:
    """Do what the line says.

    Raises ActionError for an unknown name, a wrong query or theme, and StoreError.
    """
    line = typed(text)
    if line.name in words.words:
        try:
            words.words[line.name].run(shell, line.rest)
        except (QueryError, ThemeError) as error:
            raise ActionError(str(error)) from error
        return
    action = words.actions.get(line.name)
    if action is not None and (line.rest or line.name not in words.commands):
        shell.do(action.name, None, **arguments(action, line.rest))
    elif line.name in words.commands:
        shell.run_command(line.name)
    else:
        raise ActionError(f"There is no command '{line.name}'; Tab completes, ? lists them.")


def complete(shell: Shell, words: Vocabulary, text: str, cursor: int) -> Sequence[Completion]:
    """How the word at the cursor may go on."""
    line = typed(text[:cursor])
    if " " not in text[:cursor].lstrip(" :"):
        return choices.words_after(text, cursor - len(line.name), cursor, words.names())
    if line.name in words.words:
        return words.words[line.name].complete(shell, text, line.at, cursor)
    argument = _argument(words, line.name)
    if argument is None:
        return ()
    return complete_argument(shell, argument, text, cursor, line.at)


def complete_argument(
    shell: Shell, argument: Argument, text: str, cursor: int, start: int = 0
) -> Sequence[Completion]:
    """How an argument that begins at ``start`` may go on."""
    if argument.kind in _SEVERAL:
        start = max(text.rfind(" ", 0, cursor) + 1, start)
        start += text[start:cursor].startswith("-")
    return choices.words_after(text, start, cursor, _values(shell, argument.kind))


def argument_hint(shell: Shell, argument: Argument, text: str) -> Hint:
    """What is to be said of an argument so far: the moment that a time means."""
    return choices.when_hint(shell, text) if argument.kind is ArgumentKind.TIME else NO_HINT


def hint(shell: Shell, words: Vocabulary, text: str) -> Hint:
    """What the line will do, or the word that is wrong in it."""
    line = typed(text)
    if not line.name:
        return Hint("Tab completes")
    if line.name in words.words:
        word = words.words[line.name]
        return word.hint(line.rest, line.at) if line.rest else Hint(word.help)
    argument = _argument(words, line.name)
    if argument is not None:
        return argument_hint(shell, argument, line.rest) if line.rest else Hint(argument.help)
    if line.name in words.commands:
        return Hint(words.commands[line.name].help)
    if line.name in words.actions:
        return Hint(words.actions[line.name].help)
    if any(name.startswith(line.name) for name in words.names()):
        return Hint("Tab completes")
    at = text.index(line.name)
    return Hint("no such command", wrong=True, span=(at, at + len(line.name)))


def _argument(words: Vocabulary, name: str) -> Argument | None:
    action = words.actions.get(name)
    return action.arguments[0] if action and action.arguments else None


def _values(shell: Shell, kind: ArgumentKind) -> list[str]:
    offered = _OFFERED.get(kind)
    return offered(shell) if offered is not None else []


def _view_names(shell: Shell) -> list[str]:
    return [view.name for view in shell.desk.inbox.views]


def _quit(shell: Shell, _: str) -> None:
    shell.leave()


def _view(shell: Shell, rest: str) -> None:
    shell.show_view(_named_view(shell, rest))


def _named_view(shell: Shell, name: str) -> View:
    wanted = name.casefold()
    views = shell.desk.inbox.views
    for view in views:
        if view.name.casefold() == wanted:
            return view
    fitting = [view for view in views if view.name.casefold().startswith(wanted)]
    if len(fitting) == 1 and wanted:
        return fitting[0]
    known = ", ".join(view.name for view in views)
    raise ActionError(f"There is no view '{name}'; there are {known}.")


def _save_view(shell: Shell, rest: str) -> None:
    from agent_tui.ui import views_menu  # it asks for queries as the search does

    views_menu.save(shell, rest)


def _drop_view(shell: Shell, rest: str) -> None:
    from agent_tui.ui import views_menu

    views_menu.drop(shell, rest)


def _search(shell: Shell, rest: str) -> None:
    shell.search(rest)


def _ratings(shell: Shell, rest: str) -> None:
    if not rest:
        shell.run_command("ratings")
        return
    from agent_tui.ui import ratings

    shell.follow(ratings.show_of(shell, rest))


def _theme(shell: Shell, rest: str) -> None:
    shell.use_theme(rest)


def _help(shell: Shell, rest: str) -> None:
    if not rest:
        shell.run_command("help")
    elif rest in help_pages.topics():
        open_page(shell, rest)
    else:
        known = ", ".join(help_pages.topics())
        raise ActionError(f"There is no help page '{rest}'; there are {known}.")


def _complete_help(_: Shell, text: str, at: int, cursor: int) -> Sequence[Completion]:
    return choices.words_after(text, at, cursor, help_pages.topics())


def _complete_themes(shell: Shell, text: str, at: int, cursor: int) -> Sequence[Completion]:
    return choices.words_after(text, at, cursor, themes.names(shell.paths.themes))


def _complete_views(shell: Shell, text: str, at: int, cursor: int) -> Sequence[Completion]:
    return choices.words_after(text, at, cursor, [view.name for view in shell.desk.inbox.views])


def _complete_search(shell: Shell, text: str, at: int, cursor: int) -> Sequence[Completion]:
    known = Known(
        accounts=tuple(account.name for account in accounts.every(shell.db)),
        labels=tuple(conversations.labels(shell.db)),
        tags=tuple(customers.tags(shell.db)),
        companies=tuple(companies.names(shell.db)),
        assignees=tuple(choices.agent_words(shell)),
    )
    found = complete_query(text[at:cursor], cursor - at, known)
    return [Completion(c.text, c.start + at, c.end + at, c.about) for c in found]


def _no_completion(_: Shell, __: str, ___: int, ____: int) -> Sequence[Completion]:
    return ()


def _no_hint(_: str, __: int) -> Hint:
    return NO_HINT


def query_hint(text: str, at: int = 0) -> Hint:
    """What is wrong with a query that begins at the offset ``at`` of its line."""
    try:
        parse_query(text)
    except QueryError as error:
        start = at + error.position
        return Hint(error.unplaced, wrong=True, span=(start, start + max(len(error.word), 1)))
    return NO_HINT


_OFFERED: Mapping[ArgumentKind, Callable[[Shell], list[str]]] = {
    ArgumentKind.AGENT: choices.agent_words,
    ArgumentKind.LABELS: lambda shell: conversations.labels(shell.db),
    ArgumentKind.PRIORITY: lambda _: [priority.name.lower() for priority in Priority],
    ArgumentKind.TIME: lambda _: _TIMES,
    ArgumentKind.VIEW: _view_names,
    ArgumentKind.MACRO: lambda shell: [macro.name for macro in shell.settings.macros],
    ArgumentKind.TAGS: lambda shell: customers.tags(shell.db),
    ArgumentKind.COMPANY: lambda shell: companies.names(shell.db),
    ArgumentKind.ZONE: lambda _: choices.zones(),
    ArgumentKind.YES_NO: lambda _: ["yes", "no"],
}
"""What is offered for each kind of argument."""

WORDS: Mapping[str, Word] = {
    "quit": Word("End the program; drafts are kept.", _quit, _no_completion, _no_hint),
    "q": Word("End the program; drafts are kept.", _quit, _no_completion, _no_hint),
    "view": Word("a view's name", _view, _complete_views, _no_hint),
    "save-view": Word("a name for what this search lists", _save_view, _no_completion, _no_hint),
    "drop-view": Word("a saved view's name", _drop_view, _complete_views, _no_hint),
    "theme": Word("a theme's name", _theme, _complete_themes, _no_hint),
    "help": Word("a page, or nothing for the keys of here", _help, _complete_help, _no_hint),
    "ratings": Word("a query, or nothing for all reviews", _ratings, _complete_search, query_hint),
    "search": Word("a query", _search, _complete_search, query_hint),
}
"""First words beside commands and actions."""

"""The program on the terminal: one screen whose panes are swapped, never pushed."""

import gc
import inspect
import os
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult

from agent_tui.config.paths import Paths
from agent_tui.config.settings import Settings
from agent_tui.model.clock import Clock, system_clock
from agent_tui.model.conversation import Conversation, View
from agent_tui.store.database import Database
from agent_tui.ui import alt_keys, commands, keys, navigation, presets
from agent_tui.ui import theme as themes
from agent_tui.ui.bars import StatusLine
from agent_tui.ui.cells import ASCII, Glyphs, glyphs_for
from agent_tui.ui.closed import let_go
from agent_tui.ui.desk import Desk
from agent_tui.ui.doing import Doing, context_of
from agent_tui.ui.hints import hint_for
from agent_tui.ui.inbox import Inbox
from agent_tui.ui.keyboard import Keyboard
from agent_tui.ui.layout import too_small
from agent_tui.ui.notice import Notice
from agent_tui.ui.shell import (
    Choice,
    Command,
    Complete,
    Dock,
    Free,
    More,
    Pane,
    Preview,
    Then,
    Where,
)
from agent_tui.ui.stack import PaneStack
from agent_tui.ui.surface import Surface
from agent_tui.ui.terminal import gone, on_hang_up
from agent_tui.ui.theme import Depth, Theme
from agent_tui.ui.turn import READS, Turns
from agent_tui.ui.typeahead import TypeAhead
from agent_tui.ui.watch import Watch

if TYPE_CHECKING:
    from textual.worker import Worker

    from agent_tui.actions.action import Context, Done
    from agent_tui.ui.chats import Chats
    from agent_tui.ui.notifying import Notifier
    from agent_tui.ui.prompt import PromptLine

_ENGINE_AFTER_S = 0.05
_SHOW_CURSOR = "\x1b[?25h"


def _glyphs(settings: Settings, environment: Mapping[str, str]) -> Glyphs:
    return ASCII if settings.screen_reader else glyphs_for(environment)


class AgentApp(Surface):
    """The one class behind :class:`agent_tui.ui.shell.Shell`."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        paths: Paths,
        *,
        start_engine: Callable[[], None] | None = None,
        clock: Clock = system_clock,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """``start_engine`` is called once, after the first paint.

        Raises ThemeError and ConfigError when the settings name what is not there.
        """
        depth = themes.depth_of(environment)
        self._colours = themes.load(settings.theme, paths.themes, depth)
        preset = presets.preset_keys(settings.key_preset, settings.chat_enter)
        commands.check_macros(settings.macros, str(paths.settings))
        self._bound = keys.build(settings.own_keys, commands.where_of, preset, str(paths.settings))
        super().__init__(
            environment,
            paths.crashes,
            colours=depth is Depth.FULL,
            reads_aloud=settings.screen_reader,
        )
        self.db, self.settings, self.paths, self.clock = db, settings, paths, clock
        self._start_engine, self._glyphs = start_engine, _glyphs(settings, environment)
        alt_keys.teach()
        self._inbox = Inbox(
            db, settings.agent.handle, clock, settings.views, (v.name for v in settings.own_views)
        )
        self.desk = Desk(self, self._inbox, settings, self._glyphs, clock)
        self._status = StatusLine(self)
        self._notice = Notice(self)
        self._keyboard = Keyboard(
            self._bound,
            self.run_command,
            self._status.say,
            self._later,
            partial(navigation.view_name, self),
            lambda: self._status.room,
        )
        let_go()
        self._opened = PaneStack()
        self._typeahead = TypeAhead(self.post_message, self._later)
        self.turns = Turns(db, self._typeahead, self._status.say)
        self._prompt: PromptLine | None = None
        self._watch = Watch(self, self._inbox, self._status, self._glyphs.up, self.run_worker)
        self._doing = Doing(self, self._changed)

    # -- what panes and commands see (ui.shell.Shell) -------------------------------------------

    @cached_property
    def context(self) -> "Context":
        return context_of(self.db, self.settings, self.clock)

    @property
    def colours(self) -> Theme:
        return self._colours

    def use_theme(self, name: str) -> None:
        self._colours = themes.load(name, self.paths.themes, self._colours.depth)
        self.screen.styles.background = self._colours.ground
        self.desk.redraw()
        self.redraw()

    @cached_property
    def _commands(self) -> Mapping[str, Command]:
        macros = [f"macro {macro.name}" for macro in self.settings.macros]
        return commands.table([*self._bound.lines(), *macros])

    def commands(self) -> Mapping[str, Command]:
        return self._commands

    def keys_of(self, name: str) -> Sequence[str]:
        return self._bound.keys_of(name)

    def run_command(self, name: str, count: int = 0) -> None:
        command = self._commands[name]
        self._status.say("")
        if name not in READS and not self.turns.free:
            self.follow(self.turns.run(self, command, count))
            return
        try:
            going = command.run(self, count)
        except commands.refusals() as error:
            self.say(str(error), error=True)
            return
        if inspect.isawaitable(going):
            self.follow(going)

    def follow(self, going: Awaitable[None]) -> None:
        self._typeahead.expect()
        self.run_worker(self._finish(going), exit_on_error=True)

    def where(self) -> Where:
        pane = self.pane()
        return pane.where if pane is not None else Where.PROMPT

    @cached_property
    def chats(self) -> "Chats":
        from agent_tui.ui.chats import Chats  # after first paint

        def spawn(work: Callable[[], Coroutine[None, None, None]]) -> "Worker[None]":
            return self.run_worker(work)

        return Chats(self, spawn)

    @property
    def opened(self) -> Pane | None:
        return self._opened.top

    @property
    def attended(self) -> bool:
        return bool(self.app_focus)

    def current(self) -> Conversation | None:
        return self.desk.current

    def targets(self) -> list[int]:
        return self.desk.targets()

    def open_pane(self, pane: Pane, dock: Dock = Dock.FULL) -> None:
        self._typeahead.hold_for_opening()
        self._opened.push(pane, dock)
        self.mount(pane, before=self._status)
        if dock is Dock.FULL:
            pane.styles.height = "1fr"
        self._uncover()
        self.call_after_refresh(self._pane_is_there)

    def close_pane(self) -> None:
        pane = self._opened.pop()
        if pane is None:
            return
        pane.leave()
        pane.remove()
        self._uncover()
        self.focus_back()

    def focus_back(self) -> None:
        top = self._opened.top or self.desk.pane()
        if top.is_attached:
            top.focus_inside()
        self._status.hint(hint_for(top.where, self.keys_of))

    def hold_keys(self) -> None:
        self._typeahead.hold()

    def keyboard_taken(self) -> None:
        self._typeahead.opened()

    def give_back(self, event: events.Key | events.Paste) -> None:
        self._typeahead.give_back(event)

    def say(self, sentence: str, *, error: bool = False) -> None:
        self._status.say(sentence, error=error)

    def count_down(self, done: "Done") -> None:
        self._watch.count_down(done)

    def do(
        self,
        name: str,
        targets: Sequence[int] | None = None,
        then: Then = None,
        /,
        **args: str,
    ) -> None:
        self._doing.do(name, targets, args, then)

    async def take_back(self, batches: Sequence[str]) -> None:
        await self._doing.take_back(batches)

    def stop(self) -> bool:
        return self._doing.stop()

    def repeat(self) -> None:
        self._doing.repeat()

    def refresh_list(self) -> None:
        self.desk.refresh_list()
        self._changed()

    def refresh_conversation(self) -> None:
        self.desk.refresh_conversation()

    def show_conversation(self, conversation_id: int, message_id: int | None = None) -> None:
        self._close_panes()
        self.desk.open_id(conversation_id, message_id)

    def show_view(self, view: View) -> None:
        self._close_panes()
        self.desk.show_view(view)

    def search(self, text: str) -> None:
        self._close_panes()
        self.desk.search(text)

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
        self._typeahead.hold_for_opening()
        if self._prompt is None:
            from agent_tui.ui.prompt import PromptLine

            self._prompt = PromptLine(self)
            await self.mount(self._prompt)
        return await self._prompt.ask(
            label, initial, complete=complete, preview=preview, history=history, keys=keys
        )

    async def choose(
        self,
        title: str,
        items: Sequence[Choice],
        *,
        preview: Callable[[str], str] | None = None,
        free: Free | None = None,
        more: More | None = None,
    ) -> str | None:
        from agent_tui.ui import picker

        return await picker.choose(self, title, items, preview=preview, free=free, more=more)

    @cached_property
    def _notifier(self) -> "Notifier":
        from agent_tui.ui.notifying import Notifier  # after first paint

        return Notifier(self, self.bell, self.write)

    def notify_agent(self, sentence: str) -> None:
        self._notifier.tell(sentence)

    def save(self) -> None:
        self._opened.leave()

    def leave(self) -> None:
        if self.opened is None or self.turns.free:
            self.end()
        else:
            self.follow(self._leave_in_turn())

    async def _leave_in_turn(self) -> None:
        if await self.turns.take("Leave"):
            self.end()

    def end(self) -> None:
        self.save()
        self._notifier.end()
        self.exit()

    # -- what Textual calls ---------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        yield self.desk.bar
        yield self.desk
        yield self._notice
        yield self._status

    def on_mount(self) -> None:
        self.screen.styles.background = self._colours.ground
        self.desk.start()
        self.focus_back()
        self.app_resume_signal.subscribe(self, lambda _: self._frames.forget())
        if self.settings.screen_reader:
            self.write(_SHOW_CURSOR)
        if not self.is_headless:
            on_hang_up(self._terminal_gone)
        self.call_after_refresh(self._after_first_paint)

    async def on_event(self, event: events.Event) -> None:
        """Keys wait while something opens for them."""
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            self._watch.pressed()
            if self.turns.pressed(event) or self._typeahead.keeps(event):
                event.stop()
                return
            await self._route(event)
            self._typeahead.passed(event)
        else:
            await super().on_event(event)

    async def _route(self, event: events.Event) -> None:
        """Keys are ours first: a bound one never travels through the widgets."""
        if isinstance(event, events.Key) and not event.is_forwarded and self.screen_stack:
            key = keys.pressed(event.key, event.character)
            if self._notice.display:  # nothing else can be seen, so nothing else may be done
                event.stop()
                if key in ("q", "ctrl+c"):
                    self.leave()
                return
            if self._keyboard.press(self.where(), key):
                event.stop()
                return
        await super().on_event(event)

    def on_resize(self, event: events.Resize) -> None:
        self._frames.forget()
        self._notice.show(too_small(event.size.width, event.size.height))
        self._uncover()

    def action_help_quit(self) -> None:
        """Ctrl+C: Textual would show a floating box."""
        if not self.stop():
            self.say("Press q to leave; what you have written is kept.")

    # -- our own --------------------------------------------------------------------------------

    def _after_first_paint(self) -> None:
        if self._start_engine is not None:
            self._later(_ENGINE_AFTER_S, self._start_engine)
        self.desk.complete()
        gc.freeze()  # what is there for good need not be looked through again: 30 ms each time
        gc.enable()
        self._watch.begin(partial(self.call_later, self._look), self._notifier)
        self.chats.look_soon()
        if self.output_told:
            self.say(self.output_told)

    def _pane_is_there(self) -> None:
        """The pane opened last is on the screen and takes the keyboard."""
        self.focus_back()
        self.keyboard_taken()

    def _look(self) -> None:
        if not self.is_headless and gone():
            self._terminal_gone()
        else:
            self._watch.look()
            self.chats.look()

    def _changed(self) -> None:
        """Something was changed from here: what is counted is counted again."""
        self._watch.count_soon()
        self.chats.look_soon()

    async def _finish(self, going: Awaitable[None]) -> None:
        self.hold_keys()
        try:
            await going
        except commands.refusals() as error:
            self.say(str(error), error=True)
        finally:
            self._typeahead.release()

    def _uncover(self) -> None:
        """Show the inbox unless a full pane or the notice lies over it."""
        small = self._notice.display
        self.desk.display = self.desk.bar.display = not small and not self._opened.covers
        self._status.display = not small
        self._opened.show(visible=not small)

    def _close_panes(self) -> None:
        while self._opened.top is not None:
            self.close_pane()

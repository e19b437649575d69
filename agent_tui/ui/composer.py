"""Opens the composer: for an answer, a forward, a new conversation, a note or a draft."""

from collections.abc import Sequence
from dataclasses import replace

from agent_tui.actions import call
from agent_tui.actions import reply as writing
from agent_tui.actions.action import ActionError
from agent_tui.content.safe import safe_line
from agent_tui.model.account import Account, EffectKind
from agent_tui.model.conversation import LIVE, Channel, Conversation
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.message import Attachment, Message
from agent_tui.store import accounts, conversations, drafts, messages
from agent_tui.ui import canned as prepared
from agent_tui.ui import drafting
from agent_tui.ui.chat_composer import ChatComposer
from agent_tui.ui.composer_pane import Composer
from agent_tui.ui.shell import Choice, Dock, Shell
from agent_tui.ui.writing_pane import Writing, WritingPane


async def reply(shell: Shell, *, everybody: bool = False) -> None:
    """Answer the conversation at hand, to everybody on it if wanted.

    Raises ActionError when its provider takes no answers or there is none at hand.
    """
    conversation = _at_hand(shell)
    if conversation.channel is Channel.CALL:
        await _answer_call(shell, conversation)
    else:
        _open_answer(shell, conversation, DraftKind.REPLY, everybody=everybody)


async def _answer_call(shell: Shell, conversation: Conversation) -> None:
    """A call has no answer; what there can be is a mail."""
    asked = "A call has no answer; Enter writes a mail instead "
    answer = await shell.ask(asked, keys=("enter",))
    if answer is not None and await shell.turns.take("Reply"):
        draft = call.mail(shell.context, conversation)
        _show(shell, _begun(shell, draft, Channel.MAIL), fresh=True)


async def write_chat(shell: Shell) -> None:
    """Answer the chat that is read; raises ActionError as reply, and where it is no chat."""
    conversation = _at_hand(shell)
    if conversation.channel not in LIVE:
        keys = shell.keys_of("reply")
        raise ActionError(f"This is no chat; {keys[0]} writes an answer." if keys else "No chat.")
    _open_answer(shell, conversation, DraftKind.REPLY)


async def canned(shell: Shell) -> None:
    """Choose a canned reply and begin an answer with it; raises ActionError as reply."""
    conversation = _at_hand(shell)
    account = _sender(shell, conversation)
    if conversation.channel in LIVE:
        await _open_answer(shell, conversation, DraftKind.REPLY).insert_canned()
        return
    text = await prepared.choose(shell, prepared.Asked(conversation, account))
    if text is not None and await shell.turns.take("Canned reply"):
        _open_answer(shell, conversation, DraftKind.REPLY).insert(text)


async def forward(shell: Shell) -> None:
    """Pass the last message on to somebody else; raises ActionError where that has no meaning."""
    conversation = _at_hand(shell)
    account = _sender(shell, conversation)
    if not account.capabilities.recipients:
        raise ActionError(f"A {conversation.channel} conversation cannot be forwarded.")
    _open_answer(shell, conversation, DraftKind.FORWARD)


async def note(shell: Shell) -> None:
    """Write a note that only colleagues see."""
    _open_answer(shell, _at_hand(shell), DraftKind.NOTE)


async def new(shell: Shell) -> None:
    """Begin a conversation; asks for the account where several can send."""
    able = [account for account in accounts.every(shell.db) if _writes_mail(account)]
    if not able:
        raise ActionError("No account can begin a conversation; add a mail account.")
    name: str | None = able[0].name
    if len(able) > 1:
        items = [Choice(account.name, account.name, account.address) for account in able]
        name = await shell.choose("Write from", items)
    if name is not None and await shell.turns.take("New conversation"):
        draft = writing.compose(shell.context, name)
        draft = _begun(shell, draft, Channel.MAIL)
        _show(shell, draft, fresh=True)


def go_on(shell: Shell) -> None:
    """Go on with the draft that was typed in last; raises ActionError when there is none."""
    found = drafts.of_agent(shell.db, shell.context.agent)
    if not found:
        raise ActionError("There is no draft to go on with.")
    open_draft(shell, found[0].id)


def edit(shell: Shell, message: Message) -> None:
    """Give a sent message of the conversation at hand another text; raises ActionError as reply."""
    conversation = _at_hand(shell)
    _sender(shell, conversation)
    before = {d.id for d in drafts.of_conversation(shell.db, conversation.id, shell.context.agent)}
    draft = writing.start_edit(shell.context, conversation, message)
    _show(shell, draft, fresh=draft.id not in before)


def open_draft(shell: Shell, draft_id: int) -> None:
    """Go on with a draft; raises ActionError when it is gone."""
    draft = drafts.get(shell.db, draft_id)
    if draft is None:
        raise ActionError("That draft is gone: it was sent or discarded.")
    _show(shell, draft, fresh=False)


def _open_answer(
    shell: Shell, conversation: Conversation, kind: DraftKind, *, everybody: bool = False
) -> WritingPane:
    if kind is not DraftKind.NOTE:
        _sender(shell, conversation)
    if conversation.channel in LIVE and kind in (DraftKind.REPLY, DraftKind.NOTE):
        return _open_below(shell, conversation, kind)
    before = {d.id for d in drafts.of_conversation(shell.db, conversation.id, shell.context.agent)}
    draft = writing.start(shell.context, conversation, kind, everybody=everybody)
    fresh = draft.id not in before
    if fresh:
        draft = _begun(shell, draft, conversation.channel)
    return _show(shell, draft, fresh=fresh)


def _open_below(shell: Shell, conversation: Conversation, kind: DraftKind) -> ChatComposer:
    """The composer below the chat, which is read above it."""
    if shell.chats.composer is not None:  # the mouse has left it
        shell.close_pane()
    if (at_hand := shell.chats.at_hand) is None or at_hand.id != conversation.id:
        shell.desk.open_id(conversation.id)
    agent, db = shell.context.agent, shell.db
    found = [d for d in drafts.of_conversation(db, conversation.id, agent) if d.kind is kind]
    fresh = Draft(
        id=0,
        kind=kind,
        agent=agent,
        account=conversation.account,
        conversation_id=conversation.id,
        subject="",
        body="",
        updated_at=shell.context.clock(),
        seen_message=messages.newest(db, conversation.id),
    )
    writing = Writing(
        draft=found[0] if found else fresh,
        conversation=conversation,
        account=accounts.get(db, conversation.account, conversation.channel),
        thread=(),
        fresh=not found,
    )
    pane = ChatComposer(shell, writing, conversation)
    shell.open_pane(pane, Dock.BOTTOM)
    return pane


def _begun(shell: Shell, draft: Draft, channel: Channel) -> Draft:
    """A fresh draft with what stands in it before a word is typed."""
    begun = draft
    if draft.kind is DraftKind.FORWARD and draft.conversation_id is not None:
        message = drafting.answered(messages.of_conversation(shell.db, draft.conversation_id))
        if message is not None:
            begun = replace(
                begun, body=drafting.forwarded(message), files=drafting.fetched_files(message)
            )
            _fetch_rest(shell, drafting.left_behind(message))
    if channel is Channel.MAIL and draft.kind is not DraftKind.NOTE:
        begun = replace(begun, body=drafting.signed(begun.body, shell.settings.signature))
    if begun != draft:
        drafts.save(shell.db, begun)
    return begun


def _fetch_rest(shell: Shell, files: Sequence[Attachment]) -> None:
    """Say which files do not go with a forward, and ask for those that a provider has."""
    for file in files:
        messages.want_file(shell.db, file.id)
    names = ", ".join(safe_line(file.name) for file in files)
    if any(file.part for file in files):
        key = next(iter(shell.keys_of("attach")), ":attach")
        shell.say(f"Not attached yet: {names}; {key} attaches what has been fetched.")
    elif files:
        shell.say(f"Not attached, for it is not here any more: {names}.", error=True)


def _show(shell: Shell, draft: Draft, *, fresh: bool) -> WritingPane:
    found = draft.conversation_id
    conversation = conversations.get(shell.db, found) if found else None
    if conversation is not None and conversation.channel in LIVE:
        shell.show_conversation(conversation.id)
        return _open_below(shell, conversation, draft.kind)
    channel = conversation.channel if conversation else Channel.MAIL
    pane = Composer(
        shell,
        Writing(
            draft=draft,
            conversation=conversation,
            account=accounts.get(shell.db, draft.account, channel),
            thread=tuple(messages.of_conversation(shell.db, found)) if found else (),
            fresh=fresh,
        ),
    )
    shell.open_pane(pane)
    return pane


def _writes_mail(account: Account) -> bool:
    can = account.capabilities.on(Channel.MAIL)
    return EffectKind.SEND in can.effects and can.recipients


def _at_hand(shell: Shell) -> Conversation:
    conversation = shell.current()
    if conversation is None:
        raise ActionError("There is no conversation here to write in.")
    return conversation


def _sender(shell: Shell, conversation: Conversation) -> Account:
    if conversation.channel is Channel.CALL:
        raise ActionError(call.NO_ANSWER)
    account = accounts.get(shell.db, conversation.account, conversation.channel)
    if account is None or EffectKind.SEND not in account.capabilities.effects:
        raise ActionError(
            f"The account '{conversation.account}' only reads; ':help accounts' says how to answer."
        )
    return account

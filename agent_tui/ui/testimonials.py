"""Asking a customer to be quoted, and under which name they may be."""

from dataclasses import replace

from agent_tui.actions import first_mail, testimonial
from agent_tui.actions.action import ActionError
from agent_tui.model.conversation import Channel, Conversation
from agent_tui.model.draft import DraftKind
from agent_tui.store import drafts
from agent_tui.ui import composer, drafting
from agent_tui.ui.shell import Choice, Shell


async def ask(shell: Shell) -> None:
    """Open the question; of a review the agent says where it is asked.

    Raises ActionError where they were asked already, or where there is no way to ask.
    """
    conversation = _at_hand(shell)
    where: str | None = ""
    if conversation.channel is Channel.REVIEW:
        where = await shell.choose("Ask to be quoted", _places(shell, conversation))
    if where is None:
        return
    if conversation.testimonial is None and not shell.do("testimonial", [conversation.id]):
        return
    draft = testimonial.draft_question(shell.context, [conversation.id], where)
    if draft.kind is DraftKind.NEW:
        signed = drafting.signed(draft.body, shell.settings.signature)
        drafts.save(shell.db, replace(draft, body=signed))
    composer.open_draft(shell, draft.id)


async def consent(shell: Shell) -> None:
    """Note that the customer may be quoted, under a name that is asked for."""
    conversation = _at_hand(shell)
    name = await shell.ask("The customer agrees to be quoted as: ", conversation.customer)
    if name is not None:
        shell.do("consent", [conversation.id], name=name)


def _places(shell: Shell, conversation: Conversation) -> list[Choice]:
    refused = to = ""
    try:
        to = first_mail.address(shell.context, conversation, "ask in the answer.").email
    except ActionError as error:
        refused = str(error)
    return [
        Choice("mail", "By mail", to, refused),
        Choice("public", "In the public answer", "everybody reads the question"),
    ]


def _at_hand(shell: Shell) -> Conversation:
    conversation = shell.current()
    if conversation is None:
        raise ActionError("There is no conversation here.")
    return conversation

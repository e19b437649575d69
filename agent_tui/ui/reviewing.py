"""The review desk's commands that go on in a composer: in private, and asking to be quoted."""

from dataclasses import replace

from agent_tui.actions import first_mail, testimonial
from agent_tui.actions.action import ActionError
from agent_tui.model.conversation import Channel, Conversation
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.store import drafts
from agent_tui.ui import composer, drafting
from agent_tui.ui.shell import Choice, Shell


async def offline(shell: Shell) -> None:
    """Begin the public answer and the mail beside it, and write the mail."""
    conversation = _at_hand(shell)
    before = {draft.id for draft in _first_mails(shell)}

    def write_the_mail() -> None:
        for mail in _first_mails(shell):
            if mail.id not in before:
                _open_signed(shell, mail)
        key = next(iter(shell.keys_of("reply")), ":reply")
        shell.say(f"The public answer is begun, too: {key} in the review.")

    shell.do("offline", [conversation.id], write_the_mail)


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

    def write_the_question() -> None:
        draft = testimonial.draft_question(shell.context, [conversation.id], where)
        _open_signed(shell, draft)

    if conversation.testimonial is None:
        shell.do("testimonial", [conversation.id], write_the_question)
    elif await shell.turns.take("Ask to be quoted"):
        write_the_question()


async def consent(shell: Shell) -> None:
    """Note that the customer may be quoted, under a name that is asked for."""
    conversation = _at_hand(shell)
    name = await shell.ask("The customer agrees to be quoted as: ", conversation.customer)
    if name is not None:
        shell.do("consent", [conversation.id], name=name)


def _open_signed(shell: Shell, draft: Draft) -> None:
    """Open a draft; a mail has the agent's signature, as any that begins in the composer."""
    if draft.kind is DraftKind.NEW:
        signed = drafting.signed(draft.body, shell.settings.signature)
        drafts.save(shell.db, replace(draft, body=signed))
    composer.open_draft(shell, draft.id)


def _first_mails(shell: Shell) -> list[Draft]:
    found = drafts.of_agent(shell.db, shell.context.agent)
    return [draft for draft in found if draft.kind is DraftKind.NEW]


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

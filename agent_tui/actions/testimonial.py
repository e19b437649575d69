"""Testimonials: what is worth quoting, and whether its author has said yes.

Whoever is asked is noted when the question is sent, not when it is drafted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent_tui.actions import first_mail, reply
from agent_tui.actions.action import (
    Action,
    ActionError,
    Argument,
    ArgumentKind,
    Context,
    Done,
    Scope,
)
from agent_tui.actions.targets import every, first
from agent_tui.actions.triage import change
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Channel, Conversation, Sort
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.event import Stamp
from agent_tui.model.message import Direction, Message
from agent_tui.model.testimonial import Consent, Testimonial
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.store import drafts, listings, messages
from agent_tui.store.changes import Value

_SUBJECT = {"de": "Dürfen wir Sie zitieren?", "en": "May we quote you?"}
_MAIL = {
    "de": "Guten Tag {name},\n\nüber diese Worte von Ihnen haben wir uns gefreut:\n\n{text}\n\n"
    'Dürfen wir sie zeigen, zum Beispiel auf unserer Website, mit dem Namen "{name}"? '
    "Ein kurzes Ja genügt, und Sie können es jederzeit zurücknehmen. Wenn Sie anders oder gar "
    "nicht genannt werden möchten, schreiben Sie uns das einfach.",
    "en": "Hello {name},\n\nthese words of yours made us happy:\n\n{text}\n\n"
    'May we show them, such as on our website, with the name "{name}"? A short yes is enough, '
    "and you can take it back at any time. If you would rather be called something else, or not "
    "be named at all, just say so.",
}
_PUBLIC = {
    "de": "Danke! Dürfen wir Ihre Worte zitieren, zum Beispiel auf unserer Website?",
    "en": "Thank you! May we quote your words, such as on our website?",
}
_WHERE = ("mail", "public")


def ask(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    """Begin the question whether we may quote a customer; nothing is sent yet.

    Raises ActionError where they were asked already, or where there is no way to ask.
    """
    draft = draft_question(context, targets, args.get("where", ""))
    in_answer = draft.conversation_id is not None
    way = "the answer that 'reply' opens" if in_answer else f"a mail to {_to(draft)}"
    return Done(f"The question is a draft, {way}; send it to ask.", tuple(targets))


def draft_question(context: Context, targets: Sequence[int], where: str) -> Draft:
    """The draft of the question: of a review's author by mail, unless ``where`` is public."""
    conversation = _one(context, targets)
    testimonial = _testimonial(conversation)
    if testimonial.consent is not Consent.CANDIDATE:
        raise ActionError(f"#{conversation.id}: {_SAID[testimonial.consent]}")
    asked = next((d for d in drafts.of_agent(context.db, context.agent) if _asks(d, targets)), None)
    if asked is not None:
        return asked
    where = where.strip().lower() or _WHERE[0]
    if where not in _WHERE:
        raise ActionError(f"'{where}' is no place to ask: mail or public.")
    message = messages.get(context.db, testimonial.quoted)
    language = first_mail.language(conversation, message)
    if conversation.channel is not Channel.REVIEW:
        return _in_answer(context, conversation, _letter(conversation, message, language))
    if where == "public":
        return _in_answer(context, conversation, _PUBLIC.get(language, _PUBLIC["en"]))
    to = first_mail.address(context, conversation, "':ask-consent public' asks in the answer.")
    subject = _SUBJECT.get(language, _SUBJECT["en"])
    body = _letter(conversation, message, language)
    mail = first_mail.draft(context, conversation, to, subject, body)
    return drafts.create(context.db, replace(mail, asks=conversation.id))


def _in_answer(context: Context, conversation: Conversation, text: str) -> Draft:
    """The question at the end of the answer that is begun or there already."""
    draft = reply.start(context, conversation, DraftKind.REPLY)
    body = "\n\n".join(filter(None, (draft.body.rstrip(), text)))
    draft = replace(draft, body=body, asks=conversation.id)
    drafts.save(context.db, draft)
    return draft


def _letter(conversation: Conversation, message: Message | None, language: str) -> str:
    text = first_mail.quoted(message.body.text) if message else ""
    return _MAIL.get(language, _MAIL["en"]).format(name=conversation.customer, text=text)


def _mark(context: Context, targets: Sequence[int], _: Mapping[str, str]) -> Done:
    stamp = context.stamp("testimonial")
    with context.db.transaction():
        found = [c for c in every(context, targets) if c.testimonial is None]
        quoted = {c.id: messages.newest_left(context.db, c.id, Direction.INBOUND) for c in found}
        marked = [c for c in found if quoted[c.id] is not None]
        for one in marked:
            _set(context, stamp, one, Consent.CANDIDATE, quoted=quoted[one.id])
    if found and not marked:
        raise ActionError("There is nothing to quote: no customer has written in it.")
    return _done(stamp, marked, "worth quoting; ask-consent asks for leave")


def _grant(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    conversation = _answered(context, _one(context, targets))
    name = " ".join(args["name"].split())
    stamp = context.stamp("consent")
    with context.db.transaction():
        changed = _set(context, stamp, conversation, Consent.GRANTED, credit=name)
    return _done(stamp, [conversation] if changed else [], f"may be quoted as {name}")


def _refuse(context: Context, targets: Sequence[int], _: Mapping[str, str]) -> Done:
    stamp = context.stamp("refuse-consent")
    with context.db.transaction():
        found = [_answered(context, one) for one in every(context, targets)]
        changed = [c for c in found if _set(context, stamp, c, Consent.REFUSED, credit=None)]
    return _done(stamp, changed, "not to be quoted")


def _drop(context: Context, targets: Sequence[int], _: Mapping[str, str]) -> Done:
    stamp = context.stamp("drop-testimonial")
    with context.db.transaction():
        found = [c for c in every(context, targets) if c.testimonial is not None]
        for one in found:
            _set(context, stamp, one, None, credit=None, quoted=None)
    return _done(stamp, found, "no testimonial any more")


def _set(
    context: Context,
    stamp: Stamp,
    conversation: Conversation,
    consent: Consent | None,
    **more: str | int | None,
) -> bool:
    fields: dict[str, Value] = {"consent": consent, **more}
    return change(context, stamp, conversation, fields)


def _done(stamp: Stamp, changed: Sequence[Conversation], did: str) -> Done:
    if not changed:
        return Done("Nothing to do.")
    what = f"#{changed[0].id}" if len(changed) == 1 else f"{len(changed)} conversations:"
    return Done(f"{what} {did}.", tuple(c.id for c in changed), stamp.batch)


def _one(context: Context, targets: Sequence[int]) -> Conversation:
    if len(targets) > 1:
        raise ActionError("That is for one customer at a time.")
    return first(context, targets)


def _testimonial(conversation: Conversation) -> Testimonial:
    if conversation.testimonial is None:
        raise ActionError(f"#{conversation.id} is no testimonial; 'testimonial' makes it one.")
    return conversation.testimonial


def _answered(context: Context, conversation: Conversation) -> Conversation:
    """The testimonial that a yes or no is about: where that comes by mail, the one of the same
    customer of which we have asked."""
    if conversation.testimonial is None:
        text = f"testimonial:asked customer:#{conversation.customer_id}"
        query = compile_query(parse(text), context.db, me=context.agent, now=context.clock())
        asked = listings.page(context.db, query, Sort.NEWEST, limit=2)
        if len(asked) == 1:
            return asked[0]
    _testimonial(conversation)
    return conversation


def _asks(draft: Draft, targets: Sequence[int]) -> bool:
    return draft.asks == targets[0]


def _to(draft: Draft) -> str:
    return ", ".join(one.email for one in draft.recipients.to)


_SAID = {
    Consent.ASKED: "they were asked already.",
    Consent.GRANTED: "they said yes already.",
    Consent.REFUSED: "they said no; 'drop-testimonial' and 'testimonial' begin anew.",
}

ACTIONS = (
    Action(
        name="testimonial",
        title="Testimonial candidate",
        scope=Scope.CONVERSATIONS,
        run=_mark,
        help="What the customer wrote last is worth quoting, once they say yes.",
    ),
    Action(
        name="ask-consent",
        title="Ask to be quoted",
        scope=Scope.CONVERSATIONS,
        run=ask,
        help="Begin the question whether we may quote a candidate: by mail, or in the answer.",
        arguments=(
            Argument(
                "where",
                ArgumentKind.TEXT,
                "mail, or public: in a review's answer, which everybody reads",
                optional=True,
            ),
        ),
        needs=EffectKind.SEND,
    ),
    Action(
        name="consent",
        title="May be quoted",
        scope=Scope.CONVERSATIONS,
        run=_grant,
        help="The customer has said yes.",
        arguments=(Argument("name", ArgumentKind.TEXT, "the name to print, as they agreed to it"),),
    ),
    Action(
        name="refuse-consent",
        title="Must not be quoted",
        scope=Scope.CONVERSATIONS,
        run=_refuse,
        help="The customer has said no, or takes it back.",
    ),
    Action(
        name="drop-testimonial",
        title="No testimonial",
        scope=Scope.CONVERSATIONS,
        run=_drop,
        help="It is not worth quoting after all.",
    ),
)

"""Claims about what goes out: arrives once and whole, never before commit(), never by surprise."""

import asyncio
from dataclasses import replace
from functools import partial

from agent_tui.adapters.contract import Receipt, Refused, Settled, Target
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Status, Triage
from agent_tui.model.incoming import Incoming
from agent_tui.model.message import Direction
from agent_tui.model.review import Moderation
from agent_tui.testing.claim import (
    COMMITS,
    FILES,
    IDEMPOTENT,
    LIMIT,
    SENDS,
    Claim,
    hold,
    offers,
)
from agent_tui.testing.claims.arriving import OCTETS
from agent_tui.testing.stand import Arrived
from agent_tui.testing.trial import Trial

_PLAIN = (
    EffectKind.READ,
    EffectKind.UNREAD,
    EffectKind.STATUS,
    EffectKind.ASSIGN,
    EffectKind.LABELS,
    EffectKind.PRIORITY,
    EffectKind.TYPING,
)
"""Effects that need no text and no message of ours."""


async def _arrives(trial: Trial, mark: str) -> Arrived:
    """What has arrived with ``mark``, of which there must be one."""

    async def there() -> bool:
        return bool(await trial.arrived(mark))

    await trial.until(there, "what was delivered has not arrived")
    found = await trial.arrived(mark)
    hold(len(found) == 1, f"what was delivered once arrived {len(found)} times")
    return found[0]


async def _leaves(trial: Trial, kind: EffectKind) -> None:
    asked = await trial.asked("two")
    mark = trial.mark()
    effect = trial.reply(asked, f"It left today {mark}", kind=kind)
    before = len(await trial.stand.arrived())
    tried = await trial.deliver(effect)
    hold(tried.receipt, f"deliver() raised {tried.error!r}")
    arrived = await _arrives(trial, mark)
    hold(arrived.kind is kind, f"a {kind} arrived as a {arrived.kind}")
    hold(arrived.thread == "two", f"it arrived in thread '{arrived.thread}', not in 'two'")
    hold(tried.commits <= 1, f"commit() was awaited {tried.commits} times, not once")
    if tried.commits:
        hold(tried.early == before, "it arrived before commit() was awaited")
    elif kind is EffectKind.SEND:
        hold(trial.capabilities.idempotent, "commit() was never awaited")


async def _keyed_once(trial: Trial) -> None:
    asked = await trial.asked()
    mark = trial.mark()
    effect = trial.reply(asked, f"Once only {mark}")
    for _ in range(2):
        tried = await trial.deliver(effect)
        hold(tried.receipt, f"deliver() raised {tried.error!r}")
    await _arrives(trial, mark)


async def _forbidden(trial: Trial) -> None:
    async def forbid() -> None:
        raise Refused("This try was given up.")

    asked = await trial.asked()
    mark = trial.mark()
    tried = await trial.deliver(trial.reply(asked, f"Never {mark}"), at_commit=forbid)
    hold(tried.error, "commit() raised, and deliver() went on")
    await _never(trial, mark)


async def _given_up(trial: Trial) -> None:
    reached = asyncio.Event()

    async def forever() -> None:
        reached.set()
        await asyncio.Event().wait()

    asked = await trial.asked()
    mark = trial.mark()
    effect = trial.reply(asked, f"Never {mark}")
    sending = asyncio.ensure_future(trial.deliver(effect, at_commit=forever))
    await trial.within(reached.wait(), "deliver() up to commit()")
    await trial.cancelled(sending, "deliver()")
    await _never(trial, mark)


async def _cancelled(trial: Trial) -> None:
    asked = await trial.asked()
    for steps in (0, 1, 3, 10, 40):
        sending = asyncio.ensure_future(trial.deliver(trial.reply(asked, trial.mark())))
        for _ in range(steps):
            await asyncio.sleep(0)
        await trial.cancelled(sending, "deliver()")
    mark = trial.mark()
    await trial.sent(asked, f"After that {mark}")
    await _arrives(trial, mark)


async def _never(trial: Trial, mark: str) -> None:
    """Nothing with ``mark`` arrives: what was sent later is there, and it is not."""
    after = await trial.asked("two")
    later = trial.mark()
    await trial.sent(after, f"Later {later}")
    await _arrives(trial, later)
    hold(not await trial.arrived(mark), "it arrived although it was given up before commit()")


async def _settled(trial: Trial) -> None:
    asked = await trial.asked()
    mark = trial.mark()
    effect, _ = await trial.sent(asked, f"Arrived {mark}")
    await _arrives(trial, mark)
    said = await trial.within(trial.adapter.settle(effect), "settle()")
    hold(said is not Settled.NOT_SENT, "settle() says NOT_SENT of what has arrived")
    other = trial.reply(asked, f"Never sent {trial.mark()}")
    said = await trial.within(trial.adapter.settle(other), "settle()")
    hold(said is not Settled.SENT, "settle() says SENT of what was never delivered")


async def _no_news(trial: Trial) -> None:
    asked = await trial.asked()
    mark, note = trial.mark(), trial.mark()
    effect, receipt = await trial.sent(asked, f"Ours {mark}")
    await trial.within(trial.adapter.file_copy(effect), "file_copy()")
    await trial.within(trial.adapter.file_copy(effect), "file_copy() again")
    await trial.stand.write(f"And now {note}")
    await trial.see(note)
    await trial.catch_up()
    echoes = trial.with_mark(mark)
    hold(len(echoes) <= 1, f"what we sent once came back {len(echoes)} times")
    for echo in echoes:
        ours = echo.direction is not Direction.INBOUND
        hold(ours, "what we sent came back as a message of a customer")
        named = echo.remote_id in (receipt.remote_id, *receipt.parts)
        hold(named or echo.message_id == effect.key, "nothing tells that the echo is our message")


async def _to_the_limit(trial: Trial) -> None:
    limit = trial.capabilities.reply_limit
    assert limit is not None
    asked = await trial.asked()
    mark = trial.mark()
    words = (f"{mark} " + "abcd " * limit)[: limit - 1] + "z"
    await trial.sent(asked, words)
    arrived = await _arrives(trial, mark)
    hold(arrived.text.split() == words.split(), f"{limit} characters did not arrive whole")


async def _files(trial: Trial) -> None:
    asked = await trial.asked()
    mark = trial.mark()
    sent = {"label 1.pdf": OCTETS, "note.txt": b"two\nlines\r\n"}
    paths = [trial.file(name, octets) for name, octets in sent.items()]
    before = len(await trial.stand.arrived())
    await trial.sent(asked, f"Attached {mark}", files=paths)
    await _arrives(trial, mark)

    async def all_there() -> bool:
        return len(await _of_files(trial, before)) >= len(sent)

    await trial.until(all_there, "two files were attached, fewer arrived")
    found = await _of_files(trial, before)
    hold(len(found) == len(sent), f"two files were attached, {len(found)} arrived")
    for name, octets in found:
        hold(octets == sent.get(name), f"the file '{name}' did not arrive byte for byte")


async def _of_files(trial: Trial, before: int) -> list[tuple[str, bytes]]:
    return [file for one in (await trial.stand.arrived())[before:] for file in one.files]


async def _missing_file(trial: Trial) -> None:
    asked = await trial.asked()
    mark = trial.mark()
    effect = trial.reply(asked, f"Attached {mark}", files=[trial.folder / "gone.pdf"])
    tried = await trial.deliver(effect)
    hold(isinstance(tried.error, Refused), f"a file is not there: {tried.error!r}, not Refused")
    hold(not await trial.arrived(mark), "the text arrived without its file")


async def _plain_effects(trial: Trial) -> None:
    asked = await trial.asked()
    triage = Triage(Status.RESOLVED, labels=("refund",))
    for kind in _PLAIN:
        if kind not in trial.capabilities.effects:
            continue
        for _ in range(2):  # what does not commit may be repeated
            tried = await trial.deliver(trial.effect(kind, asked, triage=triage))
            hold(tried.receipt, f"'{kind}' is offered, and deliver() raised {tried.error!r}")
            hold(not tried.commits, f"'{kind}' may be repeated, and commit() was awaited")
        await trial.catch_up()
    mark = trial.mark()
    await trial.stand.write(f"One more thing {mark}")
    await trial.see(mark)


async def _edited(trial: Trial) -> None:
    asked = await trial.asked()
    first, second = trial.mark(), trial.mark()
    effect, receipt = await trial.sent(asked, f"First {first}")
    ours = _ours(trial, asked, receipt)
    fresh = trial.reply(asked, f"Second {second}")
    change = trial.effect(EffectKind.EDIT, asked, outgoing=fresh.outgoing, targets=(ours,))
    tried = await trial.deliver(change)
    hold(tried.receipt, f"deliver() raised {tried.error!r}")
    await _arrives(trial, second)
    hold(not await trial.arrived(first), "the text from before the edit is still there")
    said = await trial.within(trial.adapter.settle(effect), "settle()")
    hold(said is not Settled.NOT_SENT, "settle() says NOT_SENT of what was edited")


async def _deleted(trial: Trial) -> None:
    asked = await trial.asked()
    mark = trial.mark()
    _, receipt = await trial.sent(asked, f"A mistake {mark}")
    before = len(await trial.stand.arrived())
    gone_before = await _gone(trial)
    ours = _ours(trial, asked, receipt)
    tried = await trial.deliver(trial.effect(EffectKind.DELETE, asked, targets=(ours,)))
    hold(tried.receipt, f"deliver() raised {tried.error!r}")

    async def deleted() -> bool:
        fewer = len(await trial.stand.arrived()) < before
        return fewer or await _gone(trial) > gone_before

    await trial.until(deleted, "a message of ours was deleted, and the customer still has it")


async def _gone(trial: Trial) -> int:
    return sum(one.deleted for one in await trial.stand.arrived())


def _ours(trial: Trial, asked: Incoming, receipt: Receipt) -> Target:
    """The message that ``receipt`` is of."""
    hold(receipt.remote_id, "the receipt names no remote_id, so our message cannot be changed")
    return replace(trial.target(asked), remote_id=receipt.remote_id or "", message_id=None)


async def _moderated(trial: Trial) -> None:
    asked = await trial.asked()
    for wanted in (Moderation.PUBLISHED, Moderation.HELD, Moderation.PUBLISHED):
        for _ in range(2):  # what does not commit may be repeated
            effect = trial.effect(EffectKind.MODERATE, asked, moderation=wanted)
            tried = await trial.deliver(effect)
            hold(tried.receipt, f"deliver() raised {tried.error!r}")
            hold(not tried.commits, "'moderate' may be repeated, and commit() was awaited")
        there = await trial.stand.moderation(asked.remote_id)
        hold(there is wanted, f"it was to be {wanted}, and is {there}")
        before = len(trial.came)
        edits = [one for batch in await trial.catch_up() for one in batch.edits]
        hold(len(trial.came) == before, "what was moderated came again as a message")
        told = [one.review.moderation for one in edits if one.review is not None]
        hold(set(told) <= {wanted}, f"it is {wanted}, and a pull says {told}")


async def _reacted(trial: Trial) -> None:
    asked = await trial.asked()
    for on in (True, False):
        effect = trial.effect(EffectKind.REACT, asked, emoji="\N{THUMBS UP SIGN}", on=on)
        tried = await trial.deliver(effect)
        hold(tried.receipt, f"deliver() raised {tried.error!r}")


async def _typing(trial: Trial) -> None:
    asked = await trial.asked()
    for on in (True, False):
        tried = await trial.deliver(trial.effect(EffectKind.TYPING, asked, on=on))
        hold(tried.receipt, f"deliver() raised {tried.error!r}")
        seen = partial(_seen, trial, on=on)
        await trial.until(seen, f"the customer does not see that we {'write' if on else 'stopped'}")


async def _seen(trial: Trial, *, on: bool) -> bool:
    return await trial.stand.seen_typing() is on


async def _side_by_side(trial: Trial) -> None:
    one, two = await trial.asked("one"), await trial.asked("two")
    marks = [trial.mark() for _ in range(6)]
    news = [trial.mark() for _ in range(4)]

    async def talk() -> None:
        for mark in news:
            await trial.stand.write(f"Still here {mark}")
            await trial.catch_up()

    async def answer(index: int) -> None:
        asked = (one, two)[index]
        for mark in marks[index::2]:
            if trial.capabilities.on(asked.channel).single_reply:  # another would take its place
                asked = await trial.asked()
            await trial.sent(asked, f"Coming {mark}")

    await trial.within(asyncio.gather(talk(), answer(0), answer(1)), "pull() beside deliver()")
    await trial.see(*news)
    for mark in marks:
        await _arrives(trial, mark)


CLAIMS = (
    Claim(
        "send",
        "A reply arrives once, in its thread, and not before commit() was awaited once.",
        partial(_leaves, kind=EffectKind.SEND),
        (SENDS,),
    ),
    Claim(
        "note",
        "A note arrives once, as a note.",
        partial(_leaves, kind=EffectKind.NOTE),
        (offers(EffectKind.NOTE),),
    ),
    Claim("key", "The same key delivered twice arrives once.", _keyed_once, (SENDS, IDEMPOTENT)),
    Claim("forbid", "What commit() forbids does not leave.", _forbidden, (SENDS, COMMITS)),
    Claim(
        "give-up",
        "A delivery that is cancelled within commit() does not leave.",
        _given_up,
        (SENDS, COMMITS),
    ),
    Claim("cancel-send", "A delivery that is cancelled comes back soon.", _cancelled, (SENDS,)),
    Claim("settle", "settle() never says the opposite of what happened.", _settled, (SENDS,)),
    Claim("echo", "What we sent does not come back as news.", _no_news, (SENDS,)),
    Claim("limit", "A reply as long as the limit arrives whole.", _to_the_limit, (SENDS, LIMIT)),
    Claim("files-out", "Attachments arrive byte for byte.", _files, (SENDS, FILES)),
    Claim("no-file", "A file that is not there is Refused.", _missing_file, (SENDS, FILES)),
    Claim("effects", "What is offered works, and can be repeated.", _plain_effects),
    Claim("edit", "Our edit is what the customer reads.", _edited, (offers(EffectKind.EDIT),)),
    Claim("delete", "What we delete is gone.", _deleted, (offers(EffectKind.DELETE),)),
    Claim(
        "moderate",
        "A review that we publish or hold is so at the provider, and stays the same review.",
        _moderated,
        (offers(EffectKind.MODERATE),),
    ),
    Claim("react", "We can react, and take it back.", _reacted, (offers(EffectKind.REACT),)),
    Claim("typing", "Customers see us write.", _typing, (offers(EffectKind.TYPING),)),
    Claim("together", "Pulling and delivering go on side by side.", _side_by_side, (SENDS,)),
)

"""Claims about what comes in: each message once, in order, whole, however a pull is broken off."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence

from agent_tui.adapters.contract import WHOLE, Hint
from agent_tui.content.mime import read_mail
from agent_tui.model.incoming import Batch, Incoming
from agent_tui.testing.claim import NO_PUSH, PUSH, REVIEWS, SOURCE, Claim, hold
from agent_tui.testing.store import Store
from agent_tui.testing.trial import Trial

_BATCHES = 1_000
"""No stand's account has more."""

SHARES = (0.02, 0.08, 0.3, 0.6)
"""Of the patience, after each try: the first may come before watch() has begun to look."""

OCTETS = bytes(range(256)) * 5
"""A file that breaks whatever takes it for text."""


def _ids(batches: Iterable[Batch]) -> list[tuple[str, str]]:
    return [(batch.mailbox, one.remote_id) for batch in batches for one in batch.messages]


def _each_once(ids: Sequence[tuple[str, str]], when: str) -> None:
    doubled = [each for each, count in Counter(ids).items() if count > 1]
    hold(not doubled, f"{len(doubled)} messages came twice {when}, such as {doubled[:1]}")


async def _written(trial: Trial, count: int, threads: Sequence[str] = ("one",)) -> list[str]:
    marks = [trial.mark() for _ in range(count)]
    for number, mark in enumerate(marks):
        await trial.stand.write(f"Message {mark} of mine", thread=threads[number % len(threads)])
    return marks


def _all_once(came: Sequence[Incoming], marks: Sequence[str]) -> None:
    for mark in marks:
        times = sum(mark in one.body.text for one in came)
        hold(times == 1, f"a message that was written once came {times} times")


async def resumes(trial: Trial) -> None:
    marks = await _written(trial, 7, ("one", "two"))
    for number in range(_BATCHES):
        batch = await trial.first_batch(dict(trial.cursors))
        if batch is None:
            break
        trial.take(batch)
        hold(number < _BATCHES - 1, "however often the pull goes on, it never catches up")
        if number == 1:  # the provider does not wait for us
            marks += await _written(trial, 2)
    await trial.see(*marks)
    _all_once(trial.came, marks)
    _each_once(_ids(trial.batches), "although each pull began where the last was left")


async def restarts(trial: Trial) -> None:
    marks = await _written(trial, 3)
    await trial.see(*marks)
    await trial.close()
    later = await _written(trial, 2)
    trial.restarted()
    await trial.see(*later)
    _all_once(trial.came, marks + later)
    _each_once(_ids(trial.batches), "although the cursors were kept")


async def ends(trial: Trial) -> None:
    marks = await _written(trial, 3)
    await trial.see(*marks)
    more = [batch for batch in await trial.catch_up() if batch.messages]
    hold(not more, "a pull with nothing new gave messages")


async def repeats(trial: Trial) -> None:
    await trial.catch_up()
    before = dict(trial.cursors)
    marks = await _written(trial, 3)
    await trial.see(*marks)
    again = [one for batch in await trial.pulled(before) for one in batch.messages]
    _all_once(again, marks)
    first = {mark: trial.with_mark(mark)[0].remote_id for mark in marks}
    second = {m: one.remote_id for m in marks for one in again if m in one.body.text}
    hold(first == second, "the same message has another remote id in another pull")


async def stored_once(trial: Trial) -> None:
    marks = await _written(trial, 5, ("one", "two"))
    await trial.see(*marks)
    with Store(trial) as store:
        store.take(trial.batches)
        once = store.texts()
        new = store.take(await trial.pulled({}))
        hold(new == 0, f"a pull from the beginning made {new} messages new that were stored")
        hold(store.texts() == once, "a pull from the beginning changed what was stored")
        for mark in marks:
            count = sum(mark in text for text in once)
            hold(count == 1, f"a message that was written once is stored {count} times")


async def ordered(trial: Trial) -> None:
    await trial.catch_up()
    marks = await _written(trial, 40, ("one", "two"))
    await trial.see(*marks)
    with Store(trial) as store:
        store.take(trial.batches)
        for name, mine in (("first", marks[::2]), ("second", marks[1::2])):
            shown = [mark for text in store.texts() for mark in mine if mark in text]
            hold(shown == mine, f"the {name} of two interleaved threads is in another order")


async def keyed(trial: Trial) -> None:
    marks = await _written(trial, 4, ("one", "two"))
    came = await trial.see(*marks)
    keys = [one.thread_key for one in came]
    if keys == [None] * 4:
        return  # mail has none: the core threads by its ids
    if trial.capabilities.on(came[0].channel).single_reply:
        hold(len(set(keys)) == 4, "two reviews have the same thread_key")
        return
    hold(keys[0] == keys[2] and keys[1] == keys[3], "one thread has several thread_keys")
    hold(keys[0] != keys[1], "two threads have the same thread_key")


async def rated(trial: Trial) -> None:
    asked = await trial.asked()
    stars = asked.rating
    hold(stars is None or 1 <= stars <= 5, f"a review has {stars!r} stars, not one to five or None")
    hold(asked.review is not None, "a review comes without its Review")


async def strange(trial: Trial) -> None:
    trial.stand.strange()
    marks = await _written(trial, 3)
    await trial.see(*marks)
    _all_once(trial.came, marks)


async def files(trial: Trial) -> None:
    mark = trial.mark()
    sent = (("scan.bin", OCTETS), ("two words.txt", b"hello\r\n"))
    await trial.stand.write(f"Look at {mark}", files=sent)
    await trial.see(mark)

    async def all_listed() -> bool:
        await trial.catch_up()
        return len([file for one in _near(trial, mark) for file in one.files]) >= len(sent)

    await trial.until(all_listed, "a message with two files came with fewer")
    listed = [(one, file) for one in _near(trial, mark) for file in one.files]
    got = [
        await trial.within(trial.adapter.fetch(trial.target(one), file.part), "fetch()")
        for one, file in listed
    ]
    for name, octets in sent:
        hold(octets in got, f"the file '{name}' of {len(octets)} bytes did not come whole")


async def source(trial: Trial) -> None:
    mark = trial.mark()
    await trial.stand.write(f"Look at {mark}", files=(("scan.bin", OCTETS),))
    (mail,) = await trial.see(mark)
    got = await trial.within(trial.adapter.fetch(trial.target(mail), WHOLE), "fetch() of a mail")
    again = await trial.within(trial.adapter.fetch(trial.target(mail), WHOLE), "fetch() again")
    hold(got == again, "the same mail was other bytes when it was fetched again")
    message_id = (mail.message_id or "").encode()
    hold(message_id and message_id in got, "the source of a mail lacks its Message-ID")
    held = read_mail(got)
    hold(mark in held.body.text, "the source of a mail lacks its text")
    hold([file.name for file in held.attachments] == ["scan.bin"], "the source lacks a file")


def _near(trial: Trial, mark: str) -> list[Incoming]:
    """The message and what came after it: chats send files as messages of their own."""
    start = next(n for n, one in enumerate(trial.came) if mark in one.body.text)
    return trial.came[start:]


async def hints(trial: Trial) -> None:
    await trial.catch_up()
    hint = asyncio.ensure_future(_first_hint(trial))
    try:
        for share in SHARES:
            await _written(trial, 1)
            done, _ = await asyncio.wait({hint}, timeout=trial.patience_s * share)
            if done:
                break
        hold(hint.done(), f"customers wrote {len(SHARES)} times, and watch() gave no hint")
        hold(hint.result() is not None, "watch() ended, and 'push' is among the capabilities")
    finally:
        await trial.cancelled(hint, "watch()")


async def _first_hint(trial: Trial) -> Hint | None:
    """The first hint that is not of somebody typing."""
    async for hint in trial.adapter.watch():
        if hint.typing is None:
            return hint
    return None


async def no_hints(trial: Trial) -> None:
    async def all_of() -> int:
        return len([hint async for hint in trial.adapter.watch()])

    count = await trial.within(all_of(), "watch() of an adapter without push")
    hold(count == 0, f"watch() gave {count} hints, and 'push' is not among the capabilities")


async def pull_cancelled(trial: Trial) -> None:
    marks = await _written(trial, 3)
    for steps in (0, 1, 2, 5, 20, 100):
        pulling = asyncio.ensure_future(_drained(trial))
        for _ in range(steps):
            await asyncio.sleep(0)
        await trial.cancelled(pulling, "pull()")
    await trial.see(*marks)
    _all_once(trial.came, marks)


async def watch_cancelled(trial: Trial) -> None:
    for steps in (0, 1, 5, 50):
        watching = asyncio.ensure_future(_watched(trial))
        for _ in range(steps):
            await asyncio.sleep(0)
        await trial.cancelled(watching, "watch()")
    mark = trial.mark()
    await trial.stand.write(f"After that {mark}")
    await trial.see(mark)


async def _drained(trial: Trial) -> None:
    async for _ in trial.adapter.pull(dict(trial.cursors)):
        pass


async def _watched(trial: Trial) -> None:
    async for _ in trial.adapter.watch():
        pass


CLAIMS = (
    Claim("resume", "Stopping after any batch and pulling on loses and doubles nothing.", resumes),
    Claim("restart", "A new adapter goes on where the cursors say.", restarts),
    Claim("end", "A pull ends when it has caught up.", ends),
    Claim("repeat", "Two pulls from the same cursors give the same messages.", repeats),
    Claim("once", "Pulling everything again stores nothing twice.", stored_once),
    Claim(
        "order", "Interleaved threads are stored in the order in which they were written.", ordered
    ),
    Claim(
        "threads",
        "The messages of a thread (a review) have its key, and no other thread has it.",
        keyed,
    ),
    Claim(
        "stars",
        "A review has one to five stars, or none, and says what it is about.",
        rated,
        (REVIEWS,),
    ),
    Claim("unknown", "Unknown fields and event types of the provider do no harm.", strange),
    Claim("files-in", "Files that customers send come byte for byte.", files),
    Claim("source", "A mail can be fetched whole, as it came.", source, (SOURCE,)),
    Claim("hint", "watch() gives a hint after a customer has written.", hints, (PUSH,)),
    Claim("no-hint", "Without push, watch() ends at once.", no_hints, (NO_PUSH,)),
    Claim(
        "cancel-pull", "A pull that is cancelled comes back soon and loses nothing.", pull_cancelled
    ),
    Claim("cancel-watch", "watch() that is cancelled comes back soon.", watch_cancelled, (PUSH,)),
)

"""Claims about messages that change after they came: edits, deletions, reactions, marks, typing."""

import asyncio
from collections.abc import Callable

from agent_tui.model.incoming import Typing
from agent_tui.model.message import Delivery
from agent_tui.testing.claim import ALIVE, MARKS, PUSH, SENDS, Claim, hold
from agent_tui.testing.claims.arriving import SHARES
from agent_tui.testing.trial import Trial

THUMB = "\N{THUMBS UP SIGN}"


async def _comes(trial: Trial, there: Callable[[], bool], otherwise: str) -> None:
    """Pull until ``there`` holds."""

    async def pulled() -> bool:
        await trial.catch_up()
        return there()

    await trial.until(pulled, otherwise)


async def _edits(trial: Trial) -> None:
    mark, new = trial.mark(), trial.mark()
    remote_id = await trial.stand.write(f"First {mark}")
    await trial.see(mark)
    await trial.stand.edit(remote_id, f"Second {new}")

    def there() -> bool:
        edits = [one for batch in trial.batches for one in batch.edits]
        return any(one.remote_id == remote_id and new in one.body.text for one in edits)

    await _comes(trial, there, "a customer edited a message, and no Edit came")
    hold(len(trial.with_mark(mark)) == 1, "the edited message came again")
    hold(not trial.with_mark(new), "an edit came as a message of its own")


async def _edited_before(trial: Trial) -> None:
    mark, new = trial.mark(), trial.mark()
    remote_id = await trial.stand.write(f"First {mark}")
    await trial.stand.edit(remote_id, f"Second {new}")

    def there() -> bool:
        edits = [one for batch in trial.batches for one in batch.edits]
        edited = any(one.remote_id == remote_id and new in one.body.text for one in edits)
        return edited or bool(trial.with_mark(new))

    await _comes(trial, there, "a message that was edited before it was pulled has its old text")


async def _deletes(trial: Trial) -> None:
    mark = trial.mark()
    remote_id = await trial.stand.write(f"A mistake {mark}")
    await trial.see(mark)
    await trial.stand.delete(remote_id)

    def there() -> bool:
        return any(one.remote_id == remote_id for b in trial.batches for one in b.deletions)

    await _comes(trial, there, "a customer took a message back, and no Deletion came")
    hold(len(trial.with_mark(mark)) == 1, "the deleted message came again")


async def _reacts(trial: Trial) -> None:
    mark = trial.mark()
    remote_id = await trial.stand.write(f"Look {mark}")
    await trial.see(mark)
    await trial.stand.react(remote_id, THUMB)

    def there() -> bool:
        found = [one for batch in trial.batches for one in batch.reactions]
        return any(one.message == remote_id and one.emoji == THUMB for one in found)

    await _comes(trial, there, "a customer reacted, and no ReactionChange came")


async def _marks(trial: Trial) -> None:
    asked = await trial.asked()
    _, receipt = await trial.sent(asked, f"Read this {trial.mark()}")
    await trial.catch_up()
    await trial.stand.read()

    def there() -> bool:
        marks = [one for batch in trial.batches for one in batch.marks]
        ours = {receipt.remote_id, *receipt.parts}
        read = [one for one in marks if one.delivery is Delivery.READ]
        return any(one.remote_id in ours or one.and_before for one in read)

    await _comes(trial, there, "the customer has read our message, and no Mark came")


async def _typing(trial: Trial) -> None:
    asked = await trial.asked()
    for on in (True, False):
        seen = asyncio.ensure_future(_seen(trial, on=on))
        try:
            for share in SHARES:
                await trial.stand.type(on=not on)
                await trial.stand.type(on=on)
                done, _ = await asyncio.wait({seen}, timeout=trial.patience_s * share)
                if done:
                    break
            hold(seen.done(), f"a customer {'writes' if on else 'stopped'}, and no hint says so")
            typing = seen.result()
            hold(typing is not None, "watch() ended")
            assert typing is not None
            same = typing.thread_key == asked.thread_key
            hold(same, f"the hint of somebody typing names the thread {typing.thread_key!r}")
        finally:
            await trial.cancelled(seen, "watch()")


async def _seen(trial: Trial, *, on: bool) -> Typing | None:
    async for hint in trial.adapter.watch():
        if hint.typing is not None and hint.typing.on is on:
            return hint.typing
    return None


CLAIMS = (
    Claim("edit-in", "A customer's edit comes as one.", _edits, (ALIVE,)),
    Claim(
        "edit-unseen", "What was edited before comes with its new text.", _edited_before, (ALIVE,)
    ),
    Claim("delete-in", "What a customer takes back is said to be gone.", _deletes, (ALIVE,)),
    Claim("react-in", "A customer's reaction comes as one.", _reacts, (ALIVE,)),
    Claim("marks", "What a customer has read is marked.", _marks, (MARKS, SENDS)),
    Claim("typing-in", "A customer who writes is seen writing.", _typing, (ALIVE, PUSH)),
)

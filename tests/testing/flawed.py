"""Toy adapters, each with one flaw that the conformance suite must find."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from agent_tui.adapters.contract import (
    AccountProblem,
    Commit,
    Effect,
    Finding,
    Hint,
    Receipt,
    Settled,
    Severity,
    Target,
    Unreachable,
)
from agent_tui.model.account import EffectKind
from agent_tui.model.incoming import Batch, Incoming, Outgoing
from agent_tui.model.review import Moderation
from tests.testing.toy import BOX, IdempotentToy, ToyAdapter


class LosesTheLastOfABatch(ToyAdapter):
    def batch(self, events: Sequence[Mapping[str, Any]], after: int) -> Batch:
        whole = super().batch(events, after)
        return replace(whole, messages=whole.messages[:2])


class DoublesOnResume(ToyAdapter):
    def batch(self, events: Sequence[Mapping[str, Any]], after: int) -> Batch:
        return replace(super().batch(events, after), cursor=str(max(after - 1, 0)))

    async def pull(self, cursors: Mapping[str, str]) -> AsyncIterator[Batch]:
        async for batch in super().pull(cursors):
            if batch.cursor != cursors.get(BOX):
                yield batch


class SwapsTheOrder(ToyAdapter):
    def message(self, event: Mapping[str, Any]) -> Incoming:
        number = int(event["id"])
        swapped = number + 2 if number % 4 < 2 else number - 2
        return replace(super().message(event), at=self.account.clock() + swapped)


class NewIdsEachTime(ToyAdapter):
    pulls = 0

    def message(self, event: Mapping[str, Any]) -> Incoming:
        self.pulls += 1
        return replace(super().message(event), remote_id=f"{event['id']}.{self.pulls}")


class OneThreadForAll(ToyAdapter):
    def message(self, event: Mapping[str, Any]) -> Incoming:
        return replace(super().message(event), thread_key="all")


class KnowsItsEventsOnly(ToyAdapter):
    def batch(self, events: Sequence[Mapping[str, Any]], after: int) -> Batch:
        for event in events:
            assert event["id"]  # as if every event had one
        return super().batch(events, after)


class RawEscapeInNames(ToyAdapter):
    def name_of(self, name: str) -> str:
        return name


class RawEscapeInPeople(ToyAdapter):
    def person(self, event: Mapping[str, Any]) -> str:
        return str(event.get("name", "Support"))


class CommitsAfterSending(ToyAdapter):
    async def before_sending(self, commit: Commit) -> None:
        self.commit = commit

    async def do(self, effect: Effect, **asked: Any) -> str:
        done = await super().do(effect, **asked)
        if asked["kind"] in ("send", "note"):
            await self.commit()
        return done


class NeverCommits(ToyAdapter):
    async def before_sending(self, commit: Commit) -> None:
        """Forgotten."""


class RetriesSilently(ToyAdapter):
    async def do(self, effect: Effect, **asked: Any) -> str:
        try:
            return await super().do(effect, **asked)
        except Unreachable:
            return await super().do(effect, **asked)


class SwallowsErrors(ToyAdapter):
    async def page(self, after: int) -> Any:
        try:
            return await super().page(after)
        except Unreachable:
            return {"events": [], "next": after}


class LeaksTheToken(ToyAdapter):
    async def page(self, after: int) -> Any:
        self.account.log.debug("asking with %s", self.account.secret("token"))
        return await super().page(after)


class TellsTheToken(ToyAdapter):
    async def page(self, after: int) -> Any:
        try:
            return await super().page(after)
        except AccountProblem as problem:
            raise AccountProblem(f"The token {self.account.secret('token')} is bad.") from problem


class IgnoresCancellation(ToyAdapter):
    async def page(self, after: int) -> Any:
        try:
            return await super().page(after)
        except asyncio.CancelledError:
            await asyncio.sleep(1)
            return {"events": [], "next": after}


class HangsOnClose(ToyAdapter):
    async def close(self) -> None:
        await asyncio.Event().wait()


class SaysNotSent(ToyAdapter):
    async def settle(self, effect: Effect) -> Settled:
        return Settled.NOT_SENT


class SaysSent(ToyAdapter):
    async def settle(self, effect: Effect) -> Settled:
        return Settled.SENT


class CutsTheText(ToyAdapter):
    async def do(self, effect: Effect, **asked: Any) -> str:
        if "text" in asked:
            asked["text"] = asked["text"][:100]
        return await super().do(effect, **asked)


class SpoilsFiles(ToyAdapter):
    async def fetch(self, target: Target, part: str) -> bytes:
        return (await super().fetch(target, part)).replace(b"\r\n", b"\n")


class SkipsMissingFiles(ToyAdapter):
    async def uploaded(self, outgoing: Outgoing) -> list[list[Any]]:
        return []


class TracebackInSentence(ToyAdapter):
    async def page(self, after: int) -> Any:
        try:
            return await super().page(after)
        except Unreachable as error:
            raise Unreachable(f"Traceback (most recent call last):\n{error!r}") from error


class NoHints(ToyAdapter):
    async def watch(self) -> AsyncIterator[Hint]:
        await asyncio.Event().wait()
        yield Hint()


class WatchesUntilItCrashes(ToyAdapter):
    async def watch(self) -> AsyncIterator[Hint]:
        try:
            async for hint in super().watch():
                yield hint
        except Unreachable as error:
            raise KeyError("next") from error


class GoesOnWhereItStopped(ToyAdapter):
    """Keeps its own place in the log, whatever was committed."""

    place = 0

    async def pull(self, cursors: Mapping[str, str]) -> AsyncIterator[Batch]:
        async for batch in super().pull({BOX: str(self.place)}):
            yield batch
            self.place = int(batch.cursor) + 3


class EchoIsACustomer(ToyAdapter):
    def message(self, event: Mapping[str, Any]) -> Incoming:
        return super().message({**event, "kind": "write"})


class ForgetsDeletions(ToyAdapter):
    def batch(self, events: Sequence[Mapping[str, Any]], after: int) -> Batch:
        return replace(super().batch(events, after), deletions=())


class EditsAsNews(ToyAdapter):
    def batch(self, events: Sequence[Mapping[str, Any]], after: int) -> Batch:
        empty = {"thread": "one", "files": []}
        edits = [{**empty, **e, "kind": "write"} for e in events if e["kind"] == "edit"]
        return super().batch([*[e for e in events if e["kind"] != "edit"], *edits], after)


class ChecksNothing(ToyAdapter):
    async def check(self) -> list[Finding]:
        return [Finding("Toy", Severity.OK, "all is well")]


class AllIsRefusal(ToyAdapter):
    async def page(self, after: int) -> Any:
        try:
            return await super().page(after)
        except Unreachable as error:
            raise AccountProblem("The account cannot be used.") from error


class DeliversTwice(IdempotentToy):
    """A key of its own for every try."""

    tries = 0

    async def do(self, effect: Effect, **asked: Any) -> str:
        self.tries += 1
        return await super().do(replace(effect, key=f"{effect.key}{self.tries}"), **asked)


class ReceiptOfNothing(ToyAdapter):
    async def say(self, effect: Effect, commit: Commit) -> Receipt:
        await super().say(effect, commit)
        return Receipt(remote_id="0")


class PublishesWhateverIsAsked(ToyAdapter):
    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:
        if effect.kind is EffectKind.MODERATE:
            effect = replace(effect, moderation=Moderation.PUBLISHED)
        return await super().deliver(effect, commit)


FLAWS: dict[type[ToyAdapter], tuple[str, ...]] = {
    LosesTheLastOfABatch: ("resume", "order"),
    DoublesOnResume: ("resume",),
    SwapsTheOrder: ("order",),
    NewIdsEachTime: ("repeat", "once"),
    OneThreadForAll: ("threads",),
    KnowsItsEventsOnly: ("unknown",),
    RawEscapeInNames: ("names",),
    RawEscapeInPeople: ("people",),
    CommitsAfterSending: ("send", "forbid"),
    NeverCommits: ("send",),
    RetriesSilently: ("late-cut-after",),
    SwallowsErrors: ("pull-refused", "pull-garbage"),
    LeaksTheToken: ("secrets",),
    TellsTheToken: ("secrets", "pull-no-entry"),
    IgnoresCancellation: ("cancel-pull",),
    HangsOnClose: ("close", "close-refused"),
    SaysNotSent: ("settle", "late-cut-after"),
    SaysSent: ("settle", "late-cut-before"),
    CutsTheText: ("limit",),
    SpoilsFiles: ("files-in",),
    SkipsMissingFiles: ("no-file", "files-out"),
    TracebackInSentence: ("pull-cut-before",),
    NoHints: ("hint",),
    WatchesUntilItCrashes: ("watch-refused",),
    GoesOnWhereItStopped: ("resume", "pull-broken"),
    EchoIsACustomer: ("echo",),
    ForgetsDeletions: ("delete-in",),
    EditsAsNews: ("edit-in",),
    ChecksNothing: ("check-refused",),
    AllIsRefusal: ("pull-server-error",),
    DeliversTwice: ("key", "late-cut-after"),
    ReceiptOfNothing: ("echo",),
    PublishesWhateverIsAsked: ("moderate",),
}
"""Each flaw with the claims that must find it."""

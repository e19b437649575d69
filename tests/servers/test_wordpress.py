"""Reviews on a real WordPress: they arrive, are answered, moderated and edited, each once."""

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest

from agent_tui.actions import reply
from agent_tui.actions.action import Context
from agent_tui.adapters.contract import AccountProblem, Effect, Settled, Target
from agent_tui.adapters.woocommerce import WooCommerceAdapter
from agent_tui.adapters.woocommerce.cursor import MAILBOX
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import system_clock
from agent_tui.model.conversation import Channel
from agent_tui.model.draft import DraftKind
from agent_tui.model.incoming import Batch, Incoming, Outgoing
from agent_tui.model.message import Address, Direction
from agent_tui.model.review import Moderation
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.store import conversations
from agent_tui.store.matches import MOST, Matches
from agent_tui.store.sqlite import SqliteDatabase
from tests.program import Home
from tests.servers.real import eventually
from tests.servers.wordpress import USER, WordPress
from tests.terminal import Terminal

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("wordpress")]

REVIEWS = 200
BY_KEYS = 12
"""So many of them are answered by keys, the others by the same actions without a screen."""

ANSWER = "Thank you for this"


@dataclass
class Account:
    """Our side: an adapter and how far it was pulled."""

    adapter: WooCommerceAdapter
    cursors: dict[str, str] = field(default_factory=dict)
    commits: int = 0

    async def batches(self) -> list[Batch]:
        """A pull; its cursors are kept."""
        found = []
        async for batch in self.adapter.pull(self.cursors):
            found.append(batch)
            self.cursors[batch.mailbox] = batch.cursor
        return found

    async def messages(self) -> list[Incoming]:
        return [one for batch in await self.batches() for one in batch.messages]

    async def commit(self) -> None:
        self.commits += 1

    async def do(self, kind: EffectKind, review: int, number: int = 0, **more: object) -> str:
        """Deliver an effect on a review, or on our answer ``number`` to it; the receipt's id."""
        effect = Effect(kind, f"{kind}-{review}@x.test", thread_key=str(review), **more)  # type: ignore[arg-type]
        effect = replace(effect, targets=(Target(MAILBOX, str(number or review)),))
        return (await self.adapter.deliver(effect, self.commit)).remote_id or ""


@asynccontextmanager
async def account(wordpress: WordPress) -> AsyncIterator[Account]:
    """An account that has caught up with the shop."""
    made = Account(wordpress.adapter())
    try:
        await made.batches()
        yield made
    finally:
        await made.adapter.close()


def said(text: str) -> Outgoing:
    return Outgoing("", text, Address("Shop", ""))


async def test_a_held_review_arrives_with_its_stars_and_product(wordpress: WordPress) -> None:
    product = wordpress.product("Kettle & lid")
    async with account(wordpress) as shop:
        number = wordpress.review(product, "Leaks <b>after</b> a week\nSad", stars=2, who="Bo Li")
        (came,) = await shop.messages()

    assert (came.remote_id, came.thread_key, came.rating) == (str(number), str(number), 2)
    assert came.body.text.replace("*", "") == "Leaks after a week\nSad"
    assert came.sender.name == "Bo Li"
    assert came.review is not None
    assert came.review.product == "Kettle & lid"
    assert came.review.moderation is Moderation.HELD
    assert came.review.url.endswith(f"#comment-{number}")
    assert came.direction is Direction.INBOUND


async def test_moderation_goes_from_held_to_public_and_back_and_keeps_where_it_came_from(
    wordpress: WordPress,
) -> None:
    number = wordpress.review(wordpress.product("Pan"), "Sticks to the pan")
    before = wordpress.shown(number)
    async with account(wordpress) as shop:
        for moderation, status in (
            (Moderation.PUBLISHED, "approved"),
            (Moderation.PUBLISHED, "approved"),
            (Moderation.HELD, "hold"),
            (Moderation.SPAM, "spam"),
            (Moderation.PUBLISHED, "approved"),
            (Moderation.HIDDEN, "trash"),
            (Moderation.HELD, "hold"),
        ):
            await shop.do(EffectKind.MODERATE, number, moderation=moderation)
            assert wordpress.shown(number)["status"] == status
            assert wordpress.is_public(number) is (status == "approved")
            told = [edit.review for batch in await shop.batches() for edit in batch.edits]
            assert all(one is not None and one.moderation is moderation for one in told)

    assert shop.commits == 0
    kept = ("author_user_agent", "author_ip", "author_name", "author_email", "content", "meta")
    after = wordpress.shown(number)
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


async def test_an_answer_is_sent_edited_and_deleted_and_no_pull_takes_it_for_another(
    wordpress: WordPress,
) -> None:
    number = wordpress.review(wordpress.product("Lamp"), "It flickers")
    text = 'Sorry: 1 < 2 & "two" --\n\nwrite to us'
    async with account(wordpress) as shop:
        answer = int(await shop.do(EffectKind.SEND, number, outgoing=said(text)))
        (seen,) = await shop.messages()
        assert seen.body.text == text
        assert seen.direction is Direction.OUTBOUND
        assert seen.message_id == f"send-{number}@x.test"
        await shop.do(EffectKind.EDIT, number, answer, outgoing=said("Now it is mended"))
        (edit,) = [one for batch in await shop.batches() for one in batch.edits]
        assert (edit.remote_id, edit.body.text) == (str(answer), "Now it is mended")
        await shop.do(EffectKind.DELETE, number, answer)
        await shop.do(EffectKind.DELETE, number, answer)
        (gone,) = [one for batch in await shop.batches() for one in batch.deletions]
        assert gone.remote_id == str(answer)

    assert [one["status"] for one in wordpress.answers(number)] == ["trash"]
    assert shop.commits == 1


async def test_an_answer_in_doubt_is_found_by_its_key_and_never_doubled(
    wordpress: WordPress,
) -> None:
    number = wordpress.review(wordpress.product("Chair"), "It wobbles")
    where = {"thread_key": str(number), "outgoing": said("We are sorry")}
    effect = Effect(EffectKind.SEND, "doubt@x.test", **where)  # type: ignore[arg-type]
    async with account(wordpress) as shop:
        assert await shop.adapter.settle(effect) is Settled.NOT_SENT
        receipt = await shop.adapter.deliver(effect, shop.commit)
        assert await shop.adapter.settle(effect) is Settled.SENT
        again = await shop.adapter.deliver(effect, shop.commit)

    assert again == receipt
    assert len(wordpress.answers(number)) == 1


async def test_a_review_that_is_deleted_for_good_is_said_to_be_gone(wordpress: WordPress) -> None:
    number = wordpress.review(wordpress.product("Table"), "A mistake of mine")
    async with account(wordpress) as shop:
        wordpress.admin.delete(f"/comments/{number}", params={"force": True})
        gone = [one.remote_id for batch in await shop.batches() for one in batch.deletions]

    assert gone == [str(number)]


async def test_a_wrong_application_password_is_said_in_words(wordpress: WordPress) -> None:
    shop = replace(wordpress, password="wrong").adapter()
    try:
        with pytest.raises(AccountProblem, match=r"WordPress at 127\.0\.0\.1:\d+ does not let"):
            await anext(aiter(shop.pull({})))
        assert "does not let us in" in (await shop.check())[0].detail
    finally:
        await shop.close()


def test_in_a_terminal_two_hundred_reviews_arrive_and_are_answered_once_each(
    wordpress: WordPress, tmp_path: Path
) -> None:
    product = wordpress.product("Garden hose")

    def write(n: int) -> int:
        return wordpress.review(product, f"Review {n} of a hose", stars=n % 5 + 1, who=f"Guest {n}")

    with ThreadPoolExecutor(4) as visitors:  # as many as this WordPress serves at once
        reviews = list(visitors.map(write, range(REVIEWS)))
    home = _home(wordpress, tmp_path)
    with home.screen(cols=120, rows=36) as screen:
        screen.wait_for("Garden hose")
        eventually(lambda: len(_of_hose(home)) == REVIEWS, "all reviews are in the store", 90)
        _search(screen, "hose")
        assert sorted(_of_hose(home)) == sorted(
            (str(number), n % 5 + 1, f"Review {n} of a hose") for n, number in enumerate(reviews)
        )
        screen.wait_for(f"{REVIEWS} in Inbox")
        screen.press("g", "g", "\r")
        for _ in range(BY_KEYS):
            _answer(screen, ANSWER)
            screen.press("J")
        screen.press("q")
        screen.wait_for(f"{REVIEWS - BY_KEYS} in Inbox")  # none was skipped, none answered twice
        _answer_others(home)
        eventually(lambda: _states(home) == {"sent": REVIEWS}, "all answers have left", 120)
        screen.press("q", "q", "q")
        screen.wait_for_exit()

    answers = wordpress.answers(*reviews[:100]) + wordpress.answers(*reviews[100:])
    assert Counter(one["parent"] for one in answers) == dict.fromkeys(reviews, 1)
    assert {one["content"]["raw"] for one in answers} == {ANSWER}


def test_in_a_terminal_a_review_that_its_customer_edits_shows_both_versions(
    wordpress: WordPress, tmp_path: Path
) -> None:
    number = wordpress.review(wordpress.product("Bucket"), "It drips a little", stars=2)
    home = _home(wordpress, tmp_path)
    with home.screen(cols=120, rows=36) as screen:
        screen.wait_for("Bucket")
        _search(screen, "drips")
        screen.wait_for("1 in Inbox")
        screen.press("\r")
        screen.wait_for("2/5 Bucket")
        _answer(screen, "We send another")
        eventually(lambda: _answered(wordpress, number) == "We send another", "it is there", 60)
        screen.wait_for(r"sent|us \d\d:\d\d")
        screen.press(":edit\r")
        screen.wait_for("This changes your public answer")
        screen.press(" bucket", "\x13")
        eventually(
            lambda: _answered(wordpress, number) == "We send another bucket", "it is edited", 60
        )
        wordpress.revised(number, "It drips no more", 5)
        screen.press("q", "q", "q")
        screen.wait_for_exit()

    with home.screen(cols=120, rows=36) as screen:  # its engine looks as soon as it starts
        _search(screen, "drips")
        screen.wait_for("★★★★★")
        screen.press("\r")
        text = screen.wait_for("now it says:")
        assert "it had ★★☆☆☆ 2/5 and said:" in text
        for words in ("It drips a little", "It drips no more", "We send another bucket"):
            assert words in text
        assert "changed from 2 to 5 stars" in text


def test_in_a_terminal_a_review_is_answered_made_public_held_back_and_made_public_again(
    wordpress: WordPress, tmp_path: Path
) -> None:
    number = wordpress.review(wordpress.product("Toaster"), "Burns my toast", stars=1)
    home = _home(wordpress, tmp_path)
    with home.screen(cols=120, rows=36) as screen:
        screen.wait_for("Toaster")
        _search(screen, "Burns")  # the shop has the reviews of other tests, too
        screen.wait_for("1 in Inbox")
        screen.press("\r")
        screen.wait_for("Burns my toast")
        for command, status in (
            ("approve", "approved"),
            ("withhold", "hold"),
            ("approve", "approved"),
        ):
            screen.press(f":{command}\r")
            eventually(partial(_has_status, wordpress, number, status), f"it is {status}", 60)
        _answer(screen, "We are sorry to read this")
        eventually(lambda: wordpress.answers(number) != [], "the answer is there", 60)
        screen.wait_for("We are sorry to read this")
        screen.press("q", "q", "q")
        screen.wait_for_exit()

    (answer,) = wordpress.answers(number)
    assert answer["content"]["raw"] == "We are sorry to read this"
    assert wordpress.is_public(answer["id"])


def _has_status(wordpress: WordPress, number: int, status: str) -> bool:
    return bool(wordpress.shown(number)["status"] == status)


def _home(wordpress: WordPress, path: Path) -> Home:
    """The program with an account of the shop, from where answers leave at once."""
    home = Home(path, {"SHOP_PASSWORD": wordpress.password})
    home.settings("[undo_seconds]\nreview = 0\n")
    password = {"env": "SHOP_PASSWORD"}
    home.account("shop", "woocommerce", url=wordpress.url, user=USER, application_password=password)
    for folder in (path, path / "config", path / "config" / "accounts"):
        folder.chmod(0o700)
    return home


def _of_hose(home: Home) -> list[tuple[str, int, str]]:
    """Review, stars and text of what has come of the hose."""
    if not home.database.exists():
        return []
    with suppress(sqlite3.OperationalError):  # the engine is making the store
        return home.rows(
            "SELECT c.thread_key, c.rating, m.text FROM messages m"
            " JOIN conversations c ON c.id = m.conversation_id"
            " WHERE m.direction = 'inbound' AND m.text LIKE 'Review % of a hose'"
        )
    return []


def _search(screen: Terminal, words: str) -> None:
    screen.wait_for("^ Inbox")
    screen.press("/")
    screen.wait_for("^ ?/")
    screen.press(words, "\r")


def _answer(screen: Terminal, text: str) -> None:
    """Answer the review that is read, by keys."""
    screen.press("r")
    screen.wait_for("Public answer to")
    screen.press(text, "\x13")
    screen.wait_for("Public answer to .* on its way")


def _answer_others(home: Home) -> None:
    """Answer whatever waits yet, as the program does."""
    db = SqliteDatabase(home.database)
    context = Context(db, "maria", system_clock, {Channel.REVIEW: 0})
    query = compile_query(parse("hose is:waiting"), db, me="maria", now=system_clock())
    for conversation in conversations.by_ids(db, Matches(db, query).first(MOST)):
        draft = reply.start(context, conversation, DraftKind.REPLY, body=ANSWER)
        reply.send(context, draft, anyway=True)
    db.close()


def _answered(wordpress: WordPress, review: int) -> str:
    return "".join(str(one["content"]["raw"]) for one in wordpress.answers(review))


def _states(home: Home) -> dict[str, int]:
    rows = home.rows("SELECT state, count(*) FROM outbox WHERE kind = 'send' GROUP BY state")
    return {str(state): int(count) for state, count in rows}

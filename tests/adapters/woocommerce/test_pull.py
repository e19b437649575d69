"""What of a shop's reviews comes in, and what of their changes."""

from agent_tui.adapters.woocommerce.cursor import MAILBOX, MOST_PRINTS, Cursor
from agent_tui.model.conversation import Status
from agent_tui.model.customer import IdentityKind
from agent_tui.model.message import Direction
from agent_tui.model.review import Moderation
from tests.adapters.woocommerce.visit import visit


async def test_a_review_comes_with_stars_product_buyer_and_state() -> None:
    async with visit() as made:
        written = made.reviewed("Handle broke", rating=2, verified=True, status="hold")
        (came,) = await made.news()

    assert (came.remote_id, came.thread_key) == (str(written.id), str(written.id))
    assert (came.body.text, came.rating, came.subject) == ("Handle broke", 2, "Blue mug")
    assert came.review is not None
    assert (came.review.product, came.review.product_id) == ("Blue mug", "9")
    assert (came.review.verified, came.review.moderation) == (True, Moderation.HELD)
    assert came.review.url.endswith(f"#comment-{written.id}")


async def test_a_guest_is_known_by_one_review_only_and_the_address_stays_a_claim() -> None:
    async with visit() as made:
        for _ in range(2):
            made.reviewed(verified=True)
        one, other = await made.news()

    assert one.sender.kind is IdentityKind.HANDLE
    assert one.sender.value != other.sender.value
    assert one.sender.claims == ((IdentityKind.EMAIL, "ann@example.test"),)


async def test_a_registered_reviewer_is_the_same_customer_in_all_their_reviews() -> None:
    async with visit() as made:
        for _ in range(2):
            made.reviewed(author=31)
        one, other = await made.news()

    assert (one.sender.kind, one.sender.value) == (IdentityKind.SHOP, "shop.example/user/31")
    assert other.sender == one.sender


async def test_what_a_customer_changes_comes_as_an_edit_with_stars() -> None:
    async with visit() as made:
        written = made.reviewed(rating=1)
        await made.pull()
        written.text, written.rating = "Mended, thanks", 5
        (batch,) = await made.pull()
        quiet = await made.pull()

    (edit,) = batch.edits
    assert (edit.remote_id, edit.body.text, edit.rating) == (
        str(written.id),
        "Mended, thanks",
        5,
    )
    assert batch.messages == ()
    assert quiet == []


async def test_a_change_of_stars_alone_is_seen() -> None:
    async with visit() as made:
        written = made.reviewed(rating=1)
        await made.pull()
        written.rating = 4
        (batch,) = await made.pull()

    assert [edit.rating for edit in batch.edits] == [4]


async def test_moderation_elsewhere_is_seen_in_every_direction() -> None:
    async with visit() as made:
        written = made.reviewed(status="hold")
        await made.pull()
        seen = []
        for status in ("approved", "spam", "trash", "hold"):
            written.status = status
            (batch,) = await made.pull()
            seen += [edit.review.moderation for edit in batch.edits if edit.review]

    assert seen == [
        Moderation.PUBLISHED,
        Moderation.SPAM,
        Moderation.HIDDEN,
        Moderation.HELD,
    ]


async def test_spam_and_what_lies_in_the_bin_begin_where_nobody_need_look() -> None:
    async with visit() as made:
        for status in ("approved", "hold", "spam", "trash"):
            made.reviewed(status=status)
        found = [one.status for one in await made.news()]

    assert found == [None, None, Status.SPAM, Status.RESOLVED]


async def test_a_colleagues_answer_is_ours_and_the_review_counts_as_answered() -> None:
    async with visit() as made:
        made.world.users[2] = "Colleague"
        written = made.reviewed()
        made.world.reply(written.id, "We are sorry", "Colleague", "c@shop.example", author=2)
        review, answer = await made.news()

    assert review.flags.answered
    assert (answer.direction, answer.thread_key) == (Direction.OUTBOUND, str(written.id))
    assert answer.customer == review.sender
    assert answer.answers == str(written.id)


async def test_an_answer_to_a_review_that_came_before_is_told_ahead_of_it() -> None:
    async with visit() as made:
        written = made.reviewed()
        await made.pull()
        made.world.reply(written.id, "We are sorry", "Agent", "a@shop.example", author=1)
        ahead, batch = await made.pull()

    assert [(one.remote_id, one.flags.answered) for one in ahead.flags] == [(str(written.id), True)]
    assert [one.body.text for one in batch.messages] == ["We are sorry"]


async def test_the_customer_who_goes_on_below_a_review_is_the_same_and_others_are_others() -> None:
    async with visit() as made:
        written = made.reviewed()
        answer = made.world.reply(written.id, "Sorry", "Agent", "a@shop.example", author=1)
        made.world.reply(answer.id, "Still leaks", "Ann", "ANN@example.test")
        made.world.reply(answer.id, "Mine, too", "Bob", "bob@example.test")
        review, _, again, other = await made.news()

    assert again.sender == review.sender
    assert other.sender != review.sender
    assert {one.thread_key for one in (again, other)} == {str(written.id)}
    assert again.direction is other.direction is Direction.INBOUND


async def test_comments_on_posts_that_are_no_products_are_nobodys_reviews() -> None:
    async with visit() as made:
        first = made.reviewed()
        made.stand.api.post_types[77] = "post"
        made.world.put(
            post=77, parent=0, author=0, name="Eve", email="e@example.test", text="Nice blog"
        )
        found = await made.news()

    assert [one.remote_id for one in found] == [str(first.id)]


async def test_editors_notes_on_a_product_are_nobodys_reviews() -> None:
    async with visit() as made:
        made.reviewed("Do we still sell this?", kind="note", author=1)
        found = await made.news()

    assert found == []


async def test_an_answer_that_a_colleague_takes_away_is_gone_and_a_spam_one_never_comes() -> None:
    async with visit() as made:
        written = made.reviewed()
        made.world.reply(written.id, "Buy pills", "Bot", "b@example.test", status="spam")
        answer = made.world.reply(written.id, "Oops", "Agent", "a@shop.example", author=1)
        came = await made.news()
        answer.status = "trash"
        (batch,) = await made.pull()

    assert [one.body.text for one in came] == ["Leaks", "Oops"]
    assert [one.remote_id for one in batch.deletions] == [str(answer.id)]


async def test_a_first_sync_of_many_pages_goes_on_where_it_was_left_and_tells_how_far_it_is() -> (
    None
):
    async with visit() as made:
        for number in range(250):
            made.reviewed(f"Review {number}")
        pulling = aiter(made.adapter.pull({}))
        first = await anext(pulling)
        await pulling.aclose()  # type: ignore[attr-defined]
        made.cursors[MAILBOX] = first.cursor
        made.reviewed("Meanwhile")
        made.restart()
        rest = await made.pull()

    texts = [one.body.text for batch in (first, *rest) for one in batch.messages]
    assert texts == [*(f"Review {number}" for number in range(250)), "Meanwhile"]
    assert [batch.progress and (batch.progress.done, batch.progress.total) for batch in rest] == [
        (200, 251),
        (251, 251),
        None,
    ]
    assert first.progress is not None
    assert first.progress.done == 100


async def test_more_news_than_a_page_holds_come_whole() -> None:
    async with visit() as made:
        made.reviewed("Before")
        await made.pull()
        for number in range(350):
            made.reviewed(f"Review {number}")
        found = await made.news()

    assert [one.body.text for one in found] == [f"Review {number}" for number in range(350)]


async def test_an_old_review_that_is_edited_is_found_after_some_pulls() -> None:
    async with visit() as made:
        old = made.reviewed("Old")
        for number in range(450):
            made.reviewed(f"Review {number}")
        await made.pull()
        old.text = "Old, but edited"
        edits = [edit.body.text for _ in range(3) for b in await made.pull() for edit in b.edits]

    assert "Old, but edited" in edits


async def test_the_cursor_stays_small() -> None:
    async with visit() as made:
        for number in range(900):
            made.reviewed(f"Review {number}")
        await made.pull()
        await made.pull()

    cursor = made.cursors[MAILBOX]
    assert len(Cursor.read(cursor).prints) == MOST_PRINTS
    assert len(cursor) < 12_000


async def test_a_shop_without_a_key_has_the_stars_that_wordpress_tells() -> None:
    async with visit(keyed=False) as made:
        made.stand.api.meta = True
        made.reviewed(rating=3)
        (came,) = await made.news()

    assert came.rating == 3
    assert came.review is not None
    assert (came.review.product, came.review.verified) == ("Blue mug", None)
    assert made.asked("/wc/v3") == []

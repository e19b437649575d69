"""What the long poll brings is kept in a chain from where the store stands to where it stands."""

from agent_tui.adapters.matrix.feed import Feed
from agent_tui.adapters.matrix.wire import Invitation, Sync

NEWS = (Invitation("!r:shop.test", "@ann:shop.test"),)


def news(after: str) -> Sync:
    return Sync(after, (), NEWS)


def nothing(after: str) -> Sync:
    return Sync(after, (), ())


def begun(since: str) -> Feed:
    feed = Feed()
    feed.begin(since)
    return feed


def test_what_a_pull_has_overtaken_is_not_kept() -> None:
    feed = begun("s1")
    feed.moved("s3")
    assert not feed.add("s1", news("s2"))
    assert feed.tip == "s3"
    assert feed.after("s1") is None


def test_answers_follow_on_each_other() -> None:
    feed = begun("s1")
    assert feed.add("s1", news("s2"))
    assert feed.add("s2", news("s3"))
    first = feed.after("s1")
    assert first is not None
    second = feed.after(first.next)
    assert second is not None
    assert second.next == feed.tip == "s3"


def test_what_is_stored_is_let_go_and_the_rest_is_kept() -> None:
    feed = begun("s1")
    feed.add("s1", news("s2"))
    feed.add("s2", news("s3"))
    feed.begin("s2")
    assert feed.after("s1") is None
    assert feed.after("s2") is not None
    assert feed.tip == "s3"


def test_answers_without_news_are_one_step_from_wherever_it_begins() -> None:
    feed = begun("s1")
    for number in range(1, 1_000):
        feed.add(f"s{number}", nothing(f"s{number + 1}"))
    for since in ("s1", "s500"):
        step = feed.after(since)
        assert step is not None
        assert (step.sync, step.next) == (None, "s1000")


def test_a_store_that_stands_elsewhere_begins_anew_from_there() -> None:
    feed = begun("s1")
    feed.add("s1", news("s2"))
    feed.begin("s0")
    assert feed.tip == "s0"
    assert feed.after("s1") is None

"""The demo shop's canned replies can be used as they are."""

from agent_tui.adapters.demo import canned_folder
from agent_tui.config.canned import CannedCache


def test_all_canned_replies_load() -> None:
    loaded = CannedCache().load([canned_folder()])
    assert loaded.problems == ()
    assert len(loaded.replies) >= 15


def test_the_refund_asks_one_question() -> None:
    replies = [r for r in CannedCache().load([canned_folder()]).replies if r.name == "refund"]
    assert replies
    assert all(reply.body.count("{{ ask") == 1 for reply in replies)

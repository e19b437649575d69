"""The demo shop meets one person as four, and the screen has something to suggest."""

from agent_tui.adapters.demo.play import history, people
from agent_tui.adapters.demo.world import Stage, message, place
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.store import customers, likeness
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import START, receive


def test_two_addresses_a_handle_and_a_review_are_suggested_for_one_another(
    db: SqliteDatabase,
) -> None:
    scenes = place(history(), seed=1, now=START)
    theirs = [scene for scene in scenes if scene.play.person.key.startswith("wetherell")]
    receive(
        db, *(message(s, n, Stage("maria", START)) for s in theirs for n in range(len(s.times)))
    )
    home = customers.find(db, IdentityKind.EMAIL, people()["wetherell"].mail)
    assert home is not None
    person = customers.person(db, home)
    assert person is not None

    found = likeness.suggestions(db, person)

    assert {scene.play.channel for scene in theirs} == {Channel.MAIL, Channel.CHAT, Channel.REVIEW}
    assert [one.likeness.score for one in found] == [94, 70, 70]
    assert found[0].likeness.reasons[0].words == (
        "Imogen says to be imogen.wetherell@fellpost.example"
    )

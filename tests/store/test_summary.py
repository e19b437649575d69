"""A conversation's row says what its messages say, however it was brought up to date."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.model.conversation import Status
from agent_tui.model.event import Stamp
from agent_tui.model.incoming import IncomingFile
from agent_tui.model.message import Direction
from agent_tui.store import conversations, messages, summary
from agent_tui.store.changes import change_conversation
from agent_tui.store.database import Database
from tests.factory import START, chat, listed, receive

FILE = IncomingFile("1", "a.txt", "text/plain", 1)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(Direction),
        st.integers(0, 5),  # when, in ms
        st.booleans(),  # automatic
        st.integers(0, 2),  # files
        st.sampled_from([None, Status.RESOLVED, Status.OPEN]),  # what an agent then sets
    ),
    min_size=1,
    max_size=8,
)


@given(steps=STEPS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_adding_messages_one_by_one_is_as_counting_them_all(
    db: Database, steps: list[tuple[Direction, int, bool, int, Status | None]]
) -> None:
    room = f"room{len(listed(db))}"
    for number, (direction, at, automatic, files, status) in enumerate(steps):
        message = chat(
            f"text {number}",
            room=room,
            direction=direction,
            at=START + at,
            automatic=automatic,
            files=(FILE,) * files,
        )
        receive(db, message)
        conversation = conversations.of_thread(db, "mail", room)
        assert conversation is not None
        summary.recount(db, conversation.id)
        assert conversations.get(db, conversation.id) == conversation
        if status is not None:
            handled = messages.newest(db, conversation.id)
            stamp = Stamp("maria", "test", "batch", START)
            change_conversation(db, stamp, conversation, status=status, handled=handled)

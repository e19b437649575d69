"""What CONTRIBUTING shows can be typed in and works."""

import logging
import re
from pathlib import Path
from typing import Any

import pytest

from agent_tui.actions.action import Action
from agent_tui.adapters.contract import AccountContext, Adapter
from agent_tui.model.conversation import Priority
from agent_tui.store.intake import commit_batch
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import Desk, Now, incoming, listed, only, receive

_ROOT = Path(__file__).parent.parent
_SNIPPETS = re.findall(
    r"^```python\n(.*?)^```",
    (_ROOT / "CONTRIBUTING.md").read_text("utf-8"),
    re.DOTALL | re.MULTILINE,
)


def names_of(snippet: str) -> dict[str, Any]:
    """What a snippet defines."""
    names: dict[str, Any] = {}
    exec(compile(snippet, "CONTRIBUTING.md", "exec"), names)  # our own page
    return names


def test_the_action_acts_and_is_undone(db: SqliteDatabase) -> None:
    escalate: Action = names_of(_SNIPPETS[0])["ESCALATE"]
    receive(db, incoming())
    before = only(db)

    done = escalate.run(Desk(db).context, [before.id], {})

    assert done.batch is not None
    assert (only(db).priority, only(db).assignee) == (Priority.URGENT, "lead")


@pytest.mark.asyncio
async def test_the_adapter_brings_its_greeting_once(db: SqliteDatabase) -> None:
    hello: type[Adapter] = names_of(_SNIPPETS[1])["HelloAdapter"]
    adapter = hello(AccountContext("hi", {}, lambda _: "", logging.getLogger("hi"), Now()))

    first = [b async for b in adapter.pull({})]
    for batch in first:
        commit_batch(db, "hi", batch, frozenset(), Now()())

    assert [c.snippet for c in listed(db)] == ["Hello, is anybody there?"]
    assert [b async for b in adapter.pull({first[0].mailbox: first[0].cursor})] == []
